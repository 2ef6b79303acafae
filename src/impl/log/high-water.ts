/**
 * The high-water mark says how many changes the log has had (R10): the number of the last change. It is in a file of its own, which the log
 * writes over after each commit. So it shows that the last changes are missing even if their files are gone.
 *
 * The file has twelve bytes: the number as two 32-bit halves, low half first, and a CRC-32 over both, all little-endian. The bytes are in one
 * page, so a kill leaves the old number or the new one.
 */
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { notInPlace, type LostLogError } from './errors.js';
import { closeQuietly, writeAll, type Files, type OpenFile } from './files.js';

/** The high-water mark's file name in the log's folder. */
export const HIGH_WATER = 'high-water';

const HALF = 2 ** 32;
const NUMBER = 8;

/** The number. Undefined: the file is missing or empty. `unreadable`: the bytes are not those that a log wrote. */
export const readHighWater = (files: Files, directory: string): number | undefined | 'unreadable' => {
  if ((files.facts(join(directory, HIGH_WATER))?.size ?? 0) > NUMBER + 4) return 'unreadable';
  const bytes = files.read(join(directory, HIGH_WATER));
  // A log makes the file empty and then writes the number. No change was acknowledged in between.
  if (bytes === undefined || bytes.length === 0) return undefined;
  if (bytes.length !== NUMBER + 4 || crc32(bytes.subarray(0, NUMBER)) !== bytes.readUInt32LE(NUMBER)) return 'unreadable';
  return bytes.readUInt32LE(0) + bytes.readUInt32LE(4) * HALF;
};

/** The claim on the log (`claim.ts`). `mustStand` throws if another process has the log now, and `look` rejects. */
export interface HeldClaim {
  readonly mustStand: () => void;
  readonly look: () => Promise<void>;
}

/** The open high-water mark. */
export class HighWater {
  readonly #files: Files;
  readonly #claim: HeldClaim;
  readonly #path: string;
  readonly #file: OpenFile;
  readonly #ino: string;
  readonly #bytes = Buffer.alloc(NUMBER + 4);

  constructor(files: Files, directory: string, claim: HeldClaim) {
    this.#files = files;
    this.#claim = claim;
    this.#path = join(directory, HIGH_WATER);
    this.#file = files.open(this.#path);
    this.#ino = this.#file.facts().ino;
    // `readHighWater` has noticed bytes after the number. They go now, so that the next opening does not notice them again.
    if (this.#file.facts().size > NUMBER + 4) this.#file.truncate(NUMBER + 4);
  }

  /**
   * Checks that this process still holds the log ({@link HeldClaim}), and that this file is in its place.
   * @throws if one of the two is false
   */
  mustBeInPlace(): void {
    this.#claim.mustStand();
    if (this.#files.facts(this.#path)?.ino === this.#ino) return;
    throw this.#lost();
  }

  /** {@link mustBeInPlace}, without blocking the process. */
  async look(): Promise<void> {
    await this.#claim.look();
    if ((await this.#files.look(this.#path))?.ino !== this.#ino) throw this.#lost();
  }

  /** Notes that change `last` is in the log. The change was durable before. Looks at one file only, because each commit calls this. */
  raise(last: number): void {
    this.#claim.mustStand();
    this.#bytes.writeUInt32LE(last % HALF, 0);
    this.#bytes.writeUInt32LE(Math.floor(last / HALF), 4);
    this.#bytes.writeUInt32LE(crc32(this.#bytes.subarray(0, NUMBER)), NUMBER);
    writeAll(this.#file, this.#bytes, 0);
  }

  sync(): void {
    this.#file.sync();
  }

  close(): void {
    closeQuietly(this.#file);
  }

  #lost(): LostLogError {
    return notInPlace(this.#path);
  }
}
