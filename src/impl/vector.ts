/** Version vectors (R8) of the implementation: mutable maps. An absent replica has the entry 0. */
import type { ReplicaId } from '../core/ids.js';
import type { VectorEntries } from '../core/write.js';
import { compareReplicas } from './order.js';

/** For each replica the accept time up to which every write of that replica is known. */
export type Vector = Map<ReplicaId, number>;

/** A vector of these entries. Of two entries for one replica the greater one counts. */
export const vectorOfEntries = (entries: VectorEntries): Vector => {
  const vector: Vector = new Map();
  for (const [r, t] of entries) raise(vector, r, t);
  return vector;
};

/** The entries above 0, in the order of R7. */
export const entriesOfVector = (vector: Vector): VectorEntries => [...vector].sort(([a], [b]) => compareReplicas(a, b));

/** The accept time up to which every write of `r` is known; 0 when no write is known. */
export const at = (vector: Vector, r: ReplicaId): number => vector.get(r) ?? 0;

/** R12: is the vector at or above each of these entries? */
export const covers = (vector: Vector, entries: VectorEntries): boolean => {
  for (const [r, t] of entries) if (at(vector, r) < t) return false;
  return true;
};

/** Raises the entry of `r` to `t`, and never lowers it. True: the entry changed. */
export const raise = (vector: Vector, r: ReplicaId, t: number): boolean => {
  if (t <= at(vector, r)) return false;
  vector.set(r, t);
  return true;
};
