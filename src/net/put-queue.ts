/**
 * A session's puts under way, in the order of their calls, with each put's connection (R14). A server accepts the puts of one connection in
 * their order. If a put must not overtake an earlier one that is not on its connection, it waits: until the earlier put has its result, or is on that
 * connection too.
 *
 * A server may refuse a put and accept a later one that was sent behind it. Elsewhere the earlier put would get the greater stamp. So it waits until it is
 * known what became of the puts behind it. If one of them was accepted, or may have been, the earlier put is sent nowhere any more.
 *
 * Of a chain only the first put that is on no connection can be the next to be sent. So nothing here looks at each put that waits.
 */
import type { Put } from '../core/messages.js';
import type { Stamp } from '../core/write.js';
import { isLater } from '../impl/order.js';
import { Earliest } from './earliest.js';

/** How many puts of one chain went over one connection. `isUnsure`: of one that has left the connection it is unknown whether it was accepted. */
interface Counts {
  sent: number;
  left: number;
  isUnsure: boolean;
}

/** The puts of one chain over one connection. */
interface Traffic<P extends PendingPut<unknown>> extends Counts {
  readonly puts: Earliest<P>;
}

/** A put without a result. Mutable: {@link PutQueue} and the sender of the put change it. */
export interface PendingPut<C> {
  /** The order of the calls: the client time that the put was called with. */
  readonly call: number;
  /** The request as it was sent last. Before the first sending, the request as the session started it. */
  request: Put;
  /** The connection over which the put was sent and may still be answered. */
  on: C | undefined;
  /** The put was the so-manieth of its chain over the connection. */
  place: number;
  /** The puts that were sent behind this one, to a server that did not take it. */
  behind: Counts | undefined;
  /** The put has its result. */
  isOver: boolean;
}

/** A put that has just been called. */
export const pending = <C>(request: Put): PendingPut<C> => ({
  call: request.clientTime,
  request,
  on: undefined,
  place: 0,
  behind: undefined,
  isOver: false,
});

const isUnderWay = ({ sent, left }: Counts): boolean => left < sent;

interface Acknowledged {
  readonly call: number;
  readonly stamp: Stamp;
}

/** The puts of one chain. */
interface Chain<C, P extends PendingPut<C>> {
  size: number;
  /** Those that are on no connection. */
  readonly off: Earliest<P>;
  /** Those on each connection that has some of them. */
  readonly traffic: Map<C, Traffic<P>>;
  /** Those that were acknowledged, by call, and so by stamp. Of those before all puts without a result, the last one alone. */
  readonly acknowledged: Acknowledged[];
  /** The client time of the last one that got a new one ({@link PutQueue.renumbered}). */
  renumbered: number;
}

const makeChain = <C, P extends PendingPut<C>>(): Chain<C, P> => ({
  size: 0,
  off: new Earliest<P>((put) => put.on === undefined && !put.isOver),
  traffic: new Map(),
  acknowledged: [],
  renumbered: 0,
});

/** The puts. `chainOf`: of the puts of one chain none may overtake another. */
export class PutQueue<C, P extends PendingPut<C> = PendingPut<C>> {
  readonly #chainOf: (put: Put) => string;
  readonly #chains = new Map<string, Chain<C, P>>();

  constructor(chainOf: (put: Put) => string) {
    this.#chainOf = chainOf;
  }

  /** Adds a put that is called. */
  begin(put: P): void {
    const chain = this.#chain(put);
    chain.size++;
    chain.off.add(put, put.call);
  }

  /** Was a later put of the chain acknowledged before this one, or may it have been accepted? */
  isOvertaken(put: P): boolean {
    const { acknowledged } = this.#chain(put);
    return put.behind?.isUnsure === true || placeIn(acknowledged, put) < acknowledged.length;
  }

  /**
   * May a put that was accepted with this stamp be acknowledged? Not if its chain's acknowledged puts would then have their stamps in another order than their
   * calls (SESSION_ORDER). So it can be with a put that was sent twice, whose first sending was refused, and with a put behind it.
   */
  isInOrder(put: P, stamp: Stamp): boolean {
    const { acknowledged } = this.#chain(put);
    const place = placeIn(acknowledged, put);
    const [before, after] = [acknowledged[place - 1], acknowledged[place]];
    return (before === undefined || isLater(stamp, before.stamp)) && (after === undefined || isLater(after.stamp, stamp));
  }

