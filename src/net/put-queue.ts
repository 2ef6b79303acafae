/**
 * A session's puts under way, in the order of their calls, with each put's connection (R14). A server accepts the puts of one connection in
 * their order. If a put must not overtake an earlier one that is not on its connection, it waits: until the earlier put has its result, or is on that
 * connection too.
 */
import type { Put } from '../core/messages.js';

/** A put without a result. Mutable: {@link PutQueue} and the sender of the put change it. */
export interface PendingPut<C> {
  /** The request as it was sent last. Before the first sending, the request as the session started it. */
  request: Put;
  /** The connection over which the put was sent and may still be answered. */
  on: C | undefined;
}

/** The puts. `mustWait`: must the later of two puts wait for the earlier put? */
export class PutQueue<C> {
  readonly #mustWait: (later: Put, earlier: Put) => boolean;
  /** The puts in the order of their calls. */
  readonly #puts = new Set<PendingPut<C>>();
  /** How many puts are on each connection. */
  readonly #counts = new Map<C, number>();

  constructor(mustWait: (later: Put, earlier: Put) => boolean) {
    this.#mustWait = mustWait;
  }

  /** Adds a put that is called. */
  begin(put: PendingPut<C>): void {
    this.#puts.add(put);
  }

  /** Removes a put that has its result. */
  end(put: PendingPut<C>): void {
    this.moveTo(put, undefined);
    this.#puts.delete(put);
  }

  /** Notes that a put is on the connection `c` now. Undefined: on no connection. */
  moveTo(put: PendingPut<C>, c: C | undefined): void {
    if (put.on !== undefined) {
      const left = (this.#counts.get(put.on) ?? 1) - 1;
      if (left === 0) this.#counts.delete(put.on);
      else this.#counts.set(put.on, left);
    }
    put.on = c;
    if (c !== undefined) this.#counts.set(c, (this.#counts.get(c) ?? 0) + 1);
  }

  /**
   * Must this put wait for an earlier one before it goes over the connection `c`? Not for a put on `c`, since the server takes the puts of `c` in
   * their order. Usually all other puts are on `c`. Then the answer is no, without a look at each put.
   */
  isHeldUp(put: PendingPut<C>, c: C): boolean {
    if (this.#puts.size - 1 === (this.#counts.get(c) ?? 0)) return false;
    for (const earlier of this.#puts) {
      if (earlier === put) return false;
      if (earlier.on !== c && this.#mustWait(put.request, earlier.request)) return true;
    }
    return false;
  }
}
