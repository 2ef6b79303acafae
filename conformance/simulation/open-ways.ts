/** Which way is open between the machines of a simulated world. */

/** A machine, as the network sees it. */
export interface Host {
  readonly name: string;
  /** Has it power? */
  readonly isUp: boolean;
  /** Are its links always without faults, whatever the plan says of the others? */
  readonly isSheltered: boolean;
}

/** The ways between machines; each is open until it is cut. */
export class Ways {
  readonly #cut = new Map<string, number>();

  /** Cuts the way from one machine to another, not the way back. What is on its way is sent again when it is open again. */
  cut(from: string, to: string, atUs: number): void {
    if (!this.#cut.has(`${from}>${to}`)) this.#cut.set(`${from}>${to}`, atUs);
  }

  mend(from: string, to: string): void {
    this.#cut.delete(`${from}>${to}`);
  }

  mendAll(): void {
    this.#cut.clear();
  }

  /** Does what this machine sends now reach the other? Both have power, and the way is not cut; to itself it never is. */
  isOpen(from: Host, to: Host): boolean {
    if (!from.isUp || !to.isUp) return false;
    return this.#cut.size === 0 || from.name === to.name || !this.#cut.has(`${from.name}>${to.name}`);
  }

  /** Since when the way is cut, in µs; undefined: it is open. */
  cutSince(from: Host, to: Host): number | undefined {
    return this.#cut.get(`${from.name}>${to.name}`);
  }
}
