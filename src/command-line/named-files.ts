/**
 * Files that a user names. A pipe that is read whole is waited for at most a second. All have a maximum, but for a pipe that is read as a stream.
 * A pipe that nobody writes into, a file that is too long, a device and a folder are each refused with a line. Pipes are read for the shell's
 * sake: `--secret-file <(pass show bayou)`.
 */
import {
  accessSync,
  closeSync,
  constants,
  createReadStream,
  fstatSync,
  lstatSync,
  openSync,
  readSync,
  type Stats,
  statSync,
} from 'node:fs';
import { Socket } from 'node:net';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import * as E from 'fp-ts/lib/Either.js';
import { messageOf, reasonOf } from './say.js';
import { codeOf } from '../files/error-code.js';

// --- what kind of thing it is ----------------------------------------------------------------------------------------------

/** What stands at a path that is not a file, in words; undefined where it is one, or a pipe. */
const strangeKind = (found: Stats): string | undefined => {
  if (found.isDirectory()) return 'it is a folder';
  if (found.isSocket()) return 'it is a socket';
  return found.isFile() || found.isFIFO() ? undefined : 'it is a device';
};

/** What stands at a path; undefined where nothing does that can be looked at. */
export const standsAt = (path: string): Stats | undefined => {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
};

/** Is it a link, wherever that leads? */
export const isLink = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;

const LEADS_NOWHERE = 'it is a link that leads nowhere';

/** Why it is not there. */
const whyMissing = (path: string): string => {
  if (isLink(path)) return LEADS_NOWHERE;
  return standsAt(dirname(path)) === undefined ? 'its folder is not there' : 'there is no such file';
};

/** Why it cannot be used, in words. */
const whyNot = (path: string, error: unknown): string => {
  try {
    return codeOf(error) === 'ENOENT' ? whyMissing(path) : reasonOf(error);
  } catch (deeper) {
    return reasonOf(deeper);
  }
};

// --- reading ---------------------------------------------------------------------------------------------------------------

/** Opens without waiting for whoever writes into a pipe, and without taking a terminal for its own. */
const READING = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

/** How long what writes into a pipe may take in all, in ms. */
const PIPE_MS = 1_000;
const LOOK_MS = 5;
const AT_ONCE = 65_536;

const NOBODY_WRITES = 'it is a pipe into which nobody writes';

/** Sleeps: reading what a command needs before it can begin is not worth a promise. */
const sleep = (ms: number): void =>
  void Atomics.wait(new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)), 0, 0, ms);

/** Some bytes; none at the end; undefined where there are none yet. */
const readSome = (fd: number): Buffer | undefined => {
  const bytes = Buffer.allocUnsafe(AT_ONCE);
  try {
    return bytes.subarray(0, readSync(fd, bytes, 0, bytes.length, null));
  } catch (error) {
    if (codeOf(error) === 'EAGAIN') return undefined;
    throw error;
  }
};

const readAll = (fd: number, maxBytes: number): E.Either<string, Buffer> => {
  const isPipe = fstatSync(fd).isFIFO();
  const until = performance.now() + PIPE_MS;
  const chunks: Buffer[] = [];
  let size = 0;
  for (;;) {
    const some = readSome(fd);
    if (some?.length === 0) return isPipe && size === 0 ? E.left(NOBODY_WRITES) : E.right(Buffer.concat(chunks));
    if (some === undefined) {
      if (performance.now() > until) return E.left(`it is a pipe, and what writes into it is not done after ${PIPE_MS} ms`);
      sleep(LOOK_MS);
    } else {
      size += some.length;
      if (size > maxBytes) return tooLong(maxBytes);
      chunks.push(some);
    }
  }
};

/** A file or a pipe that is open for reading. */
interface Opened {
  readonly fd: number;
  readonly found: Stats;
  /** From now on, whoever reads it closes it. */
  readonly handOver: () => void;
}

