/** How long the other ends of connections have been silent while they were asked. */
import type { Clock } from '../ports/ports.js';
import type { Connection } from './connection.js';

/** The connections over which something was asked. */
export class Silences {
  readonly #clock: Clock;
  /** When the first request was sent since the other end was heard last, in ms. */
  readonly #askedAt = new WeakMap<Pick<Connection, 'silentMs'>, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Notes that a request is sent. */
  asked(c: Pick<Connection, 'silentMs'>): void {
    const now = this.#clock.nowMs();
    const before = this.#askedAt.get(c);
    if (before === undefined || before <= now - c.silentMs()) this.#askedAt.set(c, now);
  }

  /** For how long the other end has been asked in vain, without a byte from it, in ms. */
  askedInVainMs(c: Pick<Connection, 'silentMs'>): number {
    const forMs = this.#clock.nowMs() - (this.#askedAt.get(c) ?? Infinity);
    return forMs > 0 && c.silentMs() >= forMs ? forMs : 0;
  }
}
