/**
 * A put on its way (R14), as a pure machine. It decides when the put's server is reached, how long this may take, when the put waits, and when
 * the put is given up. `attempt.ts` decides which server is next. The caller has the connections, the timers and the other puts. The caller
 * does one effect at a time. After each effect but the last, it passes the effect's result in as one event.
 */
import type { NodeId, ReplicaId } from '../core/ids.js';
import type { PutResult } from '../core/results.js';
import { beginPut, nextPut, type PutAttempt, type PutEvent, type PutStep } from '../impl/attempt.js';
import { BACKOFF_MS } from './net-limits.js';

/** A put without a result. Immutable. */
export interface PutRoute {
  readonly attempt: PutAttempt;
  /** The server that is being asked. */
  readonly server: NodeId;
  /** The time at which the put's time is over, in ms. */
  readonly until: number;
  /** The least time for which it is worth a first sending, in ms. */
  readonly leastMs: number;
  /** How often the put was to be sent again to its replica. */
  readonly repetitions: number;
}

/** The result of the last effect. */
export type RouteEvent =
  /**
   * There is a connection to `replica`. `isHeldUp`: another put must have its result, or be on this connection, first. `isOvertaken`: a later put that must
   * not overtake this one was accepted, or may have been.
   */
  | { readonly type: 'reached'; readonly replica: ReplicaId | null; readonly isHeldUp: boolean; readonly isOvertaken: boolean }
  /** There is no connection. `isRelinked`: the server was linked anew meanwhile, perhaps at another address. */
  | { readonly type: 'unreached'; readonly isRelinked: boolean }
  /** The client's link to the server was cut. */
  | { readonly type: 'linkCut' }
  /** Another put has its result, was sent over a connection, or has left it. */
  | { readonly type: 'woken'; readonly isOvertaken: boolean }
  /** No other put has changed, and the put's time is over. */
  | { readonly type: 'late' }
  /** The pause is over. */
  | { readonly type: 'paused' }
  /** The put was sent, with this result. */
  | { readonly type: 'came'; readonly event: PutEvent };

/** The caller's next action. */
export type RouteEffect =
  /** Reach the server within `withinMs`. `isPatient`: dial again and again. */
  | { readonly type: 'reach'; readonly withinMs: number; readonly isPatient: boolean }
  /** Send the put over the reached connection. `at`: the only replica that may take the put. Null: the put was sent to no replica yet. */
  | { readonly type: 'send'; readonly at: ReplicaId | null; readonly withinMs: number }
  /** Wait until another put has changed, at most `withinMs`. */
  | { readonly type: 'wait'; readonly withinMs: number }
  | { readonly type: 'pause'; readonly ms: number }
  | RouteEnd;

/** The put has its result. */
interface RouteEnd {
  readonly type: 'done';
  readonly result: PutResult;
}

/** A route and its next effect. A put with a result has no route any more. `noted`: the server that could not be reached, for the trace. */
export type RouteStep =
  | { readonly route: PutRoute; readonly effect: Exclude<RouteEffect, RouteEnd>; readonly noted?: NodeId }
  | { readonly route?: undefined; readonly effect: RouteEnd; readonly noted?: NodeId };

const UNREACHABLE: PutEvent = { type: 'unreachable' };
const NOT_SENT: PutEvent = { type: 'timedOut', sent: false };

/**
 * The share of a put's time that must be left for its first sending. A put that is sent with less would hardly be answered in time, and would be unknown. If it
 * is not sent, it is certain that it is written nowhere.
 */
const LEAST_SHARE = 1 / 50;

/** Begins the route of a put to these servers, in R13's order. */
export const beginRoute = (servers: ReadonlyArray<NodeId>, until: number, nowMs: number): RouteStep => {
  const turn = beginPut(servers);
  return goTo({ until, leastMs: (until - nowMs) * LEAST_SHARE, repetitions: 0 }, turn, nowMs);
};

/** The next step. */
export const nextRoute = (route: PutRoute, event: RouteEvent, nowMs: number): RouteStep => {
  switch (event.type) {
    case 'reached':
      return reached(route, event, nowMs);
    case 'unreached':
      if (event.isRelinked) return reach(route, nowMs);
      // A repeated put was sent to this server before, so the trace has this server already.
      return route.attempt.at === null
        ? { ...after(route, UNREACHABLE, nowMs), noted: route.server }
        : after(route, UNREACHABLE, nowMs);
    case 'linkCut':
      return after(route, UNREACHABLE, nowMs);
    case 'woken':
      return event.isOvertaken ? after(route, NOT_SENT, nowMs) : reach(route, nowMs);
    case 'paused':
      return reach(route, nowMs);
    case 'late':
      return after(route, NOT_SENT, nowMs);
    case 'came':
      return after(route, event.event, nowMs);
  }
};

/** Each server still to be asked gets an equal share of the time for being reached. A put that was sent may wait until its time is over. */
const reach = (route: PutRoute, nowMs: number): RouteStep => {
  const { attempt, until } = route;
  const left = until - nowMs;
  if (isLate(route, nowMs)) return after(route, NOT_SENT, nowMs);
  const isPatient = attempt.at !== null;
  return { route, effect: { type: 'reach', withinMs: isPatient ? left : left / attempt.servers.length, isPatient } };
};

const isLate = ({ attempt, until, leastMs }: PutRoute, nowMs: number): boolean =>
  until - nowMs <= (attempt.at === null ? leastMs : 0);

type Reached = Extract<RouteEvent, { readonly type: 'reached' }>;

/** An overtaken put ends here: wherever it were accepted now, it would get the greater stamp. */
const reached = (route: PutRoute, { replica, isHeldUp, isOvertaken }: Reached, nowMs: number): RouteStep => {
  const { at } = route.attempt;
  if (at !== null && replica !== at) return after(route, UNREACHABLE, nowMs);
  if (isOvertaken || isLate(route, nowMs)) return after(route, NOT_SENT, nowMs);
  const withinMs = route.until - nowMs;
  return { route, effect: isHeldUp ? { type: 'wait', withinMs } : { type: 'send', at, withinMs } };
};

const after = (route: PutRoute, event: PutEvent, nowMs: number): RouteStep => goTo(route, nextPut(route.attempt, event), nowMs);

/** A put that is sent again more than once pauses before each try, because its server may break off again and again, or be busy. */
const goTo = (
  route: Pick<PutRoute, 'until' | 'leastMs' | 'repetitions'>,
  { attempt, effect }: PutStep,
  nowMs: number,
): RouteStep => {
  if (effect.type === 'done') return { effect };
  const isRepeated = attempt.at !== null;
  const next = { ...route, attempt, server: effect.server, repetitions: route.repetitions + (isRepeated ? 1 : 0) };
  return isRepeated && route.repetitions > 0
    ? { route: next, effect: { type: 'pause', ms: BACKOFF_MS.first } }
    : reach(next, nowMs);
};
