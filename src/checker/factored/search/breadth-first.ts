/** Searches by depth: all groups of one depth, then those of the next. */
import type { Batch } from '../store/batch.js';
import type { Layer } from '../store/group-store.js';
import type { Space } from '../space.js';
import { expandedByte, waitingByte } from './depth-bytes.js';
import type { Expander } from './expand.js';
import type { Order } from './search-order.js';
import { seed, stampIsNew } from './queueing.js';
import { frontierOf, type FrontierState, type SearchRun, type RunStart } from './search-run.js';
import { shortestPath } from './shortest-path.js';

/**
 * The part of a search that one of several threads has. What belongs to another thread is sent away, and all threads go through depths together.
 */
export interface ThreadShare {
  readonly sendAway: (batch: Batch, tuple: Int32Array, family: number) => boolean;
}

/** A breadth-first search. Cells know their depth, and stay. */
export class BreadthFirst implements SearchRun {
  readonly tellsNoRuns = false;
  readonly tellsShortest = true;
  layer: Layer;
  at = 0;
  private next = 0;
  private found = 0;
  private readonly order: Order;
  readonly expander: Expander;
  private readonly maxDepth: number;
  private readonly together: boolean;
  private readonly space: Space;
  private readonly start: RunStart;
  private current: Int32Array = new Int32Array(0);
  private currentLength = 0;

  constructor(space: Space, maxDepth: number, start: RunStart = 'initial', share?: ThreadShare) {
    this.space = space;
    this.start = start;
    this.layer = space.newLayer(0);
    this.maxDepth = maxDepth;
    this.order = {
      layerOf: () => this.layer,
      enqueue: (layer, group) => {
        if (stampIsNew(layer, group, this.found)) layer.queue.push(group);
      },
      from: 0,
      upTo: 0,
      done: 0,
      to: waitingByte(0),
      closes: false,
      ...share,
    };
    this.together = share !== undefined;
    this.expander = space.expander(this.order);
    if (start === 'resume') return;
    seed(space, this.expander);
    if (!this.together) this.advance();
  }

  /** The groups of the depth at hand that are still to be expanded. */
  lists(): ReadonlyArray<Int32Array> {
    return [this.current.subarray(0, this.currentLength)];
  }

  frontier(): FrontierState {
    return { order: 'breadth first', expanding: this.at, finding: this.found, taken: this.next };
  }

  resume(frontier: FrontierState, layers: ReadonlyArray<Layer>, lists: ReadonlyArray<Int32Array>): void {
    this.layer = layers[0]!;
    this.current = lists[0]!;
    this.currentLength = this.current.length;
    const { expanding, finding, taken } = frontierOf('breadth first', frontier);
    this.next = taken;
    this.goTo(expanding, finding);
  }

  private goTo(at: number, found: number): void {
    this.at = at;
    this.found = found;
    this.order.from = this.order.upTo = waitingByte(at);
    this.order.done = expandedByte(at);
    this.order.to = waitingByte(found);
  }

  step(): boolean {
    if (this.next === this.currentLength && (this.together || !this.advance())) return false;
    this.expander.expand(this.layer, this.current[this.next++]!);
    return true;
  }

  depth(): number {
    return this.layer.queue.length > 0 ? this.found : this.at;
  }

  /** The states of depth `at` are being expanded, so those before it were. */
  completeDepth(): number {
    return this.next === this.currentLength ? this.at : this.at - 1;
  }

  isCutShort(): boolean {
    return this.layer.queue.length > 0 && this.found >= this.maxDepth;
  }

  layers(): Iterable<Layer> {
    return [this.layer];
  }

  /** Gives no path after a resumption: predecessors are read off the memo, which does not have all rows then. */
  pathTo(state: Int32Array): ReadonlyArray<Int32Array> | undefined {
    return this.start === 'resume' ? undefined : shortestPath(this.space, this, state);
  }

  /** Goes on to the next depth, whether or not this thread has something to do there: threads do so together. */
  advanceTogether(): void {
    if (this.layer.queue.length > 0) this.advance();
    else {
      this.currentLength = this.next = 0;
      this.goTo(this.found, this.found + 1);
    }
  }

  /** Goes on to the next depth, if there is one. */
  private advance(): boolean {
    const { layer } = this;
    if (layer.queue.length === 0 || this.found >= this.maxDepth) return false;
    this.goTo(this.found, this.found + 1);
    const old = this.current;
    this.current = layer.queue.data;
    this.currentLength = layer.queue.length;
    this.next = 0;
    layer.queue.data = old.length > 0 ? old : new Int32Array(64);
    layer.queue.length = 0;
    return true;
  }
}
