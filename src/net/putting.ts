/**
 * A session's puts on their way (R14): where each is sent, where it is sent again, and which has to wait for which.
 *
 * A put goes to a server only over a connection whose other end has said which replica it is. Once it was sent, it goes to that replica
 * alone, over whichever connections there are within the time. Puts of a session that are under way at once and go over one connection are
 * accepted in their order; where an earlier one is not on that connection (it may be accepted anywhere in time), a later one waits
 * (`mustWait`), since it would get the lesser stamp perhaps, and lose for ever to what its session wrote before.
 */
import * as E from 'fp-ts/lib/Either.js';
import type { Bytes } from '../core/bytes.js';
import type { NodeId } from '../core/ids.js';
import type { Accepted, Put, PutAnswer, Refused } from '../core/messages.js';
import { fieldsOfResult, type PutResult } from '../core/results.js';
import { beginPut, nextPut, type PutAttempt, type PutEvent, type PutTurn } from '../impl/attempt.js';
import { isHonest } from '../impl/bounds.js';
import type { Surroundings } from '../ports/ports.js';
import { mustWait, putAnswered, refreshed, repeated, type Session, startPut } from '../impl/session.js';
import type { Connection, NoAnswer } from './connection.js';
import { BACKOFF_MS } from './limits.js';
import type { Logger } from './logger.js';
import type { Outbound } from './outbound.js';
import type { Answer } from './protocol.js';
import type { Tracer } from './tracer.js';

/** What puts need of their client. */
export interface PutterOptions {
  readonly session: Session;
  /** How long a put may take, in ms. */
  readonly timeoutMs: number;
  readonly links: ReadonlyMap<NodeId, Outbound>;
  /** R13: the servers to ask, in order, now. */
  readonly order: () => ReadonlyArray<NodeId>;
  /** Told which server accepted. */
  readonly onAccepted: (server: NodeId) => void;
  readonly logger: Logger;
  readonly trace: Tracer;
  readonly world: Surroundings;
}

/** A put that has not come to its result. */
interface UnderWay {
  /** As it was sent last; before that, as it was started. */
  request: Put;
  /** The connection over which it was sent and may be answered yet. */
  on: Connection | undefined;
}

/** A server that is tried, at this point of the attempt, until this time. */
interface Try {
  readonly server: NodeId;
  readonly attempt: PutAttempt;
  readonly until: number;
}

type Tell = (event: PutEvent) => void;

/** What is said of an answer whose stamp no honest history has (R16). */
export const TOO_FAR = 'a stamp too far ahead (is the date of this machine right?)';

const UNREACHABLE: PutEvent = { type: 'unreachable' };
const NOT_SENT: PutEvent = { type: 'timedOut', sent: false };
const NO_ANSWER: PutEvent = { type: 'timedOut', sent: true };

const isPutAnswer = (a: Answer): a is PutAnswer | Refused => a.type === 'accepted' || a.type === 'behind' || a.type === 'refused';

