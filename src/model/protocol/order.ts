/**
 * The order of stamps (R4, R7), and how V7 spoils it.
 *
 * @module
 * @category The protocol
 */
import { fromCompare, type Ord } from 'fp-ts/lib/Ord.js';
import * as N from 'fp-ts/lib/number.js';
import { incarnationOf, serverOf, type ReplicaId } from '../../core/ids.js';
import type { Stamp } from '../../core/write.js';
import type { Variant } from './rules.js';

const byNumbers = (a: ReplicaId, b: ReplicaId): -1 | 0 | 1 =>
  N.Ord.compare(serverOf(a), serverOf(b)) || N.Ord.compare(incarnationOf(a), incarnationOf(b));

/** Do the ids have equally many digits before the dot, and equally many after it? Then their texts are ordered as their numbers are. */
const areAlike = (a: ReplicaId, b: ReplicaId): boolean => a.length === b.length && a.indexOf('.') === b.indexOf('.');

/** R7: replica ids are ordered by server id, then by incarnation (as numbers: `10.0` comes after `9.0`). */
export const replicaOrd: Ord<ReplicaId> = fromCompare((a, b) =>
  a === b ? 0 : !areAlike(a, b) ? byNumbers(a, b) : a < b ? -1 : 1,
);

/** R4: stamps are ordered by accept time, then by replica id: of two equal accept times the greater id is the later stamp. */
export const stampOrd: Ord<Stamp> = fromCompare((a, b) => (a.t === b.t ? replicaOrd.compare(a.r, b.r) : N.Ord.compare(a.t, b.t)));

/** V7: stamps are ordered by accept time; of two equal accept times the *smaller* replica id is the later stamp. */
const reversedTies: Ord<Stamp> = fromCompare((a, b) => (a.t === b.t ? stampOrd.compare(b, a) : stampOrd.compare(a, b)));

/** The order by which a replica finds its newest write. Every replica uses R4's order, except that under V7 servers with an odd id reverse ties. */
export const orderAt =
  (variant: Variant) =>
  (replica: ReplicaId): Ord<Stamp> =>
    variant === 'V7' && serverOf(replica) % 2 === 1 ? reversedTies : stampOrd;

/** Is stamp `a` older than stamp `b` (R4)? */
export const isOlder = (a: Stamp, b: Stamp): boolean => stampOrd.compare(a, b) < 0;

/** Are they the same stamp? */
export const sameStamp = (a: Stamp, b: Stamp): boolean => a.t === b.t && a.r === b.r;

/** The stamp of a write, without the rest of it. */
export const stampOf = ({ t, r }: Stamp): Stamp => ({ t, r });
