/**
 * Judges the two guarantees of writes (R12) where a server that accepts a put can be looked into at that moment:
 *
 * - Monotonic Writes: the server has all earlier puts of the put's session that were acknowledged by then, and all that the session's token knew that its sessions wrote;
 * - Writes Follow Reads: the server has all that the session had read when it asked for the put, and all that its token knew that its sessions read.
 *
 * It knows the contract alone.
 */
import type { Guarantees } from '#bayou/core/guarantees.js';
import type { ReplicaId } from '#bayou/core/ids.js';
import type { Stamp, VectorEntries } from '#bayou/core/write.js';
import { showStamp } from '../layer4-hostile/judge/stamp-order.js';

/** The guarantees of writes that a session asks for. */
export type AskedOfWrites = Pick<Guarantees, 'monotonicWrites' | 'writesFollowReads'>;

/** By replica, the greatest accept time. Never changed in place. */
export type SeenTimes = ReadonlyMap<ReplicaId, number>;

export const NO_TIMES: SeenTimes = new Map();

/** The times with those of a stamp. */
export const withTime = (times: SeenTimes, { t, r }: Stamp): SeenTimes =>
  (times.get(r) ?? 0) >= t ? times : new Map([...times, [r, t]]);

interface SessionOfWrites {
  readonly asks: AskedOfWrites;
  /** What the session's token knew that was written. */
  readonly wroteBefore: SeenTimes;
  readonly acknowledged: { readonly n: number; readonly stamp: Stamp }[];
  puts: number;
}

interface AskedPut {
  readonly session: SessionOfWrites;
  /** Its place among the session's puts. */
  readonly n: number;
  readonly read: SeenTimes;
}

const show = ([r, t]: readonly [ReplicaId, number]): string => showStamp({ t, r });

/** The first of these times that a server's vector does not claim. */
const lacked = (vector: ReadonlyMap<ReplicaId, number>, times: Iterable<readonly [ReplicaId, number]>) =>
  [...times].find(([r, t]) => (vector.get(r) ?? 0) < t);

/** The judge of the guarantees of writes. Changed in place by its own methods alone. */
export class WritesJudge {
  /** The number of puts that were judged. */
  judged = 0;
  readonly #sessions = new Map<number, SessionOfWrites>();
  readonly #puts = new Map<string, AskedPut>();

  begin(session: number, asks: AskedOfWrites, wroteBefore: SeenTimes): void {
    this.#sessions.set(session, { asks, wroteBefore, acknowledged: [], puts: 0 });
  }

  /** Notes a put before it is sent. `read`: what its session has read. */
  put(session: number, value: string, read: SeenTimes): void {
    const of = this.#sessions.get(session)!;
    this.#puts.set(value, { session: of, n: of.puts++, read });
  }

  acknowledged(value: string, stamp: Stamp): void {
    const { session, n } = this.#puts.get(value)!;
    session.acknowledged.push({ n, stamp });
  }

  /** Judges a put that a server has just accepted with this vector; returns the broken promise in words, undefined: none. */
  acceptedBy(value: string, vv: VectorEntries): string | undefined {
    const put = this.#puts.get(value);
    if (put === undefined) return undefined;
    const { session, n, read } = put;
    const { monotonicWrites, writesFollowReads } = session.asks;
    if (!monotonicWrites && !writesFollowReads) return undefined;
    this.judged++;
    const vector = new Map(vv);
    const earlier = session.acknowledged.filter((one) => one.n < n).map(({ stamp: { t, r } }) => [r, t] as const);
    const unwritten = monotonicWrites ? lacked(vector, [...session.wroteBefore, ...earlier]) : undefined;
    if (unwritten !== undefined) return `MW: ${value} was accepted where ${show(unwritten)} of its session is not`;
    const unread = writesFollowReads ? lacked(vector, read) : undefined;
    return unread === undefined
      ? undefined
      : `WFR: ${value} was accepted where ${show(unread)} is not, which its session had read`;
  }
}
