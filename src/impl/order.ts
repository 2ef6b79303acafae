/** The order of replica ids (R7) and of stamps (R4): total, and the same on every replica for ever. */
import { incarnationOf, serverOf, type ReplicaId } from '../core/ids.js';
import type { Stamp } from '../core/write.js';

/** R7: by server id, then by incarnation, both as numbers. Negative, 0 or positive. */
export const compareReplicas = (a: ReplicaId, b: ReplicaId): number =>
  a === b ? 0 : serverOf(a) - serverOf(b) || incarnationOf(a) - incarnationOf(b);

/** R4: by accept time, then by replica id. Negative, 0 or positive. */
export const compareStamps = (a: Stamp, b: Stamp): number => a.t - b.t || compareReplicas(a.r, b.r);

/** R4: is `a` after `b`? */
export const isLater = (a: Stamp, b: Stamp): boolean => a.t > b.t || (a.t === b.t && compareReplicas(a.r, b.r) > 0);
