/** Stamps, writes and version vectors (R1, R4, R8): what they are made of. How they are ordered and merged is protocol. */
import * as t from 'io-ts/lib/index.js';
import { BytesC } from './bytes.js';
import { MAX_VECTOR_ENTRIES } from './bounds.js';
import { described, flat, listOf } from './codec.js';
import { Natural, NodeIdC, ReplicaIdC } from './ids.js';

/** Decodes a {@link Stamp}. */
export const StampC = flat('Stamp', { t: Natural, r: ReplicaIdC });

/**
 * An accept stamp (R2): the accept time and the replica that accepted.
 * @category Sessions
 */
export type Stamp = t.TypeOf<typeof StampC>;

/** Decodes a {@link Stamp} or null; with nothing else in it, so that it may be a field of a flat object. */
export const StampOrNullC: t.Type<Stamp | null> = described(
  'a stamp or null',
  (u): u is Stamp | null => u === null || (StampC.is(u) && Object.keys(u).length === 2),
);

/** Decodes a {@link Write}. */
export const WriteC = flat('Write', {
  t: Natural,
  r: ReplicaIdC,
  client: NodeIdC,
  clientTime: Natural,
  key: BytesC,
  value: BytesC,
});

/**
 * An accepted write (R1): accept time `t` at replica `r`, the client that made it, its client time (R3), key and value.
 * A write is a {@link Stamp} with more in it.
 */
export type Write = t.TypeOf<typeof WriteC>;

/** Decodes {@link VectorEntries}. */
export const VectorEntriesC = listOf(t.readonly(t.tuple([ReplicaIdC, Natural])), MAX_VECTOR_ENTRIES);

/** A version vector (R8) as it is written down: its entries above 0, in no special order. */
export type VectorEntries = t.TypeOf<typeof VectorEntriesC>;

/** Decodes a {@link Transfer}. */
export const TransferC = t.readonly(
  t.strict({ from: ReplicaIdC, base: VectorEntriesC, goal: VectorEntriesC, after: StampOrNullC }, 'Transfer'),
);

/**
 * How far a pull in parts (R9) from a replica has come. A part ends at a stamp, `after`: the next one begins there; null: at the
 * beginning. When the parts have passed every stamp, the puller has, or has waiting, all that `goal` claims, which is the replica's vector
 * at the first of them; it becomes the `base`, from which the next pass of parts starts.
 */
export type Transfer = t.TypeOf<typeof TransferC>;
