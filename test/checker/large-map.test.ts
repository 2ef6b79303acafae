/** Maps that go on where one of V8 is full, and memos that stop there. */
import { remembered } from '#bayou/checker/component-model/remembered.js';
import { LargeMap } from '#bayou/checker/large-map.js';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const keys = fc.oneof(fc.integer({ min: 0, max: 20 }), fc.constantFrom('', 'a', '1', Number.NaN, undefined, null, true));

test('it has the entries of one Map, whatever its capacity', () => {
  const edits = fc.array(fc.tuple(fc.constantFrom('add', 'delete'), keys), { maxLength: 80 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 7 }), edits, (capacity, list) => {
      const [large, one] = [new LargeMap<unknown, number>(capacity), new Map<unknown, number>()];
      list.forEach(([what, key], at) => {
        if (what === 'delete') {
          large.delete(key);
          one.delete(key);
        } else if (!one.has(key)) {
          large.add(key, at);
          one.set(key, at);
        }
        expect([...large]).toEqual([...one]);
      });
      for (const [, key] of list) expect(large.get(key)).toBe(one.get(key));
    }),
  );
});

test('a memo that is full gives the same answers', () => {
  const states = fc.array(fc.tuple(fc.nat(4), fc.nat(4), fc.nat(4)), { minLength: 1 });
  fc.assert(
    fc.property(fc.nat(3), fc.subarray([0, 1, 2]), states, (most, positions, all) => {
      const compute = (state: ReadonlyArray<number>): { readonly of: ReadonlyArray<number | undefined> } => ({
        of: positions.map((at) => state[at]),
      });
      const asked = remembered(positions, compute, most);
      for (const state of [...all, ...all]) expect(asked(state)).toEqual(compute(state));
    }),
  );
});
