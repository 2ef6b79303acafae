import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesOfText, isBytes, quotedBytes, textOfBytes } from '../src/core/bytes.js';
import { incarnationOf, replicaId, ReplicaIdC, serverOf } from '../src/core/ids.js';

describe('byte strings', () => {
  test('any text goes to UTF-8 bytes and back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(isBytes(bytesOfText(text))).toBe(true);
        expect(textOfBytes(bytesOfText(text))).toBe(text);
      }),
    );
  });
});

describe('bytes in a message', () => {
  test('have no control characters, and are cut where they are long', () => {
    expect(quotedBytes(bytesOfText('\u001b[31mé\u0007\u009b'))).toBe('\ufffd[31mé\ufffd\ufffd');
    expect(quotedBytes('x'.repeat(1_000_000))).toBe(`${'x'.repeat(200)}…`);
  });
});

describe('replica ids (R7)', () => {
  test('a replica id names its server and its incarnation', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.maxSafeNat(), (server, incarnation) => {
        const r = replicaId(server, incarnation);
        expect([serverOf(r), incarnationOf(r), ReplicaIdC.is(r)]).toEqual([server, incarnation, true]);
      }),
    );
  });

  test.each(['', '1', '1.', '01.0', '-1.0', '1.0.0', 1])('%j is not a replica id', (u) => expect(ReplicaIdC.is(u)).toBe(false));
});
