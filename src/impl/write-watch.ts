/** Watches the writes to a log and reports a write that does not come back, because a disk that hangs reports no error. */
import type { Timer, Timers } from '../ports/ports.js';

/** A write that has not come back after this time, in ms, has stalled. The watch reports the write after at most twice this time. */
export const STALL_MS = 5_000;

const STALLED = `the disk does not answer: a write to the log has not come back for ${STALL_MS / 1000} s; see the system's log, and the disk`;

/** Looks at one write at a time. One timer serves many writes, because most writes come back long before the timer's end. */
export class WriteWatch {
  readonly #timers: Timers;
  readonly #tell: (stalled: string | undefined) => void;
  /** How many writes have begun. */
  #begun = 0;
  #isOut = false;
  #stalled: string | undefined;
  #timer: Timer | undefined;

  /** @param tell is told in one line, once, that a write has stalled, and is told `undefined` when that write has come back */
  constructor(timers: Timers, tell: (stalled: string | undefined) => void) {
    this.#timers = timers;
    this.#tell = tell;
  }

  /** The line about the write that has stalled; undefined while no write has stalled. */
  get stalled(): string | undefined {
    return this.#stalled;
  }

  /** A write has begun. */
  begin(): void {
    this.#begun++;
    this.#isOut = true;
    this.#timer ??= this.#look();
  }

  /** The write has come back, or has failed. */
  end(): void {
    this.#isOut = false;
    if (this.#stalled === undefined) return;
    this.#stalled = undefined;
    this.#tell(undefined);
  }

  /** Ends the watch: no write will begin any more. */
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
