/** Searches by progress, and frees the states behind the front. */
import TinyQueue from 'tinyqueue';
import { GREATEST, NEXT } from '../store/batch.js';
import type { Layer } from '../store/group-store.js';
import { progressOf, type Space } from '../space.js';
import type { Expander } from './expand.js';
import type { Order } from './search-order.js';
import { seed, stampIsNew } from './queueing.js';
import type { CheckerError } from '../../error.js';
import { notOneProgress } from '../../reduction/one-progress.js';
import { frontierOf, type FrontierState, type SearchRun, type RunStart } from './search-run.js';

const behind = (from: number, to: number): CheckerError =>
  notOneProgress(`the symmetry lowers the progress from ${from} to ${to}`);

/** The depth bytes of a sweep. From `FRESH` on a byte stands for a cell to expand, and counts the steps that lead to it. */
const EXPANDED = 1;
const FRESH = 2;

/**
 * Expands groups in ascending order of progress. No step lowers the progress of a component, or of what stands for it (which is asserted when its row
 * is made). So once all groups of a level are expanded nothing leads to it any more, and the level is freed as a whole.
 *
 * If no step leads to another group of the same progress, every step into a group was taken before the group is expanded, so its depth bytes are
 * depths. (Steps inside a group are followed to their end first: `closure.ts`.) So a sweep knows the depths although it does not go by them.
 */
export class SweepLine implements SearchRun {
  readonly tellsNoRuns = true;
  readonly tellsShortest = false;
  private readonly space: Space;
  private readonly levels = new Map<number, Layer>();
  /** The levels that were not begun. */
  private later = new TinyQueue<number>();
  private readonly order: Order;
  private readonly expander: Expander;
  private current: Layer;

  constructor(space: Space, start: RunStart = 'initial') {
    this.space = space;
    space.components.isSwept = true;
    this.current = space.newLayer(Number.NaN);
    this.order = {
      layerOf: (tuple) => this.layerAhead(progressOf(space, tuple)),
      enqueue: (layer, group) => {
        if (stampIsNew(layer, group, 1)) layer.queue.push(group);
      },
      from: FRESH,
      upTo: GREATEST,
      done: EXPANDED,
      to: FRESH,
      closes: true,
    };
    this.expander = space.expander(this.order);
    if (this.expander.givesNext) this.order.to = NEXT;
    if (start === 'resume') return;
    seed(space, this.expander);
    this.advance();
  }

  step(): boolean {
    while (this.current.queue.length === 0) {
      if (!this.advance()) return false;
    }
    const group = this.current.queue.pop();
    stampIsNew(this.current, group, 0);
    this.expander.expand(this.current, group);
    return true;
  }

  /** The greatest depth of a state that was expanded; 0 where it is not known. */
  depth(): number {
    const { areBytesDepths, givesNext, greatest } = this.expander;
    return areBytesDepths && givesNext && greatest < GREATEST ? Math.max(0, greatest - FRESH) : 0;
  }

  /**
   * The greatest depth, once no group waits to be expanded; 0 until then. Levels may be left in which no group waits: the search may end with the
   * last decision.
   */
  completeDepth(): number {
    return [...this.levels.values()].every(({ queue }) => queue.length === 0) ? this.depth() : 0;
  }

  isCutShort(): boolean {
    return false;
  }

  layers(): Iterable<Layer> {
    return this.levels.values();
  }

  lists(): ReadonlyArray<Int32Array> {
    return [];
  }

  /** Gives no path: earlier states are freed. */
  pathTo(): undefined {
    return undefined;
  }

  frontier(): FrontierState {
    const { areBytesDepths, greatest } = this.expander;
    return { order: 'sweep', level: this.current.level, greatest, exact: areBytesDepths };
  }

  resume(frontier: FrontierState, layers: ReadonlyArray<Layer>): void {
    const { level, greatest, exact } = frontierOf('sweep', frontier);
    for (const layer of layers) this.levels.set(layer.level, layer);
    this.current = this.layerAt(level);
    this.later = new TinyQueue([...this.levels.keys()].filter((other) => other !== level));
    this.expander.resume(greatest, exact);
  }

  /** Gives the layer to which a step leads. @throws CheckerError (`model`) where it lies behind the front: no step lowers the progress, so the symmetry did. */
  private layerAhead(level: number): Layer {
    if (level < this.current.level) throw behind(this.current.level, level);
    return this.layerAt(level);
  }

  private layerAt(level: number): Layer {
    if (level === this.current.level) return this.current;
    const known = this.levels.get(level);
    if (known !== undefined) return known;
    const made = this.space.newLayer(level);
    this.levels.set(level, made);
    this.later.push(level);
    return made;
  }

  private advance(): boolean {
    const { levels, current } = this;
    current.arena.release();
    levels.delete(current.level);
    const least = this.later.pop();
    if (least === undefined) return false;
    this.current = levels.get(least)!;
    return true;
  }
}
