/**
 * Which server a request goes to next (R13, R14, R15): one attempt of one get or put, as a pure machine. It is fed what
 * happened and says what to do; sockets, deadlines and messages are its caller's.
 *
 * Mixed cases, by the rules' reasons. A get that some server answered with ERR_DEP and that the others did not answer ends in
 * ERR_DEP: a server was reached, and none that was reached meets the guarantees. A put that may have been accepted somewhere ends
 * in UNKNOWN unless a server accepts it in the end, also when another one refused it: ERR_DEP and ERR_CONN promise that nothing
 * was written.
 */
import type { NodeId } from '../core/ids.js';
import type { GetAnswer, PutAnswer, Refused } from '../core/messages.js';
import type { GetResult, PutResult } from '../core/session.js';

/** What happened at the server that was asked last. */
export type AttemptEvent<A> =
  | { readonly type: 'answered'; readonly answer: A | Refused }
  /** The connection broke after the request was sent, before the answer. */
  | { readonly type: 'broken' }
  /** The request could not be sent: no connection. */
  | { readonly type: 'unreachable' }
  /** The whole attempt's time is up; `sent`: was the request sent to the server that was asked last? */
  | { readonly type: 'timedOut'; readonly sent: boolean };

/** What to do. */
type AttemptEffect<R> = { readonly type: 'ask'; readonly server: NodeId } | { readonly type: 'done'; readonly result: R };

/** An attempt on its way. Immutable. */
export interface Attempt {
  /** Still to be asked; the first is the one being asked. */
  readonly servers: ReadonlyArray<NodeId>;
  /** It broke at this server once, and was sent there again (R14). */
  readonly again: boolean;
  /** Some server may have taken it without our knowing. */
  readonly unsure: boolean;
  /** Some server was behind (R12). */
  readonly behind: boolean;
}

/** An attempt and what to do next. */
export interface Turn<R> {
  readonly attempt: Attempt;
  readonly effect: AttemptEffect<R>;
}

/** R13: the servers in the order in which they were connected, first the one that answered last time. */
export const inOrder = (connected: ReadonlyArray<NodeId>, answeredLast: NodeId | undefined): ReadonlyArray<NodeId> =>
  answeredLast === undefined || connected[0] === answeredLast || !connected.includes(answeredLast)
    ? connected
    : [answeredLast, ...connected.filter((s) => s !== answeredLast)];

/** Starts a get at these servers, in {@link inOrder}'s order. */
export const beginGet = (servers: ReadonlyArray<NodeId>): Turn<GetResult> => go(fresh(servers), resultOfGet);

/** Starts a put at these servers, in {@link inOrder}'s order. */
export const beginPut = (servers: ReadonlyArray<NodeId>): Turn<PutResult> => go(fresh(servers), resultOfPut);

/** R13, R15: the next step of a get. A get that broke is asked again at the same server once, as a put is. */
export const nextGet = (attempt: Attempt, event: AttemptEvent<GetAnswer>): Turn<GetResult> => {
  if (event.type !== 'answered') return unanswered(attempt, event, resultOfGet);
  switch (event.answer.type) {
    case 'found':
      return done(attempt, { type: 'value', value: event.answer.value, stamp: event.answer.stamp });
    case 'missing':
      return done(attempt, { type: 'ERR_KEY' });
    case 'behind':
      return go(nextServer({ ...attempt, behind: true }), resultOfGet);
    case 'refused':
      return go(nextServer(attempt), resultOfGet);
  }
};

/** R14, R15: the next step of a put. */
export const nextPut = (attempt: Attempt, event: AttemptEvent<PutAnswer>): Turn<PutResult> => {
  if (event.type !== 'answered') return unanswered(attempt, event, resultOfPut);
  switch (event.answer.type) {
    case 'accepted':
      return done(attempt, { type: 'accepted', stamp: event.answer.stamp });
    case 'behind':
      return go(nextServer({ ...attempt, behind: true }), resultOfPut);
    case 'refused': {
      const noEffect = event.answer.reason === 'failed' || event.answer.reason === 'busy';
      return go(nextServer({ ...attempt, unsure: attempt.unsure || !noEffect }), resultOfPut);
    }
  }
};

const fresh = (servers: ReadonlyArray<NodeId>): Attempt => ({ servers, again: false, unsure: false, behind: false });

const done = <R>(attempt: Attempt, result: R): Turn<R> => ({ attempt, effect: { type: 'done', result } });

const nextServer = (attempt: Attempt): Attempt => ({ ...attempt, servers: attempt.servers.slice(1), again: false });

const go = <R>(attempt: Attempt, resultOf: (attempt: Attempt) => R): Turn<R> => {
  const [server] = attempt.servers;
  return server === undefined ? done(attempt, resultOf(attempt)) : { attempt, effect: { type: 'ask', server } };
};

const unanswered = <R>(
  attempt: Attempt,
  event: Exclude<AttemptEvent<never>, { readonly type: 'answered' }>,
  resultOf: (attempt: Attempt) => R,
): Turn<R> => {
  switch (event.type) {
    case 'broken':
      return go(attempt.again ? nextServer({ ...attempt, unsure: true }) : { ...attempt, unsure: true, again: true }, resultOf);
    case 'unreachable':
      return go(nextServer(attempt), resultOf);
    case 'timedOut': {
      const last = { ...attempt, unsure: attempt.unsure || event.sent };
      return done(last, resultOf(last));
    }
  }
};

const resultOfGet = (attempt: Attempt): GetResult => ({ type: attempt.behind ? 'ERR_DEP' : 'ERR_CONN' });

const resultOfPut = (attempt: Attempt): PutResult =>
  attempt.unsure ? { type: 'UNKNOWN' } : { type: attempt.behind ? 'ERR_DEP' : 'ERR_CONN' };
