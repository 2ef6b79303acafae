/**
 * How many changes the log has had (R10), outside of the files that hold them: the number of the last one, in a file of its own
 * that is written over after each commit. So it shows when the last changes are missing, whatever became of their files.
 *
 * Twelve bytes: the number as two 32-bit halves, low half first, and a CRC-32 over both, all little-endian. They are in one page:
 * a kill leaves the old number or the new.
 */
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { closeQuietly, writeAll, type Files, type OpenFile } from './files.js';

/** Its name in the log's folder. */
export const HIGH_WATER = 'high-water';

const HALF = 2 ** 32;
const NUMBER = 8;

/** The number; undefined when there is no such file, `unreadable` when it is not what was written. */
export const readHighWater = (files: Files, directory: string): number | undefined | 'unreadable' => {
  if ((files.facts(join(directory, HIGH_WATER))?.size ?? 0) > NUMBER + 4) return 'unreadable';
  const bytes = files.read(join(directory, HIGH_WATER));
  // It is made empty and then written; nothing was acknowledged in between.
  if (bytes === undefined || bytes.length === 0) return undefined;
  if (bytes.length !== NUMBER + 4 || crc32(bytes.subarray(0, NUMBER)) !== bytes.readUInt32LE(NUMBER)) return 'unreadable';
  return bytes.readUInt32LE(0) + bytes.readUInt32LE(4) * HALF;
};

/** Who has the log (`claim.ts`); throws where it is another now. */
export interface Hold {
  readonly mustStand: () => void;
}

/** The open high-water mark. */
export class HighWater {
  readonly #files: Files;
  readonly #claim: Hold;
  readonly #path: string;
  readonly #file: OpenFile;
  readonly #ino: string;
  readonly #bytes = Buffer.alloc(NUMBER + 4);

  constructor(files: Files, directory: string, claim: Hold) {
    this.#files = files;
    this.#claim = claim;
    this.#path = join(directory, HIGH_WATER);
    this.#file = files.open(this.#path);
    this.#ino = this.#file.facts().ino;
    // What somebody has put behind the number is noticed once, when it is read: it must not stay there.
    if (this.#file.facts().size > NUMBER + 4) this.#file.truncate(NUMBER + 4);
  }

  /**
   * Is the log still this holder's ({@link Hold}), and this file in its place?
   * @throws where it is not
   */
  mustBeInPlace(): void {
    this.#claim.mustStand();
    if (this.#files.facts(this.#path)?.ino === this.#ino) return;
    throw new Error(`${this.#path} is not the file that this server opened: another was put in its place while it ran`);
  }

  /** Notes that change `last` is in the log; it was durable before. One look at the folder, for each commit comes here. */
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
}
