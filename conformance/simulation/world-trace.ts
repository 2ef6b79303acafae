/** What happened in a simulated world, one line for each event, in the order in which it happened: the same for the same seed, byte for byte. */
import { createHash } from 'node:crypto';

/** How much text is hashed at once. */
const PIECE = 65_536;

/** How much of a trace is kept, in lines; the hash is over all of it. */
const KEPT_LINES = 1_000_000;

/** A trace that is being written. */
export class Trace {
  /** How many lines there were. */
  count = 0;
  readonly #hash = createHash('sha256');
  readonly #kept: string[] | undefined;
  #piece = '';

  /** `keep`: is the text kept ({@link KEPT_LINES}), or its hash alone? */
  constructor(keep = false) {
    this.#kept = keep ? [] : undefined;
  }

  /** What happened at a moment, in µs of the world's time, and to whom. */
  note(atUs: number, whom: string, what: string): void {
    const line = `${atUs} ${whom} ${what}\n`;
    this.count++;
    if (this.#kept !== undefined && this.#kept.length < KEPT_LINES) this.#kept.push(line);
    this.#piece += line;
    if (this.#piece.length >= PIECE) this.#flush();
  }

  /** The SHA-256 of all lines so far, in hexadecimal. */
  hash(): string {
    this.#flush();
    return this.#hash.copy().digest('hex');
  }

  /** The lines that were kept, each with its end. */
  lines(): ReadonlyArray<string> {
    return this.#kept ?? [];
  }

  #flush(): void {
    this.#hash.update(this.#piece);
    this.#piece = '';
  }
}
