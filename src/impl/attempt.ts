/**
 * Which server a request goes to next (R13, R14, R15): one attempt of one get or put, as a pure machine. It is fed what
 * happened and says what to do; sockets, deadlines and messages are its caller's.
 *
 * A put goes on to the next server only where the one before certainly has not accepted it and never will: it refused, or the put
 * was not sent. Once it was sent to a replica and no answer came, it may go to that replica alone, as often as there is time for, and
 * where that does not answer either the outcome is UNKNOWN.
 *
 * Mixed cases, by the rules' reasons. A get that some server answered with ERR_DEP and that the others did not answer ends in
 * ERR_DEP: a server was reached, and none that was reached meets the guarantees. A repeated put that is refused may still be accepted: what
 * was sent first may be on its way yet. So it is repeated, or UNKNOWN: ERR_DEP, ERR_LOG and ERR_CONN promise that nothing was
 * written.
 */
import type { NodeId, ReplicaId } from '../core/ids.js';
import type { GetAnswer, PutAnswer, Refused } from '../core/messages.js';
import type { GetResult, PutResult } from '../core/results.js';

// --- types -----------------------------------------------------------------------------------------------------------------

/** A server answered. */
interface Answered<A> {
  readonly type: 'answered';
  readonly answer: A | Refused;
}

/** The request could not be sent: no connection, or, for a put that is repeated, none to its replica. */
interface Unreachable {
  readonly type: 'unreachable';
}

/** The whole attempt's time is up; `sent`: was the request sent to the server that was asked last, and not answered? */
interface TimedOut {
  readonly type: 'timedOut';
  readonly sent: boolean;
}

/** What happened to a get at the server that was asked last. `broken`: it was sent, and the connection broke before the answer. */
export type GetEvent = Answered<GetAnswer> | Unreachable | TimedOut | { readonly type: 'broken' };

/** What happened to a put at the server that was asked last. `broken`: the same; `replica` is the one that it was sent to. */
export type PutEvent = Answered<PutAnswer> | Unreachable | TimedOut | { readonly type: 'broken'; readonly replica: ReplicaId };

/** A get on its way. Immutable. */
export interface GetAttempt {
  /** Still to be asked; the first is the one being asked. */
  readonly servers: ReadonlyArray<NodeId>;
  /** Some server was behind (R12). */
  readonly behind: boolean;
  /** It broke at this server once, and was sent there again. */
  readonly again: boolean;
}

/** A put on its way. Immutable. */
export interface PutAttempt {
  readonly servers: ReadonlyArray<NodeId>;
  readonly behind: boolean;
  /** Some server's log has failed. */
  readonly failed: boolean;
  /** The replica that it was sent to without an answer, of the first server: the only one that it may go to. Null: none. */
  readonly at: ReplicaId | null;
}

/** An attempt and what to do next. */
export interface Step<A, R> {
  readonly attempt: A;
  readonly effect: { readonly type: 'ask'; readonly server: NodeId } | { readonly type: 'done'; readonly result: R };
}

export type GetStep = Step<GetAttempt, GetResult>;
export type PutStep = Step<PutAttempt, PutResult>;

/** R13: the servers in the order in which they were connected, first the one that answered last time. */
export const inOrder = (connected: ReadonlyArray<NodeId>, answeredLast: NodeId | undefined): ReadonlyArray<NodeId> =>
  answeredLast === undefined || connected[0] === answeredLast || !connected.includes(answeredLast)
    ? connected
    : [answeredLast, ...connected.filter((s) => s !== answeredLast)];

const done = <A, R>(attempt: A, result: R): Step<A, R> => ({ attempt, effect: { type: 'done', result } });

// --- gets (R13, R15) -------------------------------------------------------------------------------------------------------

/** Starts a get at these servers, in {@link inOrder}'s order. */
export const beginGet = (servers: ReadonlyArray<NodeId>): GetStep => askGet({ servers, behind: false, again: false });

/** The next step of a get. One that broke is asked again at the same server once. */
export const nextGet = (attempt: GetAttempt, event: GetEvent): GetStep => {
  switch (event.type) {
    case 'answered':
      return answeredGet(attempt, event.answer);
    case 'broken':
      return attempt.again ? nextServerOfGet(attempt) : askGet({ ...attempt, again: true });
    case 'unreachable':
      return nextServerOfGet(attempt);
    case 'timedOut':
      return done(attempt, resultOfGet(attempt));
  }
};

const answeredGet = (attempt: GetAttempt, answer: GetAnswer | Refused): GetStep => {
  switch (answer.type) {
    case 'found':
      return done(attempt, { type: 'value', value: answer.value, stamp: answer.stamp });
    case 'missing':
      return done(attempt, { type: 'ERR_KEY' });
    case 'behind':
      return nextServerOfGet({ ...attempt, behind: true });
    case 'refused':
      return nextServerOfGet(attempt);
  }
};

const askGet = (attempt: GetAttempt): GetStep => {
  const [server] = attempt.servers;
  return server === undefined ? done(attempt, resultOfGet(attempt)) : { attempt, effect: { type: 'ask', server } };
};

const nextServerOfGet = (attempt: GetAttempt): GetStep => askGet({ ...attempt, servers: attempt.servers.slice(1), again: false });

const resultOfGet = ({ behind }: GetAttempt): GetResult => ({ type: behind ? 'ERR_DEP' : 'ERR_CONN' });

// --- puts (R14, R15) -------------------------------------------------------------------------------------------------------

/** Starts a put at these servers, in {@link inOrder}'s order. */
export const beginPut = (servers: ReadonlyArray<NodeId>): PutStep => askPut({ servers, behind: false, failed: false, at: null });

/** The next step of a put. */
export const nextPut = (attempt: PutAttempt, event: PutEvent): PutStep => {
  switch (event.type) {
    case 'answered':
      return event.answer.type === 'accepted'
        ? done(attempt, event.answer)
        : refusedPut(attempt, event.answer.type === 'behind' ? 'behind' : event.answer.reason);
    case 'broken':
      return askPut({ ...attempt, at: event.replica });
    case 'unreachable':
      return attempt.at === null ? nextServerOfPut(attempt) : done(attempt, UNKNOWN);
    case 'timedOut':
      return done(attempt, event.sent ? UNKNOWN : resultOfPut(attempt));
  }
};

const UNKNOWN: PutResult = { type: 'UNKNOWN' };

const refusedPut = (attempt: PutAttempt, why: 'behind' | Refused['reason']): PutStep => {
  // The one may be in a log that failed, the other may have been accepted so long ago that nobody remembers.
  if (why === 'unlogged' || why === 'too-old') return done(attempt, UNKNOWN);
  if (attempt.at === null)
    return nextServerOfPut({
      ...attempt,
      behind: attempt.behind || why === 'behind',
      failed: attempt.failed || why === 'failed',
    });
  return why === 'behind' || why === 'busy' ? askPut(attempt) : done(attempt, UNKNOWN);
};

const askPut = (attempt: PutAttempt): PutStep => {
  const [server] = attempt.servers;
  return server === undefined ? done(attempt, resultOfPut(attempt)) : { attempt, effect: { type: 'ask', server } };
};

const nextServerOfPut = (attempt: PutAttempt): PutStep => askPut({ ...attempt, servers: attempt.servers.slice(1) });

/** A server that was behind will catch up: that is said rather than that the log of another has failed. */
const resultOfPut = ({ at, behind, failed }: PutAttempt): PutResult =>
  at === null ? { type: behind ? 'ERR_DEP' : failed ? 'ERR_LOG' : 'ERR_CONN' } : UNKNOWN;