  /** Removes a put that has its result. `stamp`: the stamp of an acknowledged put. Gives the put that may be the next to be sent. */
  end(put: P, stamp?: Stamp): P | undefined {
    put.isOver = true;
    this.#leave(put);
    const chain = this.#chain(put);
    chain.size--;
    if (chain.size === 0) {
      this.#chains.delete(this.#chainOf(put.request));
      return undefined;
    }
    const { acknowledged } = chain;
    if (stamp !== undefined) acknowledged.splice(placeIn(acknowledged, put), 0, { call: put.call, stamp });
    const first = firstOf(chain);
    const useless = first === undefined ? 0 : placeIn(acknowledged, first) - 1;
    if (useless > 0) acknowledged.splice(0, useless);
    return this.next(put);
  }

  /** Notes that a put is sent over the connection `c`. */
  sent(put: P, c: C): void {
    this.#leave(put);
    const { traffic } = this.#chain(put);
    const over = traffic.get(c) ?? {
      sent: 0,
      left: 0,
      isUnsure: false,
      puts: new Earliest<P>((one) => one.on === c && !one.isOver),
    };
    traffic.set(c, over);
    put.on = c;
    put.place = ++over.sent;
    over.puts.add(put, put.call);
  }

  /** Notes that the other end of the put's connection has not taken it. */
  notTaken(put: P): void {
    const over = this.#leave(put);
    if (over !== undefined) put.behind = over.sent > put.place ? over : undefined;
  }

  /** Notes that the put has no answer over its connection, and may be accepted all the same. */
  unsure(put: P): void {
    const over = this.#leave(put);
    if (over !== undefined) over.isUnsure = true;
  }

  /**
   * Must this put wait for another one of its chain before it goes over the connection `c`? Not for an earlier put on `c`, since the server takes the puts of `c`
   * in their order.
   */
  isHeldUp(put: P, c: C): boolean {
    if (put.behind !== undefined && isUnderWay(put.behind)) return true;
    const { off, traffic } = this.#chain(put);
    if (isBefore(off.first(), put)) return true;
    for (const [other, { puts }] of traffic) if (other !== c && isBefore(puts.first(), put)) return true;
    return false;
  }

  /** Notes that the put has got a new client time. */
  renumbered(put: P): void {
    this.#chain(put).renumbered = put.request.clientTime;
  }

  /** Has a put of the chain got a new client time that is above this one's? It was called earlier, since only the next to be sent gets one. */
  isPassed(put: P): boolean {
    return put.request.clientTime < this.#chain(put).renumbered;
  }

  /** The put of this one's chain that alone may be the next to be sent: the first that is on no connection. Undefined: each is on one. */
  next(put: P): P | undefined {
    return this.#chain(put).off.first();
  }

  #chain({ request }: P): Chain<C, P> {
    const name = this.#chainOf(request);
    const known = this.#chains.get(name);
    if (known !== undefined) return known;
    const chain = makeChain<C, P>();
    this.#chains.set(name, chain);
    return chain;
  }

  /** Takes a put off its connection. Gives the traffic of its chain there. */
  #leave(put: P): Traffic<P> | undefined {
    const { on } = put;
    if (on === undefined) return undefined;
    put.on = undefined;
    const { off, traffic } = this.#chain(put);
    if (!put.isOver) off.add(put, put.call);
    const over = traffic.get(on);
    if (over === undefined) return undefined;
    over.left++;
    if (!isUnderWay(over)) traffic.delete(on);
    return over;
  }
}

const isBefore = (earlier: PendingPut<unknown> | undefined, put: PendingPut<unknown>): boolean =>
  earlier !== undefined && earlier.call < put.call;

/** The first put of the chain without a result. */
const firstOf = <C, P extends PendingPut<C>>({ off, traffic }: Chain<C, P>): P | undefined => {
  let first = off.first();
  for (const { puts } of traffic.values()) {
    const one = puts.first();
    if (one !== undefined && (first === undefined || isBefore(one, first))) first = one;
  }
  return first;
};

/** How many of the acknowledged puts were called before this put. */
const placeIn = (acknowledged: ReadonlyArray<Acknowledged>, { call }: PendingPut<unknown>): number => {
  let [from, to] = [0, acknowledged.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (acknowledged[middle]!.call < call) from = middle + 1;
    else to = middle;
  }
  return from;
};
