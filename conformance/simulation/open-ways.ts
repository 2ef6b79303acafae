/** The ways between the machines of a simulated world, each open or blocked. A way leads in one direction. */

/** A machine, as the network sees it. */
export interface Host {
  readonly name: string;
  /** Has the machine power? */
  readonly isUp: boolean;
  /** Are the machine's connections always without {@link NetworkFaults}? */
  readonly isSheltered: boolean;
}

/** The ways between machines; each is open until it is blocked. */
export class Ways {
  readonly #blocked = new Map<string, number>();

  /** Blocks the way from one machine to another, and not the way back. Segments under way are sent again when the way is open again. */
  block(from: string, to: string, atUs: number): void {
    if (!this.#blocked.has(`${from}>${to}`)) this.#blocked.set(`${from}>${to}`, atUs);
  }

  unblock(from: string, to: string): void {
    this.#blocked.delete(`${from}>${to}`);
  }

  unblockAll(): void {
    this.#blocked.clear();
  }

  /** Does a segment of `from` reach `to` now? Both must have power, and the way must be open. A machine's way to itself is never blocked. */
  isOpen(from: Host, to: Host): boolean {
    if (!from.isUp || !to.isUp) return false;
    return this.#blocked.size === 0 || from.name === to.name || !this.#blocked.has(`${from.name}>${to.name}`);
  }

  /** The moment, in µs, at which the way was blocked; undefined: it is open. */
  blockedSince(from: Host, to: Host): number | undefined {
    return this.#blocked.get(`${from.name}>${to.name}`);
  }
}
