/** What is found alike without its text has one text, whatever it is made of. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
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

describe('values with one key', () => {
  const KEPT = Symbol('kept');
  const hidden: Readonly<Record<string, readonly [unknown, unknown]>> = {
    'a field that cannot be enumerated': [{ n: 0 }, Object.defineProperty({ n: 0 }, 'kept', { value: 1 })],
    'a symbol': [{ n: 0 }, { n: 0, [KEPT]: 1 }],
    'a field of a list': [{ list: [0] }, { list: Object.assign([0], { kept: 1 }) }],
    'a hole': [[undefined], new Array(1)],
  };

  test.each(Object.entries(hidden))('%s is looked for in the first 1,000, and in one of 61 after them', (_, [one, other]) => {
    const likes = new Likes(false);
    const found = Array.from({ length: 2_000 }, () => !likes.isLike(one, other));
    expect(found.slice(0, 1_000)).not.toContain(false);
    expect(found.slice(1_000).filter(Boolean)).toHaveLength(Math.floor(1_999 / 61) - Math.floor(999 / 61));
    const all = new Likes(true);
    expect(Array.from({ length: 2_000 }, () => all.isLike(one, other))).not.toContain(true);
  });

  test('are compared each time in what can be seen', () => {
    const likes = new Likes(false);
    const arrayLike = (kept: number): unknown => Object.assign(Object.create(Array.prototype), { kept });
    const unlike: ReadonlyArray<readonly [unknown, unknown]> = [
      [{ n: [1, { m: 0 }] }, { n: [1, { m: 1 }] }],
      [[1], [1, 2]],
      [{ n: 0 }, { n: 0, m: undefined }],
      [{ n: 0, m: undefined }, { n: 0 }],
      [arrayLike(1), arrayLike(2)],
      [arrayLike(1), []],
      [0, -0],
    ];
    for (let i = 0; i < 2_000; i++)
      for (const [one, other] of unlike) if (likes.isLike(one, other)) throw new Error(`${i}: ${JSON.stringify([one, other])}`);
  });
});
