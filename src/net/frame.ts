/**
 * Frames: a length in four bytes, big-endian, and a payload of so many bytes: one JSON value whose characters are all below
 * U+0100 (others are written as `\u` escapes), one byte for each. Byte strings cost one byte a byte that way, and decoding needs no
 * UTF-8 validation. After the handshake the payload is sealed (`seal.ts`).
 */
import * as E from 'fp-ts/lib/Either.js';
import type { Seal } from './seal.js';

const HEADER = 4;

// eslint-disable-next-line no-control-regex -- one byte for each character is the point
const NOT_LATIN1 = /[^\u0000-\u00ff]/g;

const escape = (c: string): string => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`;

const latin1Of = (value: unknown): string => {
  const json = JSON.stringify(value);
  return json.search(NOT_LATIN1) < 0 ? json : json.replace(NOT_LATIN1, escape);
};

/** The frame of a JSON value, as it goes in the handshake. */
export const encodeFrame = (value: unknown): Buffer => {
  const text = latin1Of(value);
  const frame = Buffer.allocUnsafe(HEADER + text.length);
  frame.writeUInt32BE(text.length, 0);
  frame.write(text, HEADER, 'latin1');
  return frame;
};

/** The sealed frame of a JSON value, as it goes after the handshake. */
export const encodeSealed = (value: unknown, seal: Seal['seal']): Buffer => {
  const payload = seal(latin1Of(value));
  const header = Buffer.allocUnsafe(HEADER);
  header.writeUInt32BE(payload.length, 0);
  return Buffer.concat([header, payload]);
};

/** Takes bytes as they come and gives the frames that are complete. */
export interface FrameReader {
  /** The JSON values of the frames completed by these bytes, in order, each given to `deliver`; or what was wrong. */
  readonly push: (chunk: Buffer, deliver: (value: unknown) => void) => E.Either<string, void>;
  /** Bytes of a frame that has begun and is not complete. */
  readonly pending: () => number;
}

const NOT_SEALED = E.left('a frame that was not sealed for this connection');

/**
 * A {@link FrameReader} that refuses frames longer than `maxBytes()`, and, from when `seal()` gives a seal, those that it does not open.
 */
export const frameReader = (maxBytes: () => number, seal: () => Seal | undefined = () => undefined): FrameReader => {
  let rest: Buffer[] = [];
  let have = 0;
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

  const push = (chunk: Buffer, deliver: (value: unknown) => void): E.Either<string, void> => {
    have += chunk.length;
    rest.push(chunk);
    if (have < need) return E.right(undefined);
    const buffer = rest.length === 1 ? chunk : Buffer.concat(rest);
    let at = 0;
    need = HEADER;
    while (buffer.length - at >= HEADER) {
      const length = buffer.readUInt32BE(at);
      if (length > maxBytes()) return E.left(`a frame of ${length} bytes, above the maximum of ${maxBytes()}`);
      if (buffer.length - at - HEADER < length) {
        need = HEADER + length;
        break;
      }
      const value = parse(buffer, at + HEADER, at + HEADER + length);
      if (E.isLeft(value)) return value;
      at += HEADER + length;
      deliver(value.right);
    }
    have = buffer.length - at;
    rest = have === 0 ? [] : [at === 0 ? buffer : buffer.subarray(at)];
    return E.right(undefined);
  };

  return { push, pending: () => have };
};
