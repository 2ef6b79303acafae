/** Several counterexamples of one property: the search for them stops once there are enough to choose from. */
import { severalCounterexamples } from '#bayou/checker/runs/several.js';
import type { Model, Property } from '#bayou/checker/model.js';
import { describe, expect, test } from 'vitest';

/** Counts without end, by one or by two. */
const counting = (property: Property<number, number>): Model<number, number> => ({
  name: 'counting',
  initial: [0],
  actions: () => [1, 2],
  next: (n, by) => n + by,
  label: (by) => ({ family: 'add', args: [by] }),
  properties: [property],
});

const small: Property<number, number> = { name: 'small', kind: 'always', holds: (n) => n < 3 };

const ENDLESS: ReadonlyArray<Property<number, number>> = [
  small,
  { name: 'small steps', kind: 'alwaysStep', holds: (n, by) => n < 3 || by < 2 },
];

describe('in a space without end', () => {
  test.each(ENDLESS)('there are as many runs as were asked for, the shortest first: $kind', async (property) => {
    for (const count of [1, 5]) {
      const found = await severalCounterexamples(counting(property), property, count);
      expect(found).toHaveLength(count);
      const lengths = found.map(({ steps }) => steps.length);
      expect(lengths).toEqual(lengths.toSorted((a, b) => a - b));
      expect(found[0]).toMatchObject({ shortest: true });
      expect(lengths[0]).toBe(property.kind === 'always' ? 2 : 3);
    }
  });

  test('nor does a way out of it keep the search', async () => {
    const property: Property<number, number> = { name: 'it goes on', kind: 'noDeadlock' };
    const model: Model<number, number> = { ...counting(property), next: (n, by) => (n % 3 === 2 ? undefined : n + by) };
    const wide: Model<number, number> = { ...model, actions: () => [1, 2, 3] };
    const found = await severalCounterexamples(wide, property, 3);
    expect(found).toHaveLength(3);
  });
});

test('in a space with fewer ends than are compared, those are chosen that it has', async () => {
  const model: Model<number, number> = { ...counting(small), next: (n, by) => (n < 6 ? n + by : undefined) };
  const found = await severalCounterexamples(model, small, 9);
  expect(found.map(({ steps }) => steps.at(-1)!.state['state']).toSorted()).toEqual(['3', '4', '5', '6', '7']);
});

test('progress is told, and the signal is heeded', async () => {
  const controller = new AbortController();
  const told: number[] = [];
  const onProgress = ({ distinct }: { readonly distinct: number }): void => {
    told.push(distinct);
    controller.abort();
  };
  const never: Property<number, number> = { name: 'never', kind: 'always', holds: () => true };
  const limits = { onProgress, progressEveryMs: 1, signal: controller.signal };
  expect(await severalCounterexamples(counting(never), never, 2, limits)).toEqual([]);
  expect(told).toEqual([expect.any(Number)]);
});
