/**
 * A put on its way (R14), as a pure machine: when its server is reached, how long that may take, what it waits for and when it is given up. Where it goes next is
 * decided by `attempt.ts`; connections, timers and what other puts do are its caller's. One thing is done for a put at a time: each effect but
 * the last is followed by one event, which says what came of it.
 */
import type { NodeId, ReplicaId } from '../core/ids.js';
import type { PutResult } from '../core/results.js';
import { beginPut, nextPut, type PutAttempt, type PutEvent, type PutStep } from '../impl/attempt.js';
import { BACKOFF_MS } from './net-limits.js';

/** A put that has not come to its result. Immutable. */
export interface PutRoute {
  readonly attempt: PutAttempt;
  /** The server that is being asked. */
  readonly server: NodeId;
  /** When its time is over, in ms. */
  readonly until: number;
  /** How often it was to be sent again to the replica that it was sent to. */
  readonly repetitions: number;
}

/** The result of the last effect. */
export type RouteEvent =
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
  /** The put was sent, with this result. */
  | { readonly type: 'came'; readonly event: PutEvent };

/** What to do. */
export type RouteEffect =
  /** A connection to the server, within so many ms; `isPatient`: dial again and again. */
  | { readonly type: 'reach'; readonly withinMs: number; readonly isPatient: boolean }
  /** It is sent over the connection that was reached; `at`: to the replica that alone may take it; null: it was sent to none yet. */
  | { readonly type: 'send'; readonly at: ReplicaId | null; readonly withinMs: number }
  /** Until an earlier put has changed, so many ms at most. */
  | { readonly type: 'wait'; readonly withinMs: number }
  | { readonly type: 'pause'; readonly ms: number }
  | RouteEnd;

/** Nothing more: the put has come to its result. */
interface RouteEnd {
  readonly type: 'done';
  readonly result: PutResult;
}

/** A route and what to do; a put that has come to its result has no route any more. `noted`: the server that could not be reached, for the trace. */
export type RouteStep =
  | { readonly route: PutRoute; readonly effect: Exclude<RouteEffect, RouteEnd>; readonly noted?: NodeId }
  | { readonly route?: undefined; readonly effect: RouteEnd; readonly noted?: NodeId };

const UNREACHABLE: PutEvent = { type: 'unreachable' };
const NOT_SENT: PutEvent = { type: 'timedOut', sent: false };

/** Begins the route of a put to these servers, in R13's order. */
export const beginRoute = (servers: ReadonlyArray<NodeId>, until: number, nowMs: number): RouteStep => {
  const turn = beginPut(servers);
  return goTo({ until, repetitions: 0 }, turn, nowMs);
};

/** The next step. */
export const nextRoute = (route: PutRoute, event: RouteEvent, nowMs: number): RouteStep => {
  switch (event.type) {
    case 'reached':
      return reached(route, event.replica, event.isHeldUp, nowMs);
    case 'unreached':
      if (event.isRelinked) return reach(route, nowMs);
      // One that is repeated was sent there before: that it was asked is noted already.
      return route.attempt.at === null
        ? { ...after(route, UNREACHABLE, nowMs), noted: route.server }
        : after(route, UNREACHABLE, nowMs);
    case 'unlinked':
      return after(route, UNREACHABLE, nowMs);
    case 'woken':
    case 'paused':
      return reach(route, nowMs);
    case 'late':
      return after(route, NOT_SENT, nowMs);
    case 'came':
      return after(route, event.event, nowMs);
  }
};

/** Every server still to be asked has its share of the time to be reached; what was sent may wait for its answer to the end. */
const reach = (route: PutRoute, nowMs: number): RouteStep => {
  const { attempt, until } = route;
  const left = until - nowMs;
  if (left <= 0) return after(route, NOT_SENT, nowMs);
  const isPatient = attempt.at !== null;
  return { route, effect: { type: 'reach', withinMs: isPatient ? left : left / attempt.servers.length, isPatient } };
};

const reached = (route: PutRoute, replica: ReplicaId | null, isHeldUp: boolean, nowMs: number): RouteStep => {
  const { at } = route.attempt;
  if (at !== null && replica !== at) return after(route, UNREACHABLE, nowMs);
  const withinMs = route.until - nowMs;
  return { route, effect: isHeldUp ? { type: 'wait', withinMs } : { type: 'send', at, withinMs } };
};

const after = (route: PutRoute, event: PutEvent, nowMs: number): RouteStep => goTo(route, nextPut(route.attempt, event), nowMs);

/** A server that breaks off again and again, or is busy, is not asked without a pause. */
const goTo = (route: Pick<PutRoute, 'until' | 'repetitions'>, { attempt, effect }: PutStep, nowMs: number): RouteStep => {
  if (effect.type === 'done') return { effect };
  const isRepeated = attempt.at !== null;
  const next = { until: route.until, attempt, server: effect.server, repetitions: route.repetitions + (isRepeated ? 1 : 0) };
  return isRepeated && route.repetitions > 0
    ? { route: next, effect: { type: 'pause', ms: BACKOFF_MS.first } }
    : reach(next, nowMs);
};
