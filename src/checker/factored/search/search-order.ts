/** What an expansion is told by the order of the search, and what it works with. */
import type { Compiled } from '../compile/compile.js';
import type { Memo } from '../memo/memo.js';
import type { Judge } from '../properties/factored-judge.js';
import type { Batch } from '../store/batch.js';
import type { Layer, Shape } from '../store/group-store.js';
import type { Mover } from '../store/mover.js';
import type { Tally } from './tally.js';

/** How a search order uses the expansion. */
export interface Order {
  /** The layer in which the group with this tuple is, or would be. */
  readonly layerOf: (tuple: Int32Array) => Layer;
  /** Puts a group that has new cells on the list of those to expand, if it is not there. */
  readonly enqueue: (layer: Layer, group: number) => void;
  /** The depth bytes of the cells that are expanded now, from the least to the greatest, and the one they have afterwards. */
  from: number;
  upTo: number;
  done: number;
  /** The depth byte of new cells, or {@link NEXT}. */
  to: number;
  /** Whether new cells of the group at hand are expanded at once (and get the byte `done`). */
  readonly closes: boolean;
  /** Takes a batch that belongs to somebody else; false where it belongs here. */
  readonly sendAway?: (batch: Batch, tuple: Int32Array, family: number) => boolean;
}

/** What a reduction by symmetry does to a batch before it is moved. */
export interface Canonical {
  /** Whether some permutation other than the identity leaves the tuple as it is. */
  readonly hasStabilizer: (tuple: Int32Array) => boolean;
  /** Replaces the tuple (in place) and the batch by their representatives. */
  readonly reduce: (batch: Batch, tuple: Int32Array) => Batch;
}

/** What an expansion works with, whatever the order. */
export interface Machinery {
  readonly compiled: Compiled;
  readonly shape: Shape;
  readonly tally: Tally;
  readonly memo: Memo;
  readonly judge: Judge;
  readonly mover: Mover;
  readonly canonical: Canonical | undefined;
}
