/** The life of one process in a simulated world, from its start to its death: whether it may act, and the events that wait while it may not. */

/** Thrown by the ports that a dead process calls. */
export class KilledProcessError extends Error {
  override readonly name = 'Killed';
}

/** An event that is to happen. Without `act` it was cancelled, or has happened. */
export interface ScheduledEvent {
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
  /** The moment, in µs, at which its call to the disk ends; its events wait until then. */
  busyUntilUs = 0;
  /** The events that came while it was paused, in order. */
  readonly held: ScheduledEvent[] = [];
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

  /** @throws {KilledProcessError} where the process is dead: a dead process calls nothing. */
  mustLive(call: string): void {
    if (this.isDead) throw new KilledProcessError(`${call} of ${this.name}`);
  }

  /** Calls `tell` at the process's death, with its cause. `isSilent`: the machine died too, so its connections break without a word to the other ends. */
  onDeath(tell: (how: string, isSilent: boolean) => void): void {
    this.#deaths.push(tell);
  }

  /** Ends the life. The second call does nothing. */
  die(how: string, isSilent = false): void {
    if (this.isDead) return;
    this.#state = 'dead';
    this.held.length = 0;
    for (const tell of this.#deaths) tell(how, isSilent);
  }

  /** Lets its events wait. Does nothing to a dead process. */
  pause(): void {
    if (this.#state === 'alive') this.#state = 'paused';
  }

  /** Ends a pause; returns the held events, which the caller has to schedule. */
  goOn(): ReadonlyArray<ScheduledEvent> {
    if (this.#state !== 'paused') return [];
    this.#state = 'alive';
    return this.held.splice(0);
  }
}
