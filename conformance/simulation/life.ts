/** One process's life in a simulated world, from its start to its death: what it has in front of it, and whether it may act. */

/** Thrown by whatever a dead process calls. */
export class Killed extends Error {
  override readonly name = 'Killed';
}

/** Something that will happen. What has no `act` any more was cancelled. */
export interface Scheduled {
  at: number;
  order: number;
  readonly life: Life | undefined;
  readonly what: string;
  act: (() => void) | undefined;
}

/** A life. */
export class Life {
  /** Its name in the trace: `s0#1`. */
  readonly name: string;
  /** It is in a call that takes so long, in µs; its events wait until then. */
  busyUntilUs = 0;
  /** What came while it was paused, in order. */
  readonly held: Scheduled[] = [];
  #state: 'alive' | 'paused' | 'dead' = 'alive';
  readonly #deaths: ((how: string, isSilent: boolean) => void)[] = [];

  constructor(name: string) {
    this.name = name;
  }

  get isDead(): boolean {
    return this.#state === 'dead';
  }

  get isPaused(): boolean {
    return this.#state === 'paused';
  }

  /** @throws {Killed} when it is dead: who is dead calls nobody. */
  mustLive(call: string): void {
    if (this.isDead) throw new Killed(`${call} of ${this.name}`);
  }

  /** Calls `tell` at the process's death, with its cause. `isSilent`: the machine died too, so its connections break without a word to the other ends. */
  onDeath(tell: (how: string, isSilent: boolean) => void): void {
    this.#deaths.push(tell);
  }

  /** It acts no more. Twice does nothing. */
  die(how: string, isSilent = false): void {
    if (this.isDead) return;
    this.#state = 'dead';
    this.held.length = 0;
    for (const tell of this.#deaths) tell(how, isSilent);
  }

  /** Its events wait. The dead are let be. */
  pause(): void {
    if (this.#state === 'alive') this.#state = 'paused';
  }

  /** It goes on; what it held is for the caller to schedule. */
  goOn(): ReadonlyArray<Scheduled> {
    if (this.#state !== 'paused') return [];
    this.#state = 'alive';
    return this.held.splice(0);
  }
}
