/** A session's gets (R13, R15). `attempt.ts` decides which server is asked next; this module asks that server, within the server's share of the time. */
import * as E from 'fp-ts/lib/Either.js';
import type { Bytes } from '../core/bytes.js';
import type { NodeId } from '../core/ids.js';
import type { GetAnswer, RefusedAnswer } from '../core/messages.js';
import { fieldsOfResult, type GetResult } from '../core/results.js';
import { beginGet, type GetAttempt, type GetEvent, type GetStep, nextGet } from '../impl/attempt.js';
import { isHonest } from '../impl/horizon.js';
import { gotAnswer, meets, startGet } from '../impl/session.js';
import type { Connection } from './connection.js';
import type { PendingGets, SentGet } from './pending-gets.js';
import type { NoAnswer } from './requests.js';
import type { Answer } from './protocol.js';
import { type AskerOptions, TOO_FAR } from './putting.js';

/** A get that has no result yet. */
interface Getting {
  readonly key: Bytes;
  /** The request that was sent last, and its connection. */
  sent: SentGet<Connection> | undefined;
  /** When the get's time is over, in ms of the clock. */
  readonly until: number;
  /** The answer that came last. */
  last: GetAnswer | RefusedAnswer | undefined;
  readonly resolve: (result: GetResult) => void;
}

/** R16: is the stamp of the answer too far ahead? If the session took the stamp's time for its clock, every server would refuse its puts. */
const isDishonest = (a: GetAnswer | RefusedAnswer, now: number): boolean => a.type === 'found' && !isHonest(a.stamp, now);

const isGetAnswer = (a: Answer): a is GetAnswer | RefusedAnswer =>
  a.type === 'found' || a.type === 'missing' || a.type === 'behind' || a.type === 'refused';

/** The time for the next server, in ms. Each server is asked up to twice, and every asking that is left has an equal share. */
const shareOf = ({ servers, again }: GetAttempt, leftMs: number): number => leftMs / (2 * servers.length - (again ? 1 : 0));

/** The gets of a session. */
class Getter {
  readonly #o: AskerOptions;
  readonly #pending: PendingGets<Connection>;

  constructor(o: AskerOptions, pending: PendingGets<Connection>) {
    this.#o = o;
    this.#pending = pending;
  }

  get(key: Bytes): Promise<GetResult> {
    return new Promise((resolve) => {
      const until = this.#o.world.clock.nowMs() + this.#o.timeoutMs;
      this.#do({ key, until, sent: undefined, last: undefined, resolve }, beginGet(this.#o.order()));
    });
  }

  #do(get: Getting, { attempt, effect }: GetStep): void {
    if (effect.type === 'done') {
      this.#finish(get, effect.result);
      return;
    }
    const left = get.until - this.#o.world.clock.nowMs();
    const take = (event: GetEvent): void => {
      if (event.type === 'answered') get.last = event.answer;
      this.#do(get, nextGet(attempt, event));
    };
    if (left <= 0) take({ type: 'timedOut', sent: false });
    else this.#ask(get, effect.server, shareOf(attempt, left), take);
  }

  /**
   * Asks one server for the key, within `withinMs`, and calls `tell` with the event. The request has what the session must see now: it may have come to
   * know more since the get was called, or was sent to the server before.
   */
  #ask(get: Getting, server: NodeId, withinMs: number, tell: (event: GetEvent) => void): void {
    const { links, session, trace, world } = this.#o;
    const out = links.get(server);
    if (out === undefined) {
      tell({ type: 'unreachable' });
      return;
    }
    const until = world.clock.nowMs() + withinMs;
    out.reach(withinMs, false, (reached) => {
      const replica = E.isRight(reached) ? reached.right.peer.replica : null;
      trace?.({ type: 'asked', server, replica, op: 'get', key: get.key, clientTime: 0 });
      if (E.isLeft(reached)) {
        tell({ type: 'unreachable' });
        return;
      }
      const sent = this.#pending.sent(startGet(session, get.key), reached.right);
      get.sent = sent;
      sent.on.ask(sent.request, until - world.clock.nowMs(), (result) => {
        this.#pending.end(sent);
        tell(this.#eventOf(result, server, sent));
      });
    });
  }

  /** The event of a server's answer, or of its silence. */
  #eventOf(result: E.Either<NoAnswer, Answer>, server: NodeId, { request, required }: SentGet<Connection>): GetEvent {
    // A server that does not answer in its share of the time is asked again, or passed over, like one whose connection broke.
    if (E.isLeft(result)) return { type: result.left.type === 'unsent' ? 'unreachable' : 'broken' };
    const answer = result.right;
    if (isGetAnswer(answer) && !isDishonest(answer, this.#o.world.clock.wallMs())) {
      // R13: a server that refuses or is behind has not served the get, so it is not asked first the next time.
      if (answer.type === 'refused' || answer.type === 'behind') return { type: 'answered', answer };
      // An answer that is older than what came meanwhile from elsewhere is none. The server is asked for more.
      if (!meets(request, required, answer)) return { type: 'broken' };
      this.#o.onServed(server);
      return { type: 'answered', answer };
    }
    this.#o.logger.warn(`server ${server} answered a get with ${isGetAnswer(answer) ? TOO_FAR : `'${answer.type}'`}`);
    return { type: 'broken' };
  }

  #finish({ key, sent, last, resolve }: Getting, result: GetResult): void {
    if (sent !== undefined && last?.type === 'found') {
      gotAnswer(this.#o.session, sent.request, last);
      this.#pending.learned('read', key, last.stamp, sent.on);
    }
    this.#o.trace?.({ type: 'getDone', key, ...fieldsOfResult(result) });
    resolve(result);
  }
}

/** Gives the function that gets (R13). `pending`: the session's gets. */
export const makeGetter = (o: AskerOptions, pending: PendingGets<Connection>): ((key: Bytes) => Promise<GetResult>) => {
  const getter = new Getter(o, pending);
  return (key) => getter.get(key);
};
