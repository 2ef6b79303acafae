/** The ways between the machines of a simulated world, each open or cut. A way leads in one direction. */

/** A machine, as the network sees it. */
export interface Host {
  readonly name: string;
  /** Has the machine power? */
  readonly isUp: boolean;
  /** Are the machine's connections always without {@link NetworkFaults}? */
  readonly isSheltered: boolean;
}

/** The ways between machines; each is open until it is cut. */
export class Ways {
  readonly #cut = new Map<string, number>();

  /** Cuts the way from one machine to another, and not the way back. Segments under way are sent again when the way is open again. */
  cut(from: string, to: string, atUs: number): void {
    if (!this.#cut.has(`${from}>${to}`)) this.#cut.set(`${from}>${to}`, atUs);
  }

  mend(from: string, to: string): void {
    this.#cut.delete(`${from}>${to}`);
  }

  mendAll(): void {
    this.#cut.clear();
  }

  /** Does a segment of `from` reach `to` now? Both must have power, and the way must not be cut. A machine's way to itself cannot be cut. */
  isOpen(from: Host, to: Host): boolean {
    if (!from.isUp || !to.isUp) return false;
    return this.#cut.size === 0 || from.name === to.name || !this.#cut.has(`${from.name}>${to.name}`);
  }

  /** The moment, in µs, at which the way was cut; undefined: it is open. */
  cutSince(from: Host, to: Host): number | undefined {
    return this.#cut.get(`${from.name}>${to.name}`);
  }
}