/** Gives the function that puts (R14). */
// eslint-disable-next-line max-lines-per-function -- one closure over the puts that wait for each other.
export const makePutter = (o: PutterOptions): ((key: Bytes, value: Bytes) => Promise<PutResult>) => {
  const { clock, timers } = o.world;
  const { nowMs, wallMs } = clock;
  /** In the order of the calls. */
  const underWay = new Set<UnderWay>();
  /** How many puts are on each connection. */
  const onConnection = new Map<Connection, number>();
  /** Puts that wait for earlier ones, each with what tries it again. */
  const waiting = new Map<UnderWay, () => void>();

  const wakeWaiting = (): void => {
    for (const [put, tryAgain] of [...waiting]) if (waiting.delete(put)) tryAgain();
  };

  const moveTo = (put: UnderWay, c: Connection | undefined): void => {
    if (put.on !== undefined) {
      const left = (onConnection.get(put.on) ?? 1) - 1;
      if (left === 0) onConnection.delete(put.on);
      else onConnection.set(put.on, left);
    }
    put.on = c;
    if (c !== undefined) onConnection.set(c, (onConnection.get(c) ?? 0) + 1);
  };

  /** Is there an earlier put that has to come to its result first? Usually all are on this connection, and nobody is looked at. */
  const isHeldUp = (put: UnderWay, c: Connection): boolean => {
    if (underWay.size - 1 === (onConnection.get(c) ?? 0)) return false;
    for (const earlier of underWay) {
      if (earlier === put) return false;
      if (earlier.on !== c && mustWait(o.session, put.request, earlier.request)) return true;
    }
    return false;
  };

  /** Tries again once an earlier put has changed; gives up when the time is over. */
  const waitForEarlier = (put: UnderWay, until: number, tryAgain: () => void, tell: Tell): void => {
    const deadline = timers.after(until - nowMs(), () => {
      if (waiting.delete(put)) tell(NOT_SENT);
    });
    waiting.set(put, () => {
      deadline.cancel();
      tryAgain();
    });
  };

  const noteTry = (server: NodeId, { key, clientTime }: Put, c: Connection | undefined): void =>
    o.trace?.({ type: 'asked', server, replica: c?.peer.replica ?? null, op: 'put', key, clientTime });

  /** What it means for a put that a server has answered so, or not. */
  const eventOf = (result: E.Either<NoAnswer, Answer>, server: NodeId, c: Connection): PutEvent => {
    if (E.isRight(result)) {
      const answer = result.right;
      const isBad = answer.type === 'accepted' && !isHonest(answer.stamp, wallMs());
      if (isPutAnswer(answer) && !isBad) return { type: 'answered', answer };
      o.logger.warn(`server ${server} answered a put with ${isBad ? TOO_FAR : `'${answer.type}'`}`);
      return NO_ANSWER;
    }
    const { replica } = c.peer;
    if (result.left.type === 'unsent' || replica === null) return UNREACHABLE;
    if (result.left.type === 'broken') return { type: 'broken', replica };
    // Whatever is asked over it next would wait in vain as well.
    c.close(result.left.why);
    return NO_ANSWER;
  };

  const sendOver = (put: UnderWay, { server, attempt, until }: Try, c: Connection, tell: Tell): void => {
    const { at } = attempt;
    if (at === null) put.request = refreshed(o.session, put.request);
    noteTry(server, put.request, c);
    moveTo(put, c);
    c.ask(at === null ? put.request : repeated(put.request, at), until - nowMs(), (result) => {
      moveTo(put, undefined);
      tell(eventOf(result, server, c));
    });
    // Those that waited for it may go over the same connection, after it.
    wakeWaiting();
  };

  const tryAt = (put: UnderWay, it: Try, tell: Tell): void => {
    const { server, attempt, until } = it;
    const left = until - nowMs();
    const out = o.links.get(server);
    if (left <= 0 || out === undefined) {
      tell(out === undefined ? UNREACHABLE : NOT_SENT);
      return;
    }
    const again = (): void => tryAt(put, it, tell);
    const isRepeated = attempt.at !== null;
    // Every server still to be asked has its share of the time to be reached; what was sent may wait for its answer to the end.
    out.reach(isRepeated ? left : left / attempt.servers.length, isRepeated, (reached) => {
      if (E.isLeft(reached)) {
        // It may have been linked again meanwhile, at another address perhaps.
        if (o.links.get(server) !== out && o.links.has(server)) again();
        else {
          if (!isRepeated) noteTry(server, put.request, undefined);
          tell(UNREACHABLE);
        }
      } else if (isRepeated && reached.right.peer.replica !== attempt.at) tell(UNREACHABLE);
      else if (isHeldUp(put, reached.right)) waitForEarlier(put, until, again, tell);
      else sendOver(put, it, reached.right, tell);
    });
  };

  const finish = (put: UnderWay, result: PutResult, answer: Accepted | undefined): void => {
    underWay.delete(put);
    if (answer !== undefined) putAnswered(o.session, put.request, answer);
    const { key, value, clientTime } = put.request;
    const { result: name, stamp } = fieldsOfResult(result);
    o.trace?.({ type: 'putDone', key, value, clientTime, result: name, stamp });
  };

  return (key, value) =>
    new Promise((resolve) => {
      const until = nowMs() + o.timeoutMs;
      const put: UnderWay = { request: startPut(o.session, key, value), on: undefined };
      let repetitions = 0;
      underWay.add(put);
      const go = ({ attempt, effect }: PutTurn, answer: Accepted | undefined): void => {
        if (effect.type === 'done') {
          finish(put, effect.result, answer);
          resolve(effect.result);
          wakeWaiting();
          return;
        }
        const { server } = effect;
        const tell: Tell = (event) => {
          const accepted = event.type === 'answered' && event.answer.type === 'accepted' ? event.answer : undefined;
          if (accepted !== undefined) o.onAccepted(server);
          go(nextPut(attempt, event), accepted);
        };
        // A server that breaks off again and again, or is busy, is not asked without a pause.
        const it = { server, attempt, until };
        if (attempt.at !== null && repetitions++ > 0) timers.after(BACKOFF_MS.first, () => tryAt(put, it, tell));
        else tryAt(put, it, tell);
      };
      go(beginPut(o.order()), undefined);
    });
};