/** Opens a file or a pipe for reading, uses it, and closes it unless it was handed over. */
const withOpen = <A>(path: string, use: (opened: Opened) => E.Either<string, A>): E.Either<string, A> => {
  let own: number | undefined;
  try {
    const strange = strangeKind(statSync(path));
    if (strange !== undefined) return E.left(strange);
    const fd = (own = openSync(path, READING));
    return use({ fd, found: fstatSync(fd), handOver: () => (own = undefined) });
  } catch (error) {
    return E.left(whyNot(path, error));
  } finally {
    if (own !== undefined) closeSync(own);
  }
};

const tooLong = (maxBytes: number): E.Either<string, never> => E.left(`it is longer than ${maxBytes} bytes`);

/** The bytes of a file, at most so many. Fails with the reason, in words to follow `…: FILE: `. */
export const readBytes = (path: string, maxBytes: number): E.Either<string, Buffer> =>
  withOpen(path, ({ fd, found }) => (found.size > maxBytes ? tooLong(maxBytes) : readAll(fd, maxBytes)));

const BYTE_ORDER_MARK = '\ufeff';

/** The text of a file of UTF-8, without the mark that some editors put in front of it. */
export const readText = (path: string, maxBytes: number): E.Either<string, string> =>
  E.map((bytes: Buffer) => {
    const text = bytes.toString('utf8');
    return text.startsWith(BYTE_ORDER_MARK) ? text.slice(BYTE_ORDER_MARK.length) : text;
  })(readBytes(path, maxBytes));

/** What is wrong with a text that is no JSON, without what Node quotes of it: the file may be one with a secret, named by mistake. */
const whyNoJson = (error: unknown): string =>
  messageOf(error)
    .replace(/, (?:\.\.\.)?".*"(?:\.\.\.)? is not valid JSON$/s, '')
    .replaceAll(/\s+/g, ' ');

/** The JSON of a file. */
export const readJson = (path: string, maxBytes: number): E.Either<string, unknown> =>
  E.chain((text: string): E.Either<string, unknown> => {
    try {
      return E.right(JSON.parse(text) as unknown);
    } catch (error) {
      return E.left(`it is not JSON: ${whyNoJson(error)}`);
    }
  })(readText(path, maxBytes));

/** A file of at most so many bytes, or a pipe of any length, as a stream. Fails with the reason. */
export const openStream = (path: string, maxBytes: number): E.Either<string, Readable> =>
  withOpen(path, ({ fd, found, handOver }): E.Either<string, Readable> => {
    if (found.isFile()) {
      if (found.size > maxBytes) return tooLong(maxBytes);
      const stream = createReadStream(path, { fd });
      handOver();
      return E.right(stream);
    }
    const first = readSome(fd);
    if (first?.length === 0) return E.left(NOBODY_WRITES);
    const socket = new Socket({ fd, readable: true, writable: false });
    handOver();
    if (first !== undefined) socket.unshift(first);
    return E.right(socket);
  });

// --- writing ---------------------------------------------------------------------------------------------------------------

/** What is wrong with a path, in words: `found` says it of what stands there, `missing` where nothing does; undefined where nothing is. */
const wrongAt = (
  path: string,
  { found, missing }: { readonly found: (stands: Stats) => string | undefined; readonly missing: () => string | undefined },
): string | undefined => {
  try {
    const stands = statSync(path, { throwIfNoEntry: false });
    if (stands !== undefined) return found(stands);
    return isLink(path) ? LEADS_NOWHERE : missing();
  } catch (error) {
    return whyNot(path, error);
  }
};

/**
 * Why a file cannot be written, as far as can be seen before it is, in words; undefined where nothing stands against it. Only files are
 * written: a pipe would be waited for, and a device replaced.
 */
export const wrongToWrite = (path: string): string | undefined =>
  wrongAt(path, {
    found: (stands) => (stands.isFIFO() ? 'it is a pipe' : strangeKind(stands)),
    missing: () => (statSync(dirname(path)).isDirectory() ? undefined : 'a part of its path is no folder'),
  });

/** Why a folder cannot be used or made, as far as can be seen before it is, in words; undefined where nothing stands against it. */
export const wrongToMake = (path: string): string | undefined =>
  wrongAt(path, {
    found: (stands) => {
      if (!stands.isDirectory()) return 'it is no folder';
      accessSync(path, constants.W_OK | constants.X_OK);
      return undefined;
    },
    missing: () => wrongToMake(dirname(path)),
  });
