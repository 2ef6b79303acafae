/** What the expansion of a group knows of its local positions: which interactions may run there, and what each local id can do. */
import type { CompiledInteraction } from '../compile/compile.js';
import { withCapacity } from '../store/batch.js';

/** The interactions of a local position that no guard rules out in the group at hand, each with the memo's node for the group. */
export class Active {
  readonly interactions: CompiledInteraction[] = [];
  readonly nodes: number[] = [];
  /** The interactions that a guard rules out, while guards are still tested. */
  readonly ruledOut: CompiledInteraction[] = [];
  /** How many of `interactions` and `nodes` belong to the group at hand; -1 where that was not found out yet. */
  count = -1;
}

/** What is known of the local ids at one position of the group at hand, by their index. */
export class Locals {
  /** 0: not opened yet; 1: opened. */
  open: Int32Array = new Int32Array(64);
  /** The index of an id that some cell to expand has, and from which steps inside the group lead to this one. An id that such a cell has is its own origin. */
  origin: Int32Array = new Int32Array(64);
  /** Where its successors inside the group begin and end in `inside`. */
  from: Int32Array = new Int32Array(64);
  to: Int32Array = new Int32Array(64);
  /** Whether some interaction is enabled for it. */
  alive: Int32Array = new Int32Array(64);
  /** By index and family, the number of steps that each cell with the index can take. */
  ways: Int32Array = new Int32Array(64);
  private readonly families: number;

  constructor(families: number) {
    this.families = families;
  }

  reserve(count: number): void {
    this.ways = withCapacity(this.ways, count * this.families);
    this.open = withCapacity(this.open, count);
    this.origin = withCapacity(this.origin, count);
    this.from = withCapacity(this.from, count);
    this.to = withCapacity(this.to, count);
    this.alive = withCapacity(this.alive, count);
  }

  clear(count: number): void {
    this.reserve(count);
    this.open.fill(0, 0, count);
  }

  /** Opens an index. Its successors will stand from `from` on. */
  begin(x: number, from: number): void {
    this.open[x] = 1;
    this.alive[x] = 0;
    this.from[x] = from;
    // A loop, because `fill` costs more for so few places.
    for (let at = x * this.families; at < (x + 1) * this.families; at++) this.ways[at] = 0;
  }

  allow(x: number, family: number, outcomes: number): void {
    this.alive[x] = 1;
    this.ways[x * this.families + family]! += outcomes;
  }
}
