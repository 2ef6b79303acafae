/**
 * A put on its way (R14), as a pure machine: when its server is reached, how long that may take, what it waits for and when it is given up. Where it goes next is
 * decided by `attempt.ts`; connections, timers and what other puts do are its caller's. One thing is done for a put at a time: each effect but
 * the last is followed by one event, which says what came of it.
 */
import type { NodeId, ReplicaId } from '../core/ids.js';
import type { PutResult } from '../core/results.js';
import { beginPut, nextPut, type PutAttempt, type PutEvent, type PutTurn } from '../impl/attempt.js';
import { BACKOFF_MS } from './net-limits.js';

/** A put that has not come to its result. Immutable. */
export interface PutWay {
  readonly attempt: PutAttempt;
  /** The server that is being asked. */
  readonly server: NodeId;
  /** When its time is over, in ms. */
  readonly until: number;
  /** How often it was to be sent again to the replica that it was sent to. */
  readonly repetitions: number;
}

/** What came of the last effect. */
export type WayEvent =
  /** There is a connection to this replica; `isHeldUp`: an earlier put has to come to its result before this one is sent over it. */
  | { readonly type: 'reached'; readonly replica: ReplicaId | null; readonly isHeldUp: boolean }
  /** There is none. `isRelinked`: the server has been linked anew meanwhile, at another address perhaps. */
  | { readonly type: 'unreached'; readonly isRelinked: boolean }
  /** It is not linked to that server any more. */
  | { readonly type: 'unlinked' }
  /** An earlier put has changed. */
  | { readonly type: 'woken' }
  /** None has, and the time is over. */
  | { readonly type: 'late' }
  /** The pause is over. */
  | { readonly type: 'paused' }
  /** It was sent, and this is what came of it. */
  | { readonly type: 'came'; readonly event: PutEvent };

/** What to do. */
export type WayEffect =
  /** A connection to the server, within so many ms; `isPatient`: dial again and again. */
  | { readonly type: 'reach'; readonly withinMs: number; readonly isPatient: boolean }
  /** It is sent over the connection that was reached; `at`: to the replica that alone may take it; null: it was sent to none yet. */
  | { readonly type: 'send'; readonly at: ReplicaId | null; readonly withinMs: number }
  /** Until an earlier put has changed, so many ms at most. */
  | { readonly type: 'wait'; readonly withinMs: number }
  | { readonly type: 'pause'; readonly ms: number }
  | WayEnd;

/** Nothing more: the put has come to its result. */
interface WayEnd {
  readonly type: 'done';
  readonly result: PutResult;
}

/** A way and what to do; a put that has come to its result has no way any more. `noted`: the server that could not be reached, for the trace. */
export type WayTurn =
  | { readonly way: PutWay; readonly effect: Exclude<WayEffect, WayEnd>; readonly noted?: NodeId }
  | { readonly way?: undefined; readonly effect: WayEnd; readonly noted?: NodeId };

const UNREACHABLE: PutEvent = { type: 'unreachable' };
const NOT_SENT: PutEvent = { type: 'timedOut', sent: false };

/** Begins the way of a put to these servers, in R13's order. */
export const beginWay = (servers: ReadonlyArray<NodeId>, until: number, nowMs: number): WayTurn => {
  const turn = beginPut(servers);
  return goTo({ until, repetitions: 0 }, turn, nowMs);
};

/** The next step. */
export const nextWay = (way: PutWay, event: WayEvent, nowMs: number): WayTurn => {
  switch (event.type) {
    case 'reached':
      return reached(way, event.replica, event.isHeldUp, nowMs);
    case 'unreached':
      if (event.isRelinked) return reach(way, nowMs);
      // One that is repeated was sent there before: that it was asked is noted already.
      return way.attempt.at === null ? { ...after(way, UNREACHABLE, nowMs), noted: way.server } : after(way, UNREACHABLE, nowMs);
    case 'unlinked':
      return after(way, UNREACHABLE, nowMs);
    case 'woken':
    case 'paused':
      return reach(way, nowMs);
    case 'late':
      return after(way, NOT_SENT, nowMs);
    case 'came':
      return after(way, event.event, nowMs);
  }
};

/** Every server still to be asked has its share of the time to be reached; what was sent may wait for its answer to the end. */
const reach = (way: PutWay, nowMs: number): WayTurn => {
  const { attempt, until } = way;
  const left = until - nowMs;
  if (left <= 0) return after(way, NOT_SENT, nowMs);
  const isPatient = attempt.at !== null;
  return { way, effect: { type: 'reach', withinMs: isPatient ? left : left / attempt.servers.length, isPatient } };
};

const reached = (way: PutWay, replica: ReplicaId | null, isHeldUp: boolean, nowMs: number): WayTurn => {
  const { at } = way.attempt;
  if (at !== null && replica !== at) return after(way, UNREACHABLE, nowMs);
  const withinMs = way.until - nowMs;
  return { way, effect: isHeldUp ? { type: 'wait', withinMs } : { type: 'send', at, withinMs } };
};

const after = (way: PutWay, event: PutEvent, nowMs: number): WayTurn => goTo(way, nextPut(way.attempt, event), nowMs);

/** A server that breaks off again and again, or is busy, is not asked without a pause. */
const goTo = (way: Pick<PutWay, 'until' | 'repetitions'>, { attempt, effect }: PutTurn, nowMs: number): WayTurn => {
  if (effect.type === 'done') return { effect };
  const isRepeated = attempt.at !== null;
  const next = { until: way.until, attempt, server: effect.server, repetitions: way.repetitions + (isRepeated ? 1 : 0) };
  return isRepeated && way.repetitions > 0 ? { way: next, effect: { type: 'pause', ms: BACKOFF_MS.first } } : reach(next, nowMs);
};
