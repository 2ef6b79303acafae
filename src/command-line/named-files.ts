/**
 * Reads files that a user names, and checks files to be written. A file has a maximal length; a pipe that is read whole also has a second to end.
 * Refused with one line are a pipe into which nobody writes, a file that is too long, a device and a folder. Pipes are for a shell's substitutions:
 * `--secret-file <(pass show bayou)`.
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
import { messageOf } from '../core/errors.js';
import { reasonOf } from './say.js';
import { codeOf } from '../files/error-code.js';

// --- what kind of thing it is ----------------------------------------------------------------------------------------------

/** The kind of what stands at a path, in words. Undefined for a file or a pipe. */
const strangeKind = (found: Stats): string | undefined => {
  if (found.isDirectory()) return 'it is a folder';
  if (found.isSocket()) return 'it is a socket';
  return found.isFile() || found.isFIFO() ? undefined : 'it is a device';
};

/** The system's data on what stands at a path. Undefined where nothing does, or this user may not see it. */
export const standsAt = (path: string): Stats | undefined => {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
};

/** Is it a symbolic link? The link may lead anywhere or nowhere. */
export const isLink = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;

const LEADS_NOWHERE = 'it is a link that leads nowhere';

/** Says why a file does not exist. */
const whyMissing = (path: string): string => {
  if (isLink(path)) return LEADS_NOWHERE;
  return standsAt(dirname(path)) === undefined ? 'its folder is not there' : 'there is no such file';
};

/** Says why a path cannot be used. */
const whyNot = (path: string, error: unknown): string => {
  try {
    return codeOf(error) === 'ENOENT' ? whyMissing(path) : reasonOf(error);
  } catch (deeper) {
    return reasonOf(deeper);
  }
};

/** Says why a path cannot be used, by the code of the system's error. */
export const whyNoUse = (path: string, code: string): string => whyNot(path, Object.assign(new Error(code), { code }));

// --- reading ---------------------------------------------------------------------------------------------------------------

/** Opens a pipe without waiting for its writer, and a terminal without making it this process's own. */
const READING = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

/** How long the writer of a pipe may take in all, in ms. */
const PIPE_MS = 1_000;
const LOOK_MS = 5;
const AT_ONCE = 65_536;

const NOBODY_WRITES = 'it is a pipe into which nobody writes';

/** Sleeps without a promise: the command cannot begin before it has read the file. */
const sleep = (ms: number): void =>
  void Atomics.wait(new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)), 0, 0, ms);

/** Reads some bytes: none at the end; undefined where there are none yet. */
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
  /** Leaves closing it to a stream. */
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

/** Reads the bytes of a file. Left: the reason why it cannot, as words that follow `…: FILE: `. */
export const readBytes = (path: string, maxBytes: number): E.Either<string, Buffer> =>
  withOpen(path, ({ fd, found }) => (found.size > maxBytes ? tooLong(maxBytes) : readAll(fd, maxBytes)));

const BYTE_ORDER_MARK = '\ufeff';

/** Reads a text in UTF-8, without the mark that some editors put in front of it. */
export const readText = (path: string, maxBytes: number): E.Either<string, string> =>
  E.map((bytes: Buffer) => {
    const text = bytes.toString('utf8');
    return text.startsWith(BYTE_ORDER_MARK) ? text.slice(BYTE_ORDER_MARK.length) : text;
  })(readBytes(path, maxBytes));

/** Says why a text is not JSON. It leaves out the part that Node quotes, since the file may have a secret and be named by mistake. */
const whyNoJson = (error: unknown): string =>
  messageOf(error)
    .replace(/, (?:\.\.\.)?".*"(?:\.\.\.)? is not valid JSON$/s, '')
    .replaceAll(/\s+/g, ' ');

/** Reads the JSON value of a file. */
export const readJson = (path: string, maxBytes: number): E.Either<string, unknown> =>
  E.chain((text: string): E.Either<string, unknown> => {
    try {
      return E.right(JSON.parse(text) as unknown);
    } catch (error) {
      return E.left(`it is not JSON: ${whyNoJson(error)}`);
    }
  })(readText(path, maxBytes));

/** Opens a file of at most `maxBytes`, or a pipe of any length, as a stream. Left: the reason why it cannot. */
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

/** Says what is wrong with a path; undefined: nothing. `found` judges what stands there; `missing` is asked where nothing does. */
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
 * Says why a file cannot be written, as far as can be seen beforehand; undefined: nothing is seen. Pipes and devices are refused: a pipe might be
 * waited for, and a device would be replaced.
 */
export const wrongToWrite = (path: string): string | undefined =>
  wrongAt(path, {
    found: (stands) => (stands.isFIFO() ? 'it is a pipe' : strangeKind(stands)),
    missing: () => (statSync(dirname(path)).isDirectory() ? undefined : 'a part of its path is no folder'),
  });

/** Says why a folder cannot be used or made, as far as can be seen beforehand; undefined: nothing is seen. */
export const wrongToMake = (path: string): string | undefined =>
  wrongAt(path, {
    found: (stands) => {
      if (!stands.isDirectory()) return 'it is no folder';
      accessSync(path, constants.W_OK | constants.X_OK);
      return undefined;
    },
    missing: () => wrongToMake(dirname(path)),
  });
