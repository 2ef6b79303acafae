/** The two orders in which groups are expanded: by depth, and by progress. Each is a run that can be stopped between two groups. */
import type { Fingerprints } from '../../fingerprints.js';
import type { Expander, Order } from './expand.js';
import { type Batch, GREATEST, NEXT } from '../store/batch.js';
import { within, type Layer } from '../store/group-store.js';
import { progressOf, type Space } from '../space.js';

/** A search under way. */
export interface Run {
  /** Expands one group; false when there is none left. */
  readonly step: () => boolean;
  /** Greatest number of steps from the initial state to a state found; 0 where the order does not tell. */
  readonly depth: () => number;
  readonly completeDepth: () => number;
  /** Whether a limit on the depth kept it from expanding some state. */
  readonly isCutShort: () => boolean;
  readonly layers: () => Iterable<Layer>;
  /** The hashes, where states are kept by them. */
  readonly fingerprints?: Fingerprints | undefined;
  /** What a checkpoint needs beside the layers and the hashes: numbers, and lists of them. */
  readonly frontier: () => Frontier;
  readonly lists: () => ReadonlyArray<Int32Array>;
  /** Goes on from there; the run must have been made to be resumed. Hashes are restored by themselves. */
  readonly resume: (frontier: Frontier, layers: ReadonlyArray<Layer>, lists: ReadonlyArray<Int32Array>) => void;
}

/** Where a run stands. */
export interface Frontier {
  /** By depth: the one that is expanded. A sweep: the level at hand. Depth first: the greatest depth. */
  readonly at: number;
  /** By depth: the depth that is found. A sweep: the greatest depth byte. */
  readonly found: number;
  /** By depth: how far the list at hand was taken. A sweep: 1 where the depth bytes are exact. */
  readonly next: number;
}

/** The depth byte of a cell that was found at a depth and is still to be expanded: only two depths have such cells at any time. */
export const waitingByte = (depth: number): number => 1 + (depth & 1);

/** The depth byte of one that was expanded. It repeats, and is never taken for one of those that wait; for a run back see `shortest-path.ts`. */
export const expandedByte = (depth: number): number => 3 + (depth % 253);

const seed = ({ initial, shape }: Space, expander: Expander): void => {
  for (const state of initial) expander.seed(state.slice(0, shape.group), state.slice(shape.group));
};

/** The least progress of an initial state. */
const leastProgress = (space: Space): number =>
  Math.min(...space.initial.map((state) => progressOf(space, state.subarray(0, space.shape.group))));

/** Where the stamp of the last queueing of a group is kept. */
const stampIsNew = (layer: Layer, group: number, stamp: number): boolean => {
  const offset = layer.blocks.data[group]!;
  const page = layer.arena.page(offset);
  const at = within(offset);
  if (page[at] === stamp) return false;
  page[at] = stamp;
  return true;
};

/** Whether a run begins at the initial states, or will be given a checkpoint. */
export type Start = 'initial' | 'resume';

/** Part of a search that several threads share: what is not this thread's is sent away, and depths are gone through together. */
export interface Share {
  readonly sendAway: (batch: Batch, tuple: Int32Array, family: number) => boolean;
}

/** Breadth first: cells have their depth, and stay. */
export class Breadth implements Run {
  layer: Layer;
  at = 0;
  private next = 0;
  private found = 0;
  private readonly order: Order;
  readonly expander: Expander;
  private readonly maxDepth: number;
  private readonly together: boolean;
  private current: Int32Array = new Int32Array(0);
  private currentLength = 0;

  constructor(space: Space, maxDepth: number, start: Start = 'initial', share?: Share) {
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

  frontier(): Frontier {
    return { at: this.at, found: this.found, next: this.next };
  }

  resume(frontier: Frontier, layers: ReadonlyArray<Layer>, lists: ReadonlyArray<Int32Array>): void {
    this.layer = layers[0]!;
    this.current = lists[0]!;
    this.currentLength = this.current.length;
    this.next = frontier.next;
    this.goTo(frontier.at, frontier.found);
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

  /** The states of depth `at` are being expanded. */
  completeDepth(): number {
    return this.next === this.currentLength ? this.at : this.at - 1;
  }

  isCutShort(): boolean {
    return this.layer.queue.length > 0 && this.found >= this.maxDepth;
  }

  layers(): Iterable<Layer> {
    return [this.layer];
  }

  /** Goes on to the next depth, whether or not there is something to do here; for threads that do so together. */
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

/** Marks of a sweep. From `FRESH` on: a cell to expand, and how many steps lead to it. */
const EXPANDED = 1;
const FRESH = 2;

/**
 * Groups in ascending order of progress. No step lowers the progress of a component (asserted when its row is made), so once all
 * groups of a level are expanded nothing leads to it any more, and the level is given back as a whole.
 *
 * Where every step to another group rises (as it does but for steps of the same progress), all that leads to a group is known when it is
 * expanded, the number of steps that lead to each of its cells among it: so a sweep knows the depths although it does not go by them.
 */
export class Sweep implements Run {
  private readonly space: Space;
  private readonly levels = new Map<number, Layer>();
  private readonly order: Order;
  private readonly expander: Expander;
  private current: Layer;

  constructor(space: Space, start: Start = 'initial') {
    this.space = space;
    this.current = space.newLayer(Number.NaN);
    this.order = {
      layerOf: (tuple) => this.layerAt(progressOf(space, tuple)),
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
    this.current = this.layerAt(leastProgress(space));
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
    const { exact, givesNext, greatest } = this.expander;
    return exact && givesNext && greatest < GREATEST ? Math.max(0, greatest - FRESH) : 0;
  }

  /** A search that ends with the last thing to be decided may leave levels in which nothing waits. */
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

  frontier(): Frontier {
    const { exact, greatest } = this.expander;
    return { at: this.current.level, found: greatest, next: exact ? 1 : 0 };
  }

  resume(frontier: Frontier, layers: ReadonlyArray<Layer>): void {
    for (const layer of layers) this.levels.set(layer.level, layer);
    this.current = this.layerAt(frontier.at);
    this.expander.greatest = frontier.found;
    this.expander.exact = frontier.next === 1;
  }

  private layerAt(level: number): Layer {
    if (level === this.current.level) return this.current;
    const known = this.levels.get(level);
    if (known !== undefined) return known;
    const made = this.space.newLayer(level);
    this.levels.set(level, made);
    return made;
  }

  private advance(): boolean {
    const { levels, current } = this;
    current.arena.release();
    levels.delete(current.level);
    if (levels.size === 0) return false;
    let least = Infinity;
    for (const level of levels.keys()) least = Math.min(least, level);
    this.current = levels.get(least)!;
    return true;
  }
}
