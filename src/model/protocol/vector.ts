/**
 * Version vectors (R8): one accept time for each replica; a replica that the vector does not name has 0. Entries are sorted, so equal vectors
 * have equal texts.
 *
 * @module
 * @category The protocol
 */
import type { ReplicaId } from '../../core/ids.js';
import type { Stamp, VectorEntries } from '../../core/write.js';
import { replicaOrd } from './order.js';

/** A version vector: the entries above 0, sorted by replica. */
export type Vector = VectorEntries;

/** The empty vector. */
export const none: Vector = [];

/** `vv[r]`. */
export const at = (vector: Vector, replica: ReplicaId): number => vector.find((entry) => entry[0] === replica)?.[1] ?? 0;

/** The vector with the entry of the stamp's replica raised to the stamp's accept time, if the entry is lower. */
export const raise = (vector: Vector, stamp: Stamp): Vector =>
  at(vector, stamp.r) >= stamp.t
    ? vector
    : [
        ...vector.filter((entry) => replicaOrd.compare(entry[0], stamp.r) < 0),
        [stamp.r, stamp.t],
        ...vector.filter((entry) => replicaOrd.compare(entry[0], stamp.r) > 0),
      ];

/** The pointwise maximum. */
export const join = (a: Vector, b: Vector): Vector =>
  a === b || b.length === 0
    ? a
    : a.length === 0
      ? b
      : b.reduce((joined, [r, t]) => (at(joined, r) >= t ? joined : raise(joined, { t, r })), a);

/** R12: does a replica with this vector *have* the stamp? */
export const has = (vector: Vector, stamp: Stamp): boolean => at(vector, stamp.r) >= stamp.t;

/** Is `above` at least `below` in every entry? */
export const covers = (above: Vector, below: Vector): boolean => below.every((entry) => at(above, entry[0]) >= entry[1]);

/** Are they equal? */
export const same = (a: Vector, b: Vector): boolean => covers(a, b) && covers(b, a);

/** The sum of the entries: it measures how much a replica has. */
export const size = (vector: Vector): number => vector.reduce((sum, entry) => sum + entry[1], 0);

/** For people and for keys: `0.0:3 1.0:1`. */
export const show = (vector: Vector): string => vector.map((entry) => `${entry[0]}:${entry[1]}`).join(' ');
