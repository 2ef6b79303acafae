/** What the order of a search tells an expansion, and what an expansion works with. */
import type { CompiledModel } from '../compile/compile.js';
import type { Memo } from '../memo/memo.js';
import type { Judge } from '../properties/factored-judge.js';
import type { Batch } from '../store/batch.js';
import type { Layer, Shape } from '../store/group-store.js';
import type { Mover } from '../store/mover.js';
import type { Tally } from './tally.js';

/** How a search order uses the expansion. */
export interface Order {
  /** Gives the layer in which the group with this tuple is, or would be. */
  readonly layerOf: (tuple: Int32Array) => Layer;
  /** Puts a group that has new cells on the list of those to expand, if it is not there. */
  readonly enqueue: (layer: Layer, group: number) => void;
  /** The depth bytes of the cells to expand, from the least to the greatest, and the byte that they have afterwards. */
  from: number;
  upTo: number;
  done: number;
  /** The depth byte of new cells, or {@link NEXT}. */
  to: number;
  /** Whether new cells of the group at hand are expanded at once (and get the byte `done`). */
  readonly closes: boolean;
  /** Takes a batch that belongs to another thread; false where it belongs to this one. */
  readonly sendAway?: (batch: Batch, tuple: Int32Array, family: number) => boolean;
}

/** Makes a batch canonical before it is moved, under a reduction by symmetry. */
export interface BatchReduction {
  /** Whether some permutation other than the identity leaves the tuple as it is. */
  readonly hasStabilizer: (tuple: Int32Array) => boolean;
  /** Replaces the tuple (in place) and the batch by their representatives. */
  readonly reduce: (batch: Batch, tuple: Int32Array) => Batch;
}

/** What an expansion works with, in any order. */
export interface Machinery {
  readonly compiled: CompiledModel;
  readonly shape: Shape;
  readonly tally: Tally;
  readonly memo: Memo;
  readonly judge: Judge;
  readonly mover: Mover;
  readonly canonical: BatchReduction | undefined;
}
