/** The order in which sweeps take their levels: the least progress first, whenever a level was opened. */
import { checkSync } from '#bayou/checker/check.js';
import type { Model } from '#bayou/checker/model.js';
import fc from 'fast-check';
import { expect, test } from 'vitest';

test('a sweep expands the states of any graph in ascending order of progress', () => {
  const edges = fc.array(fc.tuple(fc.nat(30), fc.nat(30)), { maxLength: 80 });
  const initial = fc.uniqueArray(fc.nat(30), { minLength: 1, maxLength: 6 });
  const ranks = fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 31, maxLength: 31 });
  fc.assert(
    fc.property(edges, initial, ranks, (list, starts, rank) => {
      const progress = (n: number): number => rank[n]!;
      const taken: number[] = [];
      const model: Model<number, number> = {
        name: 'graph',
        initial: starts,
        actions: (n) => {
          if (taken.at(-1) !== n) taken.push(n);
          return list.flatMap(([from, to]) => (from === n && progress(to) >= progress(n) ? [to] : []));
        },
        next: (_, to) => to,
        label: (to) => ({ family: 'to', args: [to] }),
        properties: [{ name: 'a number', kind: 'always', holds: Number.isInteger }],
        progress,
      };
      const { counts } = checkSync(model);
      taken.length = 0;
      expect(checkSync(model, { search: 'sweep' }).counts.distinct).toBe(counts.distinct);
      const first = [...new Set(taken)].map(progress);
      expect(first).toEqual(first.toSorted((a, b) => a - b));
    }),
  );
});
