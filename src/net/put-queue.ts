/**
 * A session's puts under way, in the order in which they were called, and the connection over which each is (R14). Those that go over one connection are
 * accepted in their order; a later one waits where an earlier one is not on that connection, and has to come to its result first.
 */
import type { Put } from '../core/messages.js';

/** A put that has not come to its result. Mutable; changed by {@link PutQueue} and by who sends it. */
export interface UnderWay<C> {
  /** As it was sent last; before that, as it was started. */
  request: Put;
  /** The connection over which it was sent and may be answered yet. */
  on: C | undefined;
}

/** The puts; `mustWait`: has the later of two to wait for the earlier one? */
export class PutQueue<C> {
  readonly #mustWait: (later: Put, earlier: Put) => boolean;
  /** In the order of the calls. */
  readonly #puts = new Set<UnderWay<C>>();
  /** How many puts are on each connection. */
  readonly #counts = new Map<C, number>();

  constructor(mustWait: (later: Put, earlier: Put) => boolean) {
    this.#mustWait = mustWait;
  }

  /** A put is called. */
  begin(put: UnderWay<C>): void {
    this.#puts.add(put);
  }

  /** A put has come to its result. */
  end(put: UnderWay<C>): void {
    this.moveTo(put, undefined);
    this.#puts.delete(put);
  }

  /** A put is on this connection now; undefined: on none. */
  moveTo(put: UnderWay<C>, c: C | undefined): void {
    if (put.on !== undefined) {
      const left = (this.#counts.get(put.on) ?? 1) - 1;
      if (left === 0) this.#counts.delete(put.on);
      else this.#counts.set(put.on, left);
    }
    put.on = c;
    if (c !== undefined) this.#counts.set(c, (this.#counts.get(c) ?? 0) + 1);
  }

  /** Must an earlier put have its result before this one goes over the connection? Usually all puts are on that connection: then none is looked at. */
  isHeldUp(put: UnderWay<C>, c: C): boolean {
    if (this.#puts.size - 1 === (this.#counts.get(c) ?? 0)) return false;
    for (const earlier of this.#puts) {
      if (earlier === put) return false;
      if (earlier.on !== c && this.#mustWait(put.request, earlier.request)) return true;
    }
    return false;
  }
}
