/** A session's gets (R13, R15). `attempt.ts` decides which server is asked next; this module asks that server, within the server's share of the time. */
import * as E from 'fp-ts/lib/Either.js';
import type { Bytes } from '../core/bytes.js';
import type { NodeId } from '../core/ids.js';
import type { Get, GetAnswer, RefusedAnswer } from '../core/messages.js';
import { fieldsOfResult, type GetResult } from '../core/results.js';
import { beginGet, type GetAttempt, type GetEvent, type GetStep, nextGet } from '../impl/attempt.js';
import { isHonest } from '../impl/horizon.js';
import { gotAnswer, startGet } from '../impl/session.js';
import type { NoAnswer } from './requests.js';
import type { Answer } from './protocol.js';
import { type AskerOptions, TOO_FAR } from './putting.js';

/** A get that has no result yet. */
interface Getting {
  readonly request: Get;
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

  constructor(o: AskerOptions) {
    this.#o = o;
  }

  get(key: Bytes): Promise<GetResult> {
    return new Promise((resolve) => {
      const request = startGet(this.#o.session, key);
      const until = this.#o.world.clock.nowMs() + this.#o.timeoutMs;
      this.#do({ request, until, last: undefined, resolve }, beginGet(this.#o.order()));
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
    else this.#ask(effect.server, get.request, shareOf(attempt, left), take);
  }

  /** Asks one server for a key, within `withinMs`, and calls `tell` with the event. */
  #ask(server: NodeId, request: Get, withinMs: number, tell: (event: GetEvent) => void): void {
    const { links, trace, world } = this.#o;
    const out = links.get(server);
    if (out === undefined) {
      tell({ type: 'unreachable' });
      return;
    }
    const until = world.clock.nowMs() + withinMs;
    out.reach(withinMs, false, (reached) => {
      const replica = E.isRight(reached) ? reached.right.peer.replica : null;
      trace?.({ type: 'asked', server, replica, op: 'get', key: request.key, clientTime: 0 });
      if (E.isLeft(reached)) tell({ type: 'unreachable' });
      else reached.right.ask(request, until - world.clock.nowMs(), (result) => tell(this.#eventOf(result, server)));
    });
  }

  /** The event of a server's answer, or of its silence. */
  #eventOf(result: E.Either<NoAnswer, Answer>, server: NodeId): GetEvent {
    // A server that does not answer in its share of the time is asked again, or passed over, like one whose connection broke.
    if (E.isLeft(result)) return { type: result.left.type === 'unsent' ? 'unreachable' : 'broken' };
    const answer = result.right;
    if (isGetAnswer(answer) && !isDishonest(answer, this.#o.world.clock.wallMs())) {
      // R13: a server that refuses or is behind has not served the get, so it is not asked first the next time.
      if (answer.type !== 'refused' && answer.type !== 'behind') this.#o.onServed(server);
      return { type: 'answered', answer };
    }
    this.#o.logger.warn(`server ${server} answered a get with ${isGetAnswer(answer) ? TOO_FAR : `'${answer.type}'`}`);
    return { type: 'broken' };
  }

  #finish({ request, last, resolve }: Getting, result: GetResult): void {
    if (last !== undefined && last.type !== 'refused') gotAnswer(this.#o.session, request, last);
    this.#o.trace?.({ type: 'getDone', key: request.key, ...fieldsOfResult(result) });
    resolve(result);
  }
}

/** Gives the function that gets (R13). */
export const makeGetter = (o: AskerOptions): ((key: Bytes) => Promise<GetResult>) => {
  const getter = new Getter(o);
  return (key) => getter.get(key);
};
