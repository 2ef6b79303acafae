/** The trace of a simulated world: a line for each event, in the order in which they happened. The same seed gives the same trace, byte for byte. */
import { createHash } from 'node:crypto';

/** The length of text that is hashed at once. */
const PIECE = 65_536;

/** The most lines of a trace that are kept; the hash is over all lines. */
const KEPT_LINES = 1_000_000;

/** A trace that is being written. */
export class WorldTrace {
  /** The number of lines so far. */
  count = 0;
  readonly #hash = createHash('sha256');
  readonly #kept: string[] | undefined;
  #piece = '';

  /** `keep`: keep the text, up to {@link KEPT_LINES}? Default: the hash alone. */
  constructor(keep = false) {
    this.#kept = keep ? [] : undefined;
  }

  /** Adds an event. `atUs`: its moment in the world's time; `whom`: the life to which it happened. */
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

  /** The kept lines, each with its line end. */
  lines(): ReadonlyArray<string> {
    return this.#kept ?? [];
  }

  #flush(): void {
    this.#hash.update(this.#piece);
    this.#piece = '';
  }
}
