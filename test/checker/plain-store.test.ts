import { encode } from '#bayou/checker/values/encode.js';
import { collapsedStore, keyedStore } from '#bayou/checker/explicit/state-store.js';
import fc from 'fast-check';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from 'vitest';
import { seedOr } from '../support/seeds.js';

// Few distinct leaves, so that equal and nearly equal values are common.
const leaf = fc.constantFrom<unknown>(0, 1, -1, 2 ** 31, 0.5, NaN, '', 'a', '1', 'ab', true, false, null, undefined, 1n);
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    leaf,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'ab'), tie('value'), { maxKeys: 3 }).map((record) => ({ ...record })),
    fc.array(tie('value'), { maxLength: 2 }).map((items) => new Set(items.map(encode))),
    fc.array(fc.tuple(fc.constantFrom('k', 'l'), tie('value')), { maxLength: 2 }).map((pairs) => new Map(pairs)),
  ),
}));

describe('the structural text', () => {
  test('is the same exactly for values that are deeply equal', () => {
    fc.assert(
      fc.property(value, value, (left, right) => {
        expect(encode(left) === encode(right)).toBe(isDeepStrictEqual(left, right));
      }),
      { seed: seedOr(3), numRuns: 3000 },
    );
  });

  test('does not depend on the order of keys, entries or members', () => {
    expect(encode({ a: 1, b: 2 })).toBe(encode({ b: 2, a: 1 }));
    expect(
      encode(
        new Map([
          ['a', 1],
          ['b', 2],
        ]),
      ),
    ).toBe(
      encode(
        new Map([
          ['b', 2],
          ['a', 1],
        ]),
      ),
    );
    expect(encode(new Set([1, 2]))).toBe(encode(new Set([2, 1])));
    expect(encode(-0)).toBe(encode(0));
  });

  test('tells classes apart, and refuses what has no structure', () => {
    class Point {
      readonly x = 1;
    }
    expect(encode(new Point())).not.toBe(encode({ x: 1 }));
    expect(() => encode({ f: () => 1 })).toThrow('give the model a key function');
    expect(() => encode(Symbol('s'))).toThrow('a state holds a symbol');
  });
});

test('the collapsed store numbers states as one that compares whole texts does, and gives back what was put in', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(value, fc.boolean()), { maxLength: 30 }), (additions) => {
      const fast = collapsedStore<unknown>();
      const slow = keyedStore<unknown>({ key: encode, isOwn: false });
      for (const [state, focus] of additions) {
        const index = fast.add(state);
        expect(index).toBe(slow.add(state));
        expect(encode(fast.get(index))).toBe(encode(state));
        if (focus) fast.focus(index);
      }
      expect(fast.size()).toBe(slow.size());
    }),
    { seed: seedOr(5), numRuns: 500 },
  );
});

test('parts passed on untouched are recognised, and parts changed and changed back too', () => {
  const store = collapsedStore<{ a: ReadonlyArray<number>; b: { x: number } }>();
  store.add({ a: [1, 2], b: { x: 1 } });
  const state = store.focus(0);
  expect(store.add({ ...state, b: { x: 2 } })).toBe(1);
  expect(store.add({ ...state, a: [1, 2] })).toBe(0);
  expect(store.add({ b: { x: 1 }, a: [1, 2] })).toBe(0);
  expect(store.get(1)).toEqual({ a: [1, 2], b: { x: 2 } });
});
