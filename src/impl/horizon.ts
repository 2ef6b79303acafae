/**
 * What no honest history can have reached (R16), and what is therefore refused where it is taken in.
 *
 * Accept times. No cluster accepts {@link RATE} puts a second, so none has come further than {@link horizonAt}, from the day on which
 * the counting begins; before it, and where a machine's date is wrong, {@link AHEAD} holds, which is years of puts. A session may lead a server
 * that it comes to by {@link AHEAD}, but not beyond the horizon. So whatever anybody asks for, in however many steps, the clocks of a cluster
 * stay about where an honest one could be; they never come to their end, and honest puts, which are slower than the horizon, go on. A peer may
 * be further than this replica by anything up to the horizon: a new server catches up with an old cluster. For peers there is {@link AHEAD} more,
 * since their machines' dates differ.
 */
import type { Bytes } from '../core/bytes.js';
import { MAX_KEY_BYTES, MAX_VALUE_BYTES } from '../core/bounds.js';
import type { Pulled, Put, Refused } from '../core/messages.js';
import type { SessionToken } from '../core/guarantees.js';
import type { Stamp, VectorEntries } from '../core/write.js';

/** How far a session's clock may be ahead of a server's. */
export const AHEAD = 2 ** 40;
/** Puts a second above any cluster's. */
const RATE = 2 ** 20;
/** When the counting begins. */
const BEGIN_MS = Date.UTC(2025, 0);
/** What a peer may be ahead of this replica by, whatever the date says: more than it can accept between two pulls. */
const STEP = 2 ** 20;

/** The greatest accept time of an honest history at this moment (ms since 1970). */
export const horizonAt = (nowMs: number): number => AHEAD + Math.floor((RATE * Math.max(0, nowMs - BEGIN_MS)) / 1000);

const isTooLarge = (key: Bytes, value: Bytes): boolean => key.length > MAX_KEY_BYTES || value.length > MAX_VALUE_BYTES;

const latestOf = (vv: VectorEntries): number => vv.reduce((max, [, t]) => (t > max ? t : max), 0);

/** Why a put may not be accepted by a replica whose accept time is `own`; undefined: it may. */
export const refusalOfPut = (own: number, put: Put, nowMs: number): Refused['reason'] | undefined => {
  if (isTooLarge(put.key, put.value)) return 'too-large';
  if (own >= Number.MAX_SAFE_INTEGER) return 'too-far';
  return put.clock > own && (put.clock > own + AHEAD || put.clock > horizonAt(nowMs)) ? 'too-far' : undefined;
};

/** The greatest accept time that a peer may speak of, to a replica whose own is `own`. */
export const mostOfPeers = (own: number, nowMs: number): number => Math.max(own + STEP, horizonAt(nowMs) + AHEAD);

/** Why a pull's answer may not be merged by such a replica; undefined: it may. */
export const refusalOfMerge = (own: number, { vv, clock, writes }: Pulled, nowMs: number): Refused['reason'] | undefined => {
  const most = mostOfPeers(own, nowMs);
  if (clock > most || latestOf(vv) > most || writes.some((w) => w.t > most)) return 'too-far';
  return writes.some((w) => isTooLarge(w.key, w.value)) ? 'too-large' : undefined;
};

/** Is this the stamp of an honest history? A session asks that of what a server says. */
export const isHonest = (stamp: Stamp, nowMs: number): boolean => stamp.t <= horizonAt(nowMs) + AHEAD;

/** Is all that a token says of an honest history? */
export const isHonestToken = (token: SessionToken, nowMs: number): boolean =>
  Math.max(token.clock, ...[token.floor, token.writeVector, token.readVector].map(latestOf)) <= horizonAt(nowMs) + AHEAD &&
  [...token.wrote, ...token.read].every(([, stamp]) => isHonest(stamp, nowMs));
