/**
 * A session's puts under way, in the order of their calls, with each put's connection (R14). A server accepts the puts of one connection in
 * their order. If a put must not overtake an earlier one that is not on its connection, it waits: until the earlier put has its result, or is on that
 * connection too.
 *
 * A server may refuse a put and accept a later one that was sent behind it. Elsewhere the earlier put would get the greater stamp. So it waits until it is
 * known what became of the puts behind it. If one of them was accepted, or may have been, the earlier put is sent nowhere any more.
 */
import type { Put } from '../core/messages.js';
import type { Stamp } from '../core/write.js';
import { isLater } from '../impl/order.js';

/** The puts of one chain over one connection. `isUnsure`: of one that has left the connection it is unknown whether it was accepted. */
interface Traffic {
  sent: number;
  left: number;
  isUnsure: boolean;
}

/** A put without a result. Mutable: {@link PutQueue} and the sender of the put change it. */
export interface PendingPut<C> {
  /** The request as it was sent last. Before the first sending, the request as the session started it. */
  request: Put;
  /** The connection over which the put was sent and may still be answered. */
  on: C | undefined;
  /** The put was the so-manieth of its chain over the connection. */
  place: number;
  /** The puts that were sent behind this one, to a server that did not take it. */
  behind: Traffic | undefined;
  /** The least stamp of the later puts of the chain that were acknowledged. */
  overtakenBy: Stamp | undefined;
}

/** A put that has just been called. */
export const pending = <C>(request: Put): PendingPut<C> => ({
  request,
  on: undefined,
  place: 0,
  behind: undefined,
  overtakenBy: undefined,
});

/** Was a later put of the chain acknowledged before this one, or may it have been accepted? */
export const isOvertaken = ({ overtakenBy, behind }: PendingPut<unknown>): boolean =>
  overtakenBy !== undefined || behind?.isUnsure === true;

const isUnderWay = ({ sent, left }: Traffic): boolean => left < sent;

/** The puts of one chain: in the order of their calls, and over each connection that has some of them. */
interface Chain<C> {
  readonly puts: Set<PendingPut<C>>;
  readonly traffic: Map<C, Traffic>;
  /** Of those that were acknowledged the last, by call. */
  last: { readonly clientTime: number; readonly stamp: Stamp } | undefined;
}

/** The puts. `chainOf`: of the puts of one chain none may overtake another. */
export class PutQueue<C> {
  readonly #chainOf: (put: Put) => string;
  readonly #chains = new Map<string, Chain<C>>();
  #size = 0;
  /** How many puts are on each connection. */
  readonly #counts = new Map<C, number>();

  constructor(chainOf: (put: Put) => string) {
    this.#chainOf = chainOf;
  }

  /** Adds a put that is called. */
  begin(put: PendingPut<C>): void {
    this.#chain(put).puts.add(put);
    this.#size++;
  }

  /**
   * May a put that was accepted with this stamp be acknowledged? Not if its chain's acknowledged puts would then have their stamps in another order than their
   * calls (SESSION_ORDER). So it can be with a put that was sent twice, whose first sending was refused, and with a put behind it.
   */
  isInOrder({ request, overtakenBy }: PendingPut<C>, stamp: Stamp): boolean {
    const last = this.#chains.get(this.#chainOf(request))?.last;
    const isAfterLast = last === undefined || last.clientTime > request.clientTime || isLater(stamp, last.stamp);
    return isAfterLast && (overtakenBy === undefined || isLater(overtakenBy, stamp));
  }

  /** Removes a put that has its result. `stamp`: the stamp of an acknowledged put. */
  end(put: PendingPut<C>, stamp?: Stamp): void {
    this.#leave(put);
    const chain = this.#chain(put);
    if (stamp !== undefined) acknowledge(chain, put, stamp);
    if (chain.puts.delete(put)) this.#size--;
    if (chain.puts.size === 0) this.#chains.delete(this.#chainOf(put.request));
  }

  /** Notes that a put is sent over the connection `c`. */
  sent(put: PendingPut<C>, c: C): void {
    this.#leave(put);
    const { traffic } = this.#chain(put);
    const over = traffic.get(c) ?? { sent: 0, left: 0, isUnsure: false };
    traffic.set(c, over);
    put.on = c;
    put.place = ++over.sent;
    this.#counts.set(c, (this.#counts.get(c) ?? 0) + 1);
  }

  /** Notes that the other end of the put's connection has not taken it. Gives whether others may have waited for that. */
  notTaken(put: PendingPut<C>): boolean {
    const over = this.#leave(put);
    if (over === undefined) return false;
    put.behind = over.sent > put.place ? over : undefined;
    return !isUnderWay(over);
  }

  /** Notes that the put has no answer over its connection, and may be accepted all the same. */
  unsure(put: PendingPut<C>): void {
    const over = this.#leave(put);
    if (over !== undefined) over.isUnsure = true;
  }

  /**
   * Must this put wait for another one before it goes over the connection `c`? Not for an earlier put on `c`, since the server takes the puts of `c`
   * in their order. Usually all other puts are on `c`. Then the answer is no, without a look at each put.
   */
  isHeldUp(put: PendingPut<C>, c: C): boolean {
    if (put.behind !== undefined && isUnderWay(put.behind)) return true;
    if (this.#size - 1 === (this.#counts.get(c) ?? 0)) return false;
    for (const earlier of this.#chain(put).puts) {
      if (earlier === put) return false;
      if (earlier.on !== c) return true;
    }
    return false;
  }

  #chain({ request }: PendingPut<C>): Chain<C> {
    const name = this.#chainOf(request);
    const known = this.#chains.get(name);
    if (known !== undefined) return known;
    const chain: Chain<C> = { puts: new Set(), traffic: new Map(), last: undefined };
    this.#chains.set(name, chain);
    return chain;
  }

  /** Takes a put off its connection. Gives the traffic of its chain there. */
  #leave(put: PendingPut<C>): Traffic | undefined {
    const { on } = put;
    if (on === undefined) return undefined;
    put.on = undefined;
    const others = (this.#counts.get(on) ?? 1) - 1;
    if (others === 0) this.#counts.delete(on);
    else this.#counts.set(on, others);
    const { traffic } = this.#chain(put);
    const over = traffic.get(on);
    if (over === undefined) return undefined;
    over.left++;
    if (!isUnderWay(over)) traffic.delete(on);
    return over;
  }
}

/** Notes that a put of the chain was acknowledged, and at each put that was called before it. */
const acknowledge = <C>(chain: Chain<C>, put: PendingPut<C>, stamp: Stamp): void => {
  const { clientTime } = put.request;
  if ((chain.last?.clientTime ?? 0) < clientTime) chain.last = { clientTime, stamp };
  for (const earlier of chain.puts) {
    if (earlier === put) return;
    if (earlier.overtakenBy === undefined || isLater(earlier.overtakenBy, stamp)) earlier.overtakenBy = stamp;
  }
};
