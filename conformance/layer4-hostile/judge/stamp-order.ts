/**
 * The order of stamps (R4) and vectors of stamps (R8, R12), written again here. The judge shares the types of `src/core`, and no line of the
 * model or of the implementation. So a mistake of these is not repeated in the judge's verdict.
 */
import { incarnationOf, type ReplicaId, serverOf } from '#bayou/core/ids.js';
import type { Stamp } from '#bayou/core/write.js';

const ranks = new Map<ReplicaId, readonly [server: number, incarnation: number]>();

const rankOf = (r: ReplicaId): readonly [number, number] => {
  const known = ranks.get(r);
  if (known !== undefined) return known;
  const rank = [serverOf(r), incarnationOf(r)] as const;
  ranks.set(r, rank);
  return rank;
};

/** R4, R7: by accept time, then by server id, then by incarnation, all as numbers. Below 0: `a` is the older. */
export const compareStamps = (a: Stamp, b: Stamp): number => {
  if (a.t !== b.t) return a.t - b.t;
  if (a.r === b.r) return 0;
  const [serverA, incarnationA] = rankOf(a.r);
  const [serverB, incarnationB] = rankOf(b.r);
  return serverA - serverB || incarnationA - incarnationB;
};

/** A stamp as text, `5@8021.0`. */
export const showStamp = (s: Stamp): string => `${s.t}@${s.r}`;

/** For each replica the greatest accept time: R12 calls it a vector. `cover` and `coverAll` change it in place. */
export type Vector = Map<ReplicaId, number>;

/** Raises a vector to cover a stamp. */
export const cover = (vector: Vector, s: Stamp): void => {
  if ((vector.get(s.r) ?? 0) < s.t) vector.set(s.r, s.t);
};

/** Raises a vector to cover another one. */
export const coverAll = (vector: Vector, other: Vector): void => {
  for (const [r, t] of other) if ((vector.get(r) ?? 0) < t) vector.set(r, t);
};
