/** A symmetry by generators that is not closed when the search begins: the states that show what is missing come late. */
import { describe, expect, test } from 'vitest';
import { checkComponents } from '../../src/checker/factored/check-components.js';
import { toModel } from '../../src/checker/component-model/as-model.js';
import { check } from '../../src/checker/check.js';
import {
  interaction,
  over,
  slot,
  type ComponentModel,
  type Interaction,
  type Permutation,
  type Slot,
} from '../../src/checker/model.js';

/** Ticks before anything moves: longer than the audit before a search goes. */
const LATE = 300;

const clock = slot<number>('clock', 'clock', 0);
const leaves = ['a', 'b', 'c', 'd'].map((name) => slot<number>('leaf', name, 0));

const tick = (from: number, below: number): Interaction =>
  interaction({
    label: { family: 'tick', args: [from] },
    slots: [clock],
    writes: [0],
    step: (n) => (n >= from && n < below ? [{ next: [n + 1] }] : []),
  });

const rise = (leaf: Slot<number>): Interaction =>
  interaction({
    label: { family: 'rise', args: [leaf.name] },
    slots: [leaf, clock],
    writes: [0, 1],
    step: (x, n) => (x === 0 && n === LATE ? [{ next: [1, n + 1] }] : []),
  });

const flipping = (all: ReadonlyArray<Slot<number>>, at: number): Interaction =>
  interaction({
    label: { family: 'flip', args: [] },
    slots: [clock, ...all] as never,
    writes: [0, ...all.map((_, i) => i + 1)] as never,
    step: ((n: number, ...xs: ReadonlyArray<number>) => (n === at ? [{ next: [n + 1, ...xs.map((x) => 1 - x)] }] : [])) as never,
  });

const rotation = (all: number): Permutation => ({
  name: 'rotation',
  slotTo: [0, ...Array.from({ length: all }, (_, i) => ((i + 1) % all) + 1)],
  apply: (_: string, v: unknown) => v,
});

/** Some leaves that only a rotation moves. One rises late, they flip, and the clock then breaks the property. */
const model = (all: number, wait: number): ComponentModel => {
  const used = leaves.slice(0, all);
  const flipAt = LATE + 1 + wait;
  return {
    name: 'late leaves',
    slots: [clock, ...used],
    interactions: [tick(0, LATE), tick(LATE + 1, flipAt), ...used.map(rise), flipping(used, flipAt)],
    properties: [{ name: 'early', kind: 'always', over: [over([clock], (n) => n < flipAt + 1)] }],
    symmetry: [rotation(all)],
  };
};

describe.each([
  [3, 0],
  [3, 2],
  [4, 0],
  [4, 2],
])('%i leaves, %i ticks before they flip', (all, wait) => {
  const steps = LATE + 2 + wait;

  test.each(['bfs', 'dfs', 'sweep'] as const)('by components, %s', async (search) => {
    const given = search === 'sweep' ? { ...model(all, wait), progress: (kind: string, v: unknown) => (kind === 'clock' ? (v as number) : 0) } : model(all, wait); // prettier-ignore
    const { verdict, properties } = await checkComponents(given, { search, symmetry: true });
    expect(verdict).toBe('violated');
    expect(properties[0]?.trace?.steps).toHaveLength(steps);
    expect(properties[0]?.trace?.shortest).toBe(search !== 'dfs');
  });

  test('by states', async () => {
    const { properties } = await check(toModel(model(all, wait)), { symmetry: true });
    expect(properties[0]?.trace?.steps).toHaveLength(steps);
  });

  test('with hashes', async () => {
    const { properties } = await checkComponents(model(all, wait), { symmetry: true, hashBits: 64 });
    expect(properties[0]?.trace?.steps).toHaveLength(steps);
  });
});
