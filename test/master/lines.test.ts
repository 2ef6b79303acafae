import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cutLines, MAX_LINE_BYTES } from '../../src/master/lines.js';

const cutAll = (chunks: ReadonlyArray<string>): ReadonlyArray<string> => {
  let rest = '';
  const all: string[] = [];
  for (const chunk of chunks) {
    const [lines, left] = cutLines(rest, chunk);
    all.push(...lines);
    rest = left;
  }
  return [...all, rest];
};

describe('lines that come in chunks', () => {
  test('are the lines of the whole, wherever it was cut', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: fc.constantFrom('a', ' ', '\r', '\n') })), (chunks) => {
        expect(cutAll(chunks)).toEqual(chunks.join('').split('\n'));
      }),
    );
  });

  test('of one that is too long no more is kept than shows that it is, and the next is whole', () => {
    const piece = 'x'.repeat(MAX_LINE_BYTES / 2);
    const [first = '', ...more] = cutAll([piece, piece, piece, piece, `${piece}\nget 1 `, 'k']);
    expect(first.length).toBeGreaterThan(MAX_LINE_BYTES);
    expect(first.length).toBeLessThanOrEqual(2 * MAX_LINE_BYTES);
    expect(more).toEqual(['get 1 k']);
  });
});
