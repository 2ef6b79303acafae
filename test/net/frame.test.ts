import * as E from 'fp-ts/lib/Either.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeFrame, type FrameReader, frameReader } from '../../src/net/frame.js';
import { seedOr } from '../support/seeds.js';

/** Cuts a buffer at the given places. */
const cut = (buffer: Buffer, places: ReadonlyArray<number>): Buffer[] => {
  const at = [0, ...places.map((p) => p % (buffer.length + 1)).sort((a, b) => a - b), buffer.length];
  return at.slice(1).map((to, i) => buffer.subarray(at[i], to));
};

/** Takes a frame, if there is one. */
const take = (reader: FrameReader, heard: unknown[]): boolean => {
  const next = reader.next();
  if (E.isLeft(next)) throw new Error(next.left);
  if (next.right !== undefined) heard.push(next.right.value);
  return next.right !== undefined;
};

describe('frames', () => {
  test('values come back, however the bytes are cut up, whatever characters they have', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue(), { maxLength: 5 }), fc.array(fc.nat(), { maxLength: 8 }), (values, places) => {
        const heard: unknown[] = [];
        const reader = frameReader(() => 1_000_000);
        for (const chunk of cut(Buffer.concat(values.map(encodeFrame)), places)) {
          reader.push(Buffer.from(chunk));
          // Some are left in the reader, as when a turn ends.
          for (let n = 0; n < 3; n++) take(reader, heard);
        }
        while (take(reader, heard));
        expect(heard).toEqual(values.map((v) => JSON.parse(JSON.stringify(v)) as unknown));
        expect(reader.pending()).toBe(0);
      }),
      { seed: seedOr(7) },
    );
  });

  test('every byte costs one byte', () => {
    const bytes = Array.from({ length: 256 - 0x20 }, (_, i) => String.fromCharCode(i + 0x20))
      .join('')
      .replace(/["\\]/g, '');
    expect(encodeFrame(bytes).length).toBe(4 + 2 + bytes.length);
  });

  test('a frame above the maximum is refused by its length alone', () => {
    const header = Buffer.alloc(4);
    header.writeUInt32BE(101);
    const reader = frameReader(() => 100);
    reader.push(header);
    expect(reader.next()).toEqual(E.left('a frame of 101 bytes, above the maximum of 100'));
  });

  test('half a frame is pending', () => {
    const reader = frameReader(() => 100);
    reader.push(encodeFrame({ a: 1 }).subarray(0, 6));
    expect(reader.next()).toEqual(E.right(undefined));
    expect(reader.pending()).toBe(6);
  });
});
