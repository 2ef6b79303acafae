/** Version vectors (R8) as the implementation holds them: mutable maps; an absent replica is at 0. */
import type { ReplicaId } from '../core/ids.js';
import type { VectorEntries } from '../core/write.js';
import { compareReplicas } from './order.js';

/** For each replica the accept time up to which everything is known. */
export type Vector = Map<ReplicaId, number>;

/** A vector of these entries; of two for one replica the greater counts. */
export const vectorOfEntries = (entries: VectorEntries): Vector => {
  const vector: Vector = new Map();
  for (const [r, t] of entries) raise(vector, r, t);
  return vector;
};

/** The entries above 0, in the order of R7. */
export const entriesOfVector = (vector: Vector): VectorEntries => [...vector].sort(([a], [b]) => compareReplicas(a, b));

/** Up to where `r` is known; 0 when nothing is. */
export const at = (vector: Vector, r: ReplicaId): number => vector.get(r) ?? 0;

/** R12: is the vector at or above every entry? */
export const covers = (vector: Vector, entries: VectorEntries): boolean => {
  for (const [r, t] of entries) if (at(vector, r) < t) return false;
  return true;
};

/** Raises one entry, never lowers it. True when it changed. */
export const raise = (vector: Vector, r: ReplicaId, t: number): boolean => {
  if (t <= at(vector, r)) return false;
  vector.set(r, t);
  return true;
};
