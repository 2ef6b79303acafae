/**
 * The bounds that no honest history can have passed (R16). A replica refuses puts and answers beyond these bounds.
 *
 * Accept times: no cluster accepts {@link RATE} puts a second. So from the day on which the counting begins, no cluster has passed
 * {@link horizonAt}. Before that day, and on a machine with a wrong date, {@link MAX_AHEAD} is the bound; it is years of puts. A session's clock
 * may lead its server's clock by {@link MAX_AHEAD}, but may not pass the horizon. So no sequence of requests takes a cluster's clocks far
 * beyond an honest cluster's clocks. The clocks never come to their end, and honest puts, which are slower than the horizon, go on. A peer may
 * lead this replica by any number up to the horizon, because a new server catches up with an old cluster. Peers get {@link MAX_AHEAD} more,
 * because their machines' dates differ.
 */
import type { Bytes } from '../core/bytes.js';
import { MAX_KEY_BYTES, MAX_VALUE_BYTES } from '../core/bounds.js';
import type { PulledAnswer, Put, RefusedAnswer } from '../core/messages.js';
import type { SessionToken } from '../core/guarantees.js';
import type { Stamp, VectorEntries } from '../core/write.js';

/** How far a session's clock may be ahead of a server's. */
export const MAX_AHEAD = 2 ** 40;
/** Puts a second: more than any cluster accepts. */
const RATE = 2 ** 20;
/** The moment at which the counting begins. */
const BEGIN_MS = Date.UTC(2025, 0);
/** The lead that a peer may have over this replica at any date: more puts than a peer can accept between two pulls. */
const STEP = 2 ** 20;

/** The greatest accept time of an honest history at this moment (ms since 1970). */
export const horizonAt = (nowMs: number): number => MAX_AHEAD + Math.floor((RATE * Math.max(0, nowMs - BEGIN_MS)) / 1000);

const isTooLarge = (key: Bytes, value: Bytes): boolean => key.length > MAX_KEY_BYTES || value.length > MAX_VALUE_BYTES;

const latestTime = (vv: VectorEntries): number => vv.reduce((max, [, t]) => (t > max ? t : max), 0);

/** The reason why a replica whose accept time is `own` may not accept a put; undefined: the replica may accept the put. */
export const refusalOfPut = (own: number, put: Put, nowMs: number): RefusedAnswer['reason'] | undefined => {
  if (isTooLarge(put.key, put.value)) return 'too-large';
  if (own >= Number.MAX_SAFE_INTEGER) return 'too-far';
  return put.clock > own && (put.clock > own + MAX_AHEAD || put.clock > horizonAt(nowMs)) ? 'too-far' : undefined;
};

/** The greatest accept time that a peer may name to a replica whose accept time is `own`. */
export const mostOfPeers = (own: number, nowMs: number): number => Math.max(own + STEP, horizonAt(nowMs) + MAX_AHEAD);

/** The reason why a replica whose accept time is `own` may not merge a pull's answer; undefined: the replica may merge the answer. */
export const refusalOfMerge = (
  own: number,
  { vv, clock, writes }: PulledAnswer,
  nowMs: number,
): RefusedAnswer['reason'] | undefined => {
  const most = mostOfPeers(own, nowMs);
  if (clock > most || latestTime(vv) > most || writes.some((w) => w.t > most)) return 'too-far';
  return writes.some((w) => isTooLarge(w.key, w.value)) ? 'too-large' : undefined;
};

/** Can an honest history have this stamp? A session checks each stamp that a server answers with. */
export const isHonest = (stamp: Stamp, nowMs: number): boolean => stamp.t <= horizonAt(nowMs) + MAX_AHEAD;

/** Can an honest history have every clock, vector entry and stamp of this token? */
export const isHonestToken = (token: SessionToken, nowMs: number): boolean =>
  Math.max(token.clock, ...[token.floor, token.writeVector, token.readVector].map(latestTime)) <= horizonAt(nowMs) + MAX_AHEAD &&
  [...token.wrote, ...token.read].every(([, stamp]) => isHonest(stamp, nowMs));
