/**
 * A session's puts (R14): the server that each put is sent to, its repeats, and the puts that must wait for earlier ones.
 *
 * A put is sent only over a connection whose other end has named its replica. Once it was sent, it is repeated to that replica alone, over any
 * connection within the put's time. Puts of a session that are under way on one connection are accepted in their order. If an earlier put is
 * not on that connection, its time of acceptance is unknown, and the later put waits (`chainOf`). Otherwise the later put could get the lesser
 * stamp, and lose for ever to the session's earlier write. For the same reason an earlier put that its server refused is not sent elsewhere once a later
 * one was accepted. It fails then, and is written nowhere.
 *
 * A server remembers a bounded number of puts of a session, to recognise repetitions (R3). So a put waits also for an earlier one that is too far back
 * (`put-window.ts`).
 */
import * as E from 'fp-ts/lib/Either.js';
import type { Bytes } from '../core/bytes.js';
import type { NodeId, ReplicaId } from '../core/ids.js';
import type { Put, PutAnswer, RefusedAnswer } from '../core/messages.js';
import { fieldsOfResult, type PutResult } from '../core/results.js';
import type { Stamp } from '../core/write.js';
import type { PutEvent } from '../impl/attempt.js';
import { isHonest } from '../impl/horizon.js';
import type { Surroundings, Timer } from '../ports/ports.js';
import { chainOf, putAnswered, refreshed, renumbered, repeated, type Session, startPut } from '../impl/session.js';
import type { Connection } from './connection.js';
import type { NoAnswer } from './requests.js';
import type { Logger } from './logger.js';
import type { Outbound } from './outbound.js';
import type { Answer } from './protocol.js';
import { PutWindow } from './put-window.js';
import { Earliest } from './earliest.js';
import { pending, PutQueue, type PendingPut } from './put-queue.js';
import { beginRoute, nextRoute, type PutRoute, type RouteEvent, type RouteStep } from './put-route.js';
import { Silences } from './silences.js';
import type { Tracer } from './tracer.js';

/** The parts of a client that its puts and gets use. */
export interface AskerOptions {
  readonly session: Session;
  /** How long a put or a get may take, over all servers, in ms. */
  readonly timeoutMs: number;
  readonly links: ReadonlyMap<NodeId, Outbound>;
  /** R13: gives the servers to ask now, in order. */
  readonly order: () => ReadonlyArray<NodeId>;
  /** Called with the server that has accepted a put or served a get. */
  readonly onServed: (server: NodeId) => void;
  /** Called with the stamp of each put that was acknowledged, and the connection over which it was accepted. */
  readonly onAcknowledged?: (key: Bytes, stamp: Stamp, via: Connection) => void;
  readonly logger: Logger;
  readonly trace: Tracer;
  readonly world: Surroundings;
}

/** A put under way. `resolve` resolves the promise of its caller. */
interface Putting extends PendingPut<Connection> {
  /** The connection that was reached for the put. */
  via: Connection | undefined;
  /** Where it stands while it waits for other puts. Undefined: it does not wait. */
  waits: PutRoute | undefined;
  /** Ends its waiting. A put has one such timer, however often it waits. */
  deadline: Timer | undefined;
  readonly resolve: (result: PutResult) => void;
}

/** The words for an answer whose stamp no honest history has (R16). */
export const TOO_FAR = 'a stamp too far ahead (is the date of this machine right?)';

/** A silence of this share of a put's time is long. */
const LONG_SHARE = 1 / 2;

const NO_ANSWER: PutEvent = { type: 'timedOut', sent: true };

const isPutAnswer = (a: Answer): a is PutAnswer | RefusedAnswer =>
  a.type === 'accepted' || a.type === 'behind' || a.type === 'refused';

const isAccepted = (event: PutEvent): boolean => event.type === 'answered' && event.answer.type === 'accepted';

