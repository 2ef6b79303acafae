/**
 * Writes and reads the file of a checkpoint: a search that was stopped, from which a later run goes on to the same totals.
 *
 * The file has one line that says what it is, then sections, one after the other. A section is a list of frames, and ends with the SHA-256 of its
 * content. A frame is its length in bytes (a double), and then its bytes. One section holds what one search has found. Threads that search together
 * append theirs to the first, which is their leader's.
 *
 * The file is written beside its place and then renamed. So a process that dies while it writes leaves the file that was there.
 */
import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { endianness } from 'node:os';
import { CheckerError } from '../error.js';
import { formatIn, isAnothers } from './first-line.js';

/** The number of the format. Raise it whenever what is written changes. */
const FORMAT = 9;
const FIRST_LINE = `bayou checkpoint ${FORMAT} ${endianness()}\n`;
/** Stands in the place of a frame's length after the last frame. */
const END = -1;
const LENGTH_BYTES = 8;
/** The most bytes that are read, written and digested at once: Node takes less than 2 GiB. */
const AT_ONCE = 1 << 24;

/** Makes the error that says in one line what keeps a checkpoint from being written or read. */
export const refuse = (path: string, why: string): CheckerError => new CheckerError('checkpoint', `checkpoint ${path}: ${why}`);

const whyOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const lengthOf = (length: number): Uint8Array => new Uint8Array(Float64Array.of(length).buffer);

const bytesOf = (words: Int32Array): Uint8Array => new Uint8Array(words.buffer, words.byteOffset, words.byteLength);

function* pieces(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += AT_ONCE) yield bytes.subarray(at, at + AT_ONCE);
}

const writeAll = (file: number, bytes: Uint8Array): void => {
  for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at, Math.min(bytes.length - at, AT_ONCE));
};

// --- writing ---------------------------------------------------------------------------------------------------------------

/** Writes one section, frame by frame. */
export class Writer {
  readonly path: string;
  private readonly file: number;
  private readonly digest = createHash('sha256');

  /** `path` is the checkpoint's, for messages. `file` is the one to write. */
  constructor(path: string, file: number) {
    this.path = path;
    this.file = file;
  }

  json(value: unknown): void {
    this.bytes(Buffer.from(JSON.stringify(value)));
  }

  words(words: Int32Array): void {
    this.bytes(bytesOf(words));
  }

  bytes(bytes: Uint8Array): void {
    this.put(lengthOf(bytes.length));
    this.put(bytes);
  }

  end(): void {
    this.put(lengthOf(END));
    writeAll(this.file, this.digest.digest());
  }

  private put(bytes: Uint8Array): void {
    for (const piece of pieces(bytes)) {
      this.digest.update(piece);
      writeAll(this.file, piece);
    }
  }
}

const partOf = (path: string): string => `${path}.part`;

/** Does something with the file that becomes the checkpoint. It removes the file where something goes wrong. */
const guarded = (path: string, flags: 'w' | 'a', act: (file: number) => void): void => {
  let file: number | undefined;
  try {
    file = openSync(partOf(path), flags);
    act(file);
  } catch (error) {
    if (file !== undefined) discard(path);
    if (error instanceof CheckerError) throw error;
    throw refuse(path, `it cannot be written: ${whyOf(error)}`);
  } finally {
    if (file !== undefined) closeSync(file);
  }
};

const section = (path: string, file: number, content: (to: Writer) => void): void => {
  const to = new Writer(path, file);
  content(to);
  to.end();
  // A machine that goes down after the renaming must find the content too.
  fsyncSync(file);
};

/** Begins a checkpoint with its first section. */
export const begin = (path: string, content: (to: Writer) => void): void => {
  guarded(path, 'w', (file) => {
    writeAll(file, Buffer.from(FIRST_LINE));
    section(path, file, content);
  });
};

/** Adds a section to the checkpoint that was begun. */
export const append = (path: string, content: (to: Writer) => void): void => {
  guarded(path, 'a', (file) => section(path, file, content));
};

/** Puts the checkpoint that was begun in the place of the one before. */
export const finish = (path: string): void => {
  try {
    renameSync(partOf(path), path);
  } catch (error) {
    discard(path);
    throw refuse(path, `it cannot be written: ${whyOf(error)}`);
  }
};

/** Removes the checkpoint that was begun. */
export const discard = (path: string): void => {
  if (existsSync(partOf(path))) rmSync(partOf(path));
};

/** Refuses a path where no checkpoint can be written: better before a search of hours than after it. */
export const mustBeWritable = (path: string): void => {
  for (const at of [path, partOf(path)])
    if (isAnothers(at, FIRST_LINE))
      throw refuse(path, `${at === path ? 'it' : at} is there already, and is no checkpoint: name another file`);
  guarded(path, 'w', () => {
    const found = statSync(path, { throwIfNoEntry: false });
    // A device would be gone if the file were renamed over it.
    if (found?.isFile() === false) throw refuse(path, found.isDirectory() ? 'it is a folder' : 'it is no file');
  });
  discard(path);
};

