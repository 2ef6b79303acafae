/**
 * Version vectors (R8): for each replica an accept time; a replica that is not named has 0. Entries are sorted, so equal vectors are equal
 * texts.
 *
 * @module
 * @category The protocol
 */
import type { ReplicaId } from '../../core/ids.js';
import type { Stamp, VectorEntries } from '../../core/write.js';
import { replicaOrd } from './order.js';

/** A version vector: the entries above 0, sorted by replica. */
export type Vector = VectorEntries;

/** The vector that has nothing. */
export const none: Vector = [];

/** `vv[r]`. */
export const at = (vector: Vector, replica: ReplicaId): number => vector.find((entry) => entry[0] === replica)?.[1] ?? 0;

/** The vector with one entry raised to a stamp's accept time, if it is below that. */
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

/** Is the first at or above the second in every entry? */
export const covers = (above: Vector, below: Vector): boolean => below.every((entry) => at(above, entry[0]) >= entry[1]);

/** Are they equal? */
export const same = (a: Vector, b: Vector): boolean => covers(a, b) && covers(b, a);

/** The sum of the entries: a measure of how much a replica has. */
export const size = (vector: Vector): number => vector.reduce((sum, entry) => sum + entry[1], 0);

/** For people and for keys: `0.0:3 1.0:1`. */
export const show = (vector: Vector): string => vector.map((entry) => `${entry[0]}:${entry[1]}`).join(' ');
