/** What is found alike without its text has one text, whatever it is made of. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encode } from '#bayou/checker/values/encode.js';
import { incomparableIn } from '#bayou/checker/values/incomparable.js';
import { isLike, Likes } from '#bayou/checker/values/like.js';

const textOf = (value: unknown): string => {
  try {
    return encode(value);
  } catch {
    return 'none';
  }
};

class Own {
  readonly n: unknown;

  constructor(n: unknown) {
    this.n = n;
  }
}

/** Few values, so that two are often equal. */
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom<unknown>(0, -0, 1, Number.NaN, '0', 'a', true, null, undefined, 1n),
    fc.constantFrom(0, 1).map((ms) => new Date(ms)),
    fc.array(tie('value'), { maxLength: 2 }),
    fc.dictionary(fc.constantFrom('a', 'b', '__proto__'), tie('value'), { maxKeys: 2 }),
    fc.array(tie('value'), { maxLength: 2 }).map((items) => new Set(items)),
    fc.array(fc.tuple(tie('value'), tie('value')), { maxLength: 2 }).map((entries) => new Map(entries)),
    fc.array(fc.constantFrom(0, 1), { maxLength: 1 }).map((items) => Object.assign(new Set(items), { more: 1 })),
    tie('value').map((n) => new Own(n)),
    fc.constantFrom<unknown>([, 1], Object.assign([1], { more: 1 }), { [Symbol.iterator]: 1 }, new Uint8Array(1), /a/), // eslint-disable-line no-sparse-arrays -- a hole is what is meant
  ),
}));

const isComparable = (one: unknown): boolean => incomparableIn(one) === undefined;

test('two values that are alike have one text', () => {
  fc.assert(
    fc.property(value, value, (one, other) => {
      if (isLike(one, other) && isComparable(one) && isComparable(other)) expect(textOf(other)).toBe(textOf(one));
    }),
    { numRuns: 20_000 },
  );
});

test('a value and a copy of it are alike where it can be copied and has no object of a class', () => {
  fc.assert(
    fc.property(value, (one) => {
      const copy = structuredClone(one);
      if (isComparable(one) && isComparable(copy) && textOf(copy) === textOf(one) && !textOf(one).includes('C3:Own'))
        expect(isLike(one, copy)).toBe(true);
    }),
    { numRuns: 5_000 },
  );
});

test('values with one key are compared each time; what is hidden is looked for in the first 1,000, and in one of 64 after them', () => {
  const likes = new Likes();
  const hidden = Object.defineProperty({ n: 0 }, 'kept', { value: 1 });
  const found = Array.from({ length: 2_000 }, () => !likes.isLike({ n: 0 }, hidden));
  expect(found.slice(0, 1_000)).not.toContain(false);
  expect(found.slice(1_000).filter(Boolean)).toHaveLength(Math.floor(2_000 / 64) - Math.floor(1_000 / 64));
  for (let i = 0; i < 64; i++)
    expect([likes.isLike({ n: [1, { m: 0 }] }, { n: [1, { m: 1 }] }), likes.isLike([1], [1, 2])]).toEqual([false, false]);
});