/** The puts of a session. It carries out the effects of `put-route.ts`, and passes each effect's result back as an event. */
class Putter {
  readonly #o: AskerOptions;
  readonly #queue: PutQueue<Connection, Putting>;
  readonly #window = new PutWindow<Putting>(({ waits }) => waits !== undefined);
  /** The puts that wait, and may go now. */
  readonly #ready = new Earliest<Putting>(({ waits }) => waits !== undefined);
  readonly #silences: Silences;
  #isWaking = false;

  constructor(o: AskerOptions) {
    this.#o = o;
    this.#silences = new Silences(o.world.clock);
    this.#queue = new PutQueue((put) => chainOf(o.session, put));
  }

  put(key: Bytes, value: Bytes): Promise<PutResult> {
    const { session, timeoutMs, order, world } = this.#o;
    return new Promise((resolve) => {
      const now = world.clock.nowMs();
      const put: Putting = {
        ...pending<Connection>(startPut(session, key, value)),
        via: undefined,
        waits: undefined,
        deadline: undefined,
        resolve,
      };
      this.#queue.begin(put);
      this.#do(put, beginRoute(order(), now + timeoutMs, now));
    });
  }

  #take(put: Putting, route: PutRoute, event: RouteEvent): void {
    this.#do(put, nextRoute(route, event, this.#o.world.clock.nowMs()));
  }

  #do(put: Putting, turn: RouteStep): void {
    if (turn.noted !== undefined) this.#note(turn.noted, put.request, undefined);
    if (turn.route === undefined) {
      this.#finish(put, turn.effect.result);
      return;
    }
    const { route, effect } = turn;
    switch (effect.type) {
      case 'reach':
        this.#reach(put, route, effect.withinMs, effect.isPatient);
        return;
      case 'send':
        this.#send(put, route, effect.withinMs, effect.at);
        return;
      case 'wait':
        this.#wait(put, route, effect.withinMs);
        return;
      case 'pause':
        this.#o.world.timers.after(effect.ms, () => this.#take(put, route, { type: 'paused' }));
    }
  }

  #reach(put: Putting, route: PutRoute, withinMs: number, isPatient: boolean): void {
    const { links } = this.#o;
    const { server } = route;
    const out = links.get(server);
    if (out === undefined) {
      this.#take(put, route, { type: 'linkCut' });
      return;
    }
    out.reach(withinMs, isPatient, (c) => {
      if (E.isLeft(c)) {
        this.#take(put, route, { type: 'unreached', isRelinked: links.get(server) !== out && links.has(server) });
        return;
      }
      put.via = c.right;
      const { replica } = c.right.peer;
      const isHeldUp = this.#isHeldUp(put, route, c.right);
      this.#take(put, route, { type: 'reached', replica, isHeldUp, isOvertaken: this.#queue.isOvertaken(put) });
    });
  }

  /** Must the put wait for others, before it goes over this connection? One that was sent has its place in its replica's window, and keeps it. */
  #isHeldUp(put: Putting, { attempt }: PutRoute, c: Connection): boolean {
    if (this.#queue.isHeldUp(put, c)) return true;
    const { replica } = c.peer;
    if (attempt.at !== null || replica === null) return false;
    if (this.#window.isPassed(put) || this.#queue.isPassed(put)) {
      put.request = renumbered(this.#o.session, put.request);
      this.#queue.renumbered(put);
    }
    return this.#window.holdsUp(put, replica);
  }

  #send(put: Putting, route: PutRoute, withinMs: number, at: ReplicaId | null): void {
    const { session, onServed } = this.#o;
    const c = put.via!;
    if (at === null) put.request = refreshed(session, put.request);
    this.#note(route.server, put.request, c);
    this.#queue.sent(put, c);
    this.#silences.asked(c);
    if (c.peer.replica !== null) this.#window.sent(put, c.peer.replica);
    c.ask(at === null ? put.request : repeated(put.request, at), withinMs, (result) => {
      const event = this.#eventOf(result, route.server, c);
      if (isAccepted(event)) onServed(route.server);
      else this.#leave(put, event, at !== null);
      this.#take(put, route, { type: 'came', event });
    });
    // The put that waited for this put may follow it over the same connection.
    this.#wake(this.#queue.next(put));
  }

  /** The put has left its connection without being accepted there. A put before it may have waited for that. */
  #leave(put: Putting, event: PutEvent, isRepeated: boolean): void {
    if (event.type === 'answered' || event.type === 'unsent') {
      this.#queue.notTaken(put);
      if (!isRepeated) this.#window.left(put);
    } else {
      this.#queue.unsure(put);
    }
    this.#wake(this.#queue.next(put));
  }

  /** The put waits until it may be its turn; it stops after `withinMs`. */
  #wait(put: Putting, route: PutRoute, withinMs: number): void {
    put.waits = route;
    put.deadline ??= this.#o.world.timers.after(withinMs, () => {
      put.deadline = undefined;
      this.#goOn(put, { type: 'late' });
    });
  }

  #goOn(put: Putting, event: RouteEvent): void {
    const { waits } = put;
    put.waits = undefined;
    if (waits !== undefined) this.#take(put, waits, event);
  }

  /**
   * Tries a put again that waits, and may go now. When it is sent, it may free another one. That one is tried in the same turn, and not within its call: a call
   * for each of thousands of puts would be too deep.
   */
  #wake(put: Putting | undefined): void {
    if (put?.waits !== undefined) this.#ready.add(put, put.call);
    for (const freed of this.#window.freed()) this.#ready.add(freed, freed.call);
    if (this.#isWaking) return;
    this.#isWaking = true;
    for (let next = this.#ready.take(); next !== undefined; next = this.#ready.take())
      this.#goOn(next, { type: 'woken', isOvertaken: this.#queue.isOvertaken(next) });
    this.#isWaking = false;
  }

  #note(server: NodeId, { key, clientTime }: Put, c: Connection | undefined): void {
    this.#o.trace?.({ type: 'asked', server, replica: c?.peer.replica ?? null, op: 'put', key, clientTime });
  }

  /** The event of a server's answer to a put, or of its silence. */
  #eventOf(result: E.Either<NoAnswer, Answer>, server: NodeId, c: Connection): PutEvent {
    if (E.isRight(result)) {
      const answer = result.right;
      const isBad = answer.type === 'accepted' && !isHonest(answer.stamp, this.#o.world.clock.wallMs());
      if (isPutAnswer(answer) && !isBad) return { type: 'answered', answer };
      this.#o.logger.warn(`server ${server} answered a put with ${isBad ? TOO_FAR : `'${answer.type}'`}`);
      return NO_ANSWER;
    }
    const { replica } = c.peer;
    if (result.left.type === 'unsent' || replica === null) return { type: 'unsent' };
    if (result.left.type === 'broken') return { type: 'broken', replica };
    // A put that was sent late says little of its connection, over which answers to others may be about to come. But if the other end has said nothing for long
    // though it was asked, the next request would wait in vain too.
    if (this.#silences.askedInVainMs(c) >= this.#o.timeoutMs * LONG_SHARE) c.close(result.left.why);
    return NO_ANSWER;
  }

  #finish(put: Putting, came: PutResult): void {
    const result: PutResult = came.type === 'accepted' && !this.#queue.isInOrder(put, came.stamp) ? { type: 'UNKNOWN' } : came;
    put.deadline?.cancel();
    this.#window.left(put);
    const next = this.#queue.end(put, result.type === 'accepted' ? result.stamp : undefined);
    if (result.type === 'accepted') {
      putAnswered(this.#o.session, put.request, result);
      this.#o.onAcknowledged?.(put.request.key, result.stamp, put.via!);
    }
    const { key, value, clientTime } = put.request;
    const { result: name, stamp } = fieldsOfResult(result);
    this.#o.trace?.({ type: 'putDone', key, value, clientTime, result: name, stamp });
    put.resolve(result);
    this.#wake(next);
  }
}

/** Gives the function that puts (R14). */
export const makePutter = (o: AskerOptions): ((key: Bytes, value: Bytes) => Promise<PutResult>) => {
  const putter = new Putter(o);
  return (key, value) => putter.put(key, value);
};
