/**
 * Frames: the payload's length in four bytes, big-endian, and the payload. The payload is one JSON value, with one byte for each character: characters from
 * U+0100 on are written as `\u` escapes. So a byte string takes one byte for each of its bytes, and decoding needs no check of UTF-8. After the handshake
 * the payload is sealed (`frame-cipher.ts`).
 */
import * as E from 'fp-ts/lib/Either.js';
import type { FrameCipher } from './frame-cipher.js';

const HEADER = 4;

// eslint-disable-next-line no-control-regex -- one byte for each character is the point
const NOT_LATIN1 = /[^\u0000-\u00ff]/;
const ALL_NOT_LATIN1 = new RegExp(NOT_LATIN1, 'g');

const escape = (c: string): string => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`;

const latin1Of = (value: unknown): string => {
  const json = JSON.stringify(value);
  return NOT_LATIN1.test(json) ? json.replace(ALL_NOT_LATIN1, escape) : json;
};

/** The frame of a JSON value, as an end sends it during the handshake. */
export const encodeFrame = (value: unknown): Buffer => {
  const text = latin1Of(value);
  const frame = Buffer.allocUnsafe(HEADER + text.length);
  frame.writeUInt32BE(text.length, 0);
  frame.write(text, HEADER, 'latin1');
  return frame;
};

/** The sealed frame of a JSON value, as an end sends it after the handshake. */
export const encodeSealed = (value: unknown, seal: FrameCipher['seal']): Buffer => {
  const frame = seal(latin1Of(value), HEADER);
  frame.writeUInt32BE(frame.length - HEADER, 0);
  return frame;
};

/** Takes bytes as they come and gives the frames that are complete, one at a time. */
export interface FrameReader {
  /** Takes bytes in. */
  readonly push: (chunk: Buffer) => void;
  /** The JSON value of the next frame, and the frame's length; undefined where no frame is complete. Left: what is wrong with the frame. */
  readonly next: () => E.Either<string, { readonly value: unknown; readonly bytes: number } | undefined>;
  /** The number of bytes that were taken in and not returned as frames. */
  readonly pending: () => number;
}

/** The first characters of HTTP, at either end. As the length of a frame they would be above every maximum. */
const HTTP = /^(HTTP|GET |HEAD|POST|PUT |DELE|OPTI|CONN|PATC|TRAC)/;

/** The text for an end that took one port of a server for another. */
export const SPEAKS_HTTP =
  'it speaks HTTP, which no member of a cluster does: metrics and health have a port of their own (--metrics-port)';

const NONE = E.right(undefined);
const NOT_SEALED = E.left('a frame that was not sealed for this connection');

/**
 * A {@link FrameReader} that refuses frames longer than `maxBytes()`. Once `seal()` returns a cipher, it also refuses frames that the cipher does not open.
 */
export const frameReader = (maxBytes: () => number, seal: () => FrameCipher | undefined = () => undefined): FrameReader => {
  /** The bytes that were taken in: the rest of a buffer, and the chunks after it. */
  let buffer: Buffer = Buffer.alloc(0);
  let at = 0;
  let later: Buffer[] = [];
  let laterBytes = 0;
  /** The length of the next frame, as far as it is known. */
  let need = HEADER;

  const parse = (buffer: Buffer, from: number, to: number): E.Either<string, unknown> => {
    const sealed = seal();
    const text = sealed === undefined ? buffer.toString('latin1', from, to) : sealed.open(buffer.subarray(from, to));
    if (text === undefined) return NOT_SEALED;
    try {
      return E.right(JSON.parse(text) as unknown);
    } catch {
      return E.left('a frame that is not JSON');
    }
  };

  const pending = (): number => buffer.length - at + laterBytes;

  /** Puts the bytes of the next frame into one buffer, once all of them are there. */
  const gather = (): boolean => {
    if (buffer.length - at >= need) return true;
    if (pending() < need) return false;
    const all = at < buffer.length ? [buffer.subarray(at), ...later] : later;
    buffer = all.length === 1 ? all[0]! : Buffer.concat(all);
    [at, later, laterBytes] = [0, [], 0];
    return true;
  };

  const push = (chunk: Buffer): void => {
    // Mostly a chunk is one frame, and nothing was left before it.
    if (pending() === 0) {
      [buffer, at] = [chunk, 0];
      return;
    }
    later.push(chunk);
    laterBytes += chunk.length;
  };

  const next: FrameReader['next'] = () => {
    if (!gather()) return NONE;
    const length = buffer.readUInt32BE(at);
    if (length > maxBytes() && HTTP.test(buffer.toString('latin1', at, at + HEADER))) return E.left(SPEAKS_HTTP);
    if (length > maxBytes()) return E.left(`a frame of ${length} bytes, above the maximum of ${maxBytes()}`);
    need = HEADER + length;
    if (!gather()) return NONE;
    const value = parse(buffer, at + HEADER, at + need);
    const bytes = need;
    at += bytes;
    need = HEADER;
    return E.isLeft(value) ? value : E.right({ value: value.right, bytes });
  };

  return { push, next, pending };
};
