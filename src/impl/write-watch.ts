/** Watches the writes to a log for one that does not come back: a disk that hangs reports no error. */
import type { Timer, Timers } from '../ports/ports.js';

/** A write that is out this long is said to have stalled, at the latest after twice as long, in ms. */
export const STALL_MS = 5_000;

const STALLED = `the disk does not answer: a write to the log has not come back for ${STALL_MS / 1000} s; see the system's log, and the disk`;

/** Looks at one write at a time. One timer serves many writes: most come back long before it. */
export class WriteWatch {
  readonly #timers: Timers;
  readonly #tell: (stalled: string | undefined) => void;
  /** How many writes have begun. */
  #begun = 0;
  #isOut = false;
  #stalled: string | undefined;
  #timer: Timer | undefined;

  /** @param tell is told once that a write has stalled, in one line, and with `undefined` when it has come back */
  constructor(timers: Timers, tell: (stalled: string | undefined) => void) {
    this.#timers = timers;
    this.#tell = tell;
  }

  /** What is said of the write that has stalled; undefined while none has. */
  get stalled(): string | undefined {
    return this.#stalled;
  }

  /** A write has begun. */
  begin(): void {
    this.#begun++;
    this.#isOut = true;
    this.#timer ??= this.#look();
  }

  /** It has come back, or failed. */
  end(): void {
    this.#isOut = false;
    if (this.#stalled === undefined) return;
    this.#stalled = undefined;
    this.#tell(undefined);
  }

  /** No write comes any more. */
  close(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #look(): Timer {
    const watched = this.#begun;
    return this.#timers.after(
      STALL_MS,
      () => {
        this.#timer = undefined;
        if (!this.#isOut) return;
        if (this.#begun !== watched) {
          this.#timer = this.#look();
          return;
        }
        this.#stalled = STALLED;
        this.#tell(STALLED);
      },
      false,
    );
  }
}
