/**
 * Decides which server a request goes to next (R13, R14, R15): one attempt of one get or put, as a pure machine. The caller passes each
 * event in, and the machine answers with the next effect. The caller owns sockets, deadlines and messages.
 *
 * A put goes on to the next server only if the server before certainly has not accepted the put and never will: the server refused the
 * put, or the put was not sent. If the put was sent to a replica and no answer came, the put may go to that replica alone, as often as
 * time allows. If that replica never answers, the outcome is UNKNOWN.
 *
 * Mixed cases follow the rules' reasons. A get that one server answered with ERR_DEP and the others did not answer ends in ERR_DEP: a
 * server was reached, and no reached server meets the guarantees. A repeated put that is refused may still be accepted, because the
 * first copy may still be on its way. So the put is repeated, or its outcome is UNKNOWN: ERR_DEP, ERR_LOG and ERR_CONN promise that
 * nothing was written.
 */
import type { NodeId, ReplicaId } from '../core/ids.js';
import type { GetAnswer, PutAnswer, RefusedAnswer } from '../core/messages.js';
import type { GetResult, PutResult } from '../core/results.js';

// --- types -----------------------------------------------------------------------------------------------------------------

/** A server answered. */
interface Answered<A> {
  readonly type: 'answered';
  readonly answer: A | RefusedAnswer;
}

/** The request could not be sent: there is no connection, or, for a repeated put, no connection to the put's replica. */
interface Unreachable {
  readonly type: 'unreachable';
}

/** The server took the connection, and certainly has not acted on this sending of the put: it closes in peace, or the connection was closed before. */
interface Unsent {
  readonly type: 'unsent';
}

/** The whole attempt's time is up. `sent`: the request was sent to the server that was asked last, and that server has not answered. */
interface TimedOut {
  readonly type: 'timedOut';
  readonly sent: boolean;
}

/** An event of a get at the server that was asked last. `broken`: the get was sent, and the connection broke before the answer. */
export type GetEvent = Answered<GetAnswer> | Unreachable | TimedOut | { readonly type: 'broken' };

/**
 * An event of a put at the server that was asked last. `broken`: the put was sent to `replica`, and the connection broke before the
 * answer.
 */
export type PutEvent =
  Answered<PutAnswer> | Unreachable | Unsent | TimedOut | { readonly type: 'broken'; readonly replica: ReplicaId };

/** A get on its way. Immutable. */
export interface GetAttempt {
  /** The servers still to be asked. The first one is being asked now. */
  readonly servers: ReadonlyArray<NodeId>;
  /** Some server was behind (R12). */
  readonly behind: boolean;
  /** The connection to this server broke once, and the get was sent to this server again. */
  readonly again: boolean;
}

/** A put on its way. Immutable. */
export interface PutAttempt {
  readonly servers: ReadonlyArray<NodeId>;
  readonly behind: boolean;
  /** Some server's log has failed. */
  readonly failed: boolean;
  /**
   * The first server's replica to which the put was sent without an answer. The put may go to this replica alone. Null: there is no
   * such replica.
   */
  readonly at: ReplicaId | null;
}

/** An attempt and its next effect. */
export interface AttemptStep<A, R> {
  readonly attempt: A;
  readonly effect: { readonly type: 'ask'; readonly server: NodeId } | { readonly type: 'done'; readonly result: R };
}

export type GetStep = AttemptStep<GetAttempt, GetResult>;
export type PutStep = AttemptStep<PutAttempt, PutResult>;

/** R13: the servers in the order in which they were connected, first the one that answered last time. */
export const inOrder = (connected: ReadonlyArray<NodeId>, answeredLast: NodeId | undefined): ReadonlyArray<NodeId> =>
  answeredLast === undefined || connected[0] === answeredLast || !connected.includes(answeredLast)
    ? connected
    : [answeredLast, ...connected.filter((s) => s !== answeredLast)];

const done = <A, R>(attempt: A, result: R): AttemptStep<A, R> => ({ attempt, effect: { type: 'done', result } });

// --- gets (R13, R15) -------------------------------------------------------------------------------------------------------

/** Starts a get at these servers, in {@link inOrder}'s order. */
export const beginGet = (servers: ReadonlyArray<NodeId>): GetStep => askGet({ servers, behind: false, again: false });

/** The next step of a get. A get whose connection broke is sent to the same server once more. */
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

const answeredGet = (attempt: GetAttempt, answer: GetAnswer | RefusedAnswer): GetStep => {
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
    case 'unsent':
      // The replica that may have the put may come back, as after a connection that broke.
      return attempt.at === null ? nextServerOfPut(attempt) : askPut(attempt);
    case 'unreachable':
      return attempt.at === null ? nextServerOfPut(attempt) : done(attempt, UNKNOWN);
    case 'timedOut':
      return done(attempt, event.sent ? UNKNOWN : resultOfPut(attempt));
  }
};

const UNKNOWN: PutResult = { type: 'UNKNOWN' };

const refusedPut = (attempt: PutAttempt, why: 'behind' | RefusedAnswer['reason']): PutStep => {
  // `unlogged`: the put may be in a log that failed. `not-the-same`: no server may accept the put (R3), and only this one can tell.
  if (why === 'unlogged' || why === 'not-the-same') return done(attempt, UNKNOWN);
  // `too-old`: the server cannot tell whether it has accepted the put before. This session can: every copy that it sent was refused until a copy had no answer.
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

/** ERR_DEP goes before ERR_LOG: a server that was behind will catch up, and a server whose log has failed will not. */
const resultOfPut = ({ at, behind, failed }: PutAttempt): PutResult =>
  at === null ? { type: behind ? 'ERR_DEP' : failed ? 'ERR_LOG' : 'ERR_CONN' } : UNKNOWN;