// --- reading ---------------------------------------------------------------------------------------------------------------

/** Reads the frames of a section, in the order in which they were written. */
export class Reader {
  readonly path: string;
  private readonly file: number;
  private at: number;

  constructor(path: string, file: number, at: number) {
    this.path = path;
    this.file = file;
    this.at = at;
  }

  json(): unknown {
    return JSON.parse(Buffer.from(this.bytes()).toString('utf8')) as unknown;
  }

  words(): Int32Array {
    return new Int32Array(this.bytes().buffer);
  }

  bytes(): Uint8Array<ArrayBuffer> {
    const length = new Uint8Array(LENGTH_BYTES);
    this.take(length);
    const bytes = new Uint8Array(new Float64Array(length.buffer)[0]!);
    this.take(bytes);
    return bytes;
  }

  private take(into: Uint8Array): void {
    readExactly(this.path, this.file, this.at, into);
    this.at += into.length;
  }
}

const readExactly = (path: string, file: number, at: number, into: Uint8Array): void => {
  for (let done = 0; done < into.length;) {
    const n = readSync(file, into, done, Math.min(into.length - done, AT_ONCE), at + done);
    if (n === 0) throw refuse(path, 'it ends too early');
    done += n;
  }
};

/** Refuses a file that does not say it is a checkpoint of this format. */
const mustBeCheckpoint = (path: string, file: number): void => {
  const line = Buffer.alloc(FIRST_LINE.length);
  const text = line.subarray(0, readSync(file, line, 0, line.length, 0)).toString('latin1');
  if (text === FIRST_LINE) return;
  const format = formatIn(text);
  if (format === undefined) throw refuse(path, 'this is not a checkpoint');
  if (Number(format) !== FORMAT)
    throw refuse(path, `it has the format ${format}, not ${FORMAT}: another version of the program wrote it`);
  throw refuse(path, 'it was written on a machine with another order of bytes');
};

/** Gives where each section begins. It verifies the digest of each, so that a reader need not. */
const sectionsOf = (path: string, file: number): ReadonlyArray<number> => {
  const { size } = fstatSync(file);
  const sections: number[] = [];
  for (let at = FIRST_LINE.length; at < size || sections.length === 0;) {
    sections.push(at);
    at = verify(path, file, at, size);
  }
  return sections;
};

/** Verifies a section, and gives where it ends. */
const verify = (path: string, file: number, from: number, size: number): number => {
  const damaged = (): CheckerError => refuse(path, 'it is damaged: its digest does not match');
  const digest = createHash('sha256');
  const buffer = Buffer.alloc(1 << 20);
  let at = from;
  const take = (length: number): Buffer => {
    const bytes = buffer.subarray(0, length);
    readExactly(path, file, at, bytes);
    at += length;
    return bytes;
  };
  for (;;) {
    const head = take(LENGTH_BYTES);
    digest.update(head);
    const length = new Float64Array(new Uint8Array(head).buffer)[0]!;
    if (length === END) break;
    if (!Number.isSafeInteger(length) || length < 0) throw damaged();
    if (at + length > size) throw refuse(path, 'it is damaged, or ends too early');
    for (let left = length; left > 0;) {
      const bytes = take(Math.min(left, buffer.length));
      digest.update(bytes);
      left -= bytes.length;
    }
  }
  if (!digest.digest().equals(take(32))) throw damaged();
  return at;
};

const openFile = (path: string): number => {
  try {
    const found = statSync(path);
    if (!found.isFile()) throw refuse(path, found.isDirectory() ? 'it is a folder' : 'it is no file');
    return openSync(path, 'r');
  } catch (error) {
    if (error instanceof CheckerError) throw error;
    throw refuse(path, `it cannot be read: ${whyOf(error)}`);
  }
};

/** Does something with the file of a checkpoint. */
const opened = <T>(path: string, use: (file: number) => T): T => {
  const file = openFile(path);
  try {
    return use(file);
  } finally {
    closeSync(file);
  }
};

/** Gives where the sections of a checkpoint begin. @throws CheckerError (`checkpoint`) when the file is no checkpoint, or not whole. */
export const sectionsIn = (path: string): ReadonlyArray<number> =>
  opened(path, (file) => {
    mustBeCheckpoint(path, file);
    return sectionsOf(path, file);
  });

/** Reads the section that begins there, of a checkpoint that is known to be whole. */
export const reading = <T>(path: string, at: number, use: (from: Reader) => T): T =>
  opened(path, (file) => use(new Reader(path, file, at)));
