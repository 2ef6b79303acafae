/** Long runs, and what two properties do to each other: where the component engine once lost states, violations or the count. */
import { toModel } from '#bayou/checker/component-model/as-model.js';
import { checkSync } from '#bayou/checker/check.js';
import { checkComponents } from '#bayou/checker/factored/check-components.js';
import type { ComponentOptions } from '#bayou/checker/options.js';
import { interaction, over, slot, type ComponentModel, type ComponentProperty, type Interaction } from '#bayou/checker/model.js';
import type { Report } from '#bayou/checker/report.js';
import { describe, expect, test } from 'vitest';
import { faultOf } from '../support/replay.js';

const at = slot<number>('at', 'at', 0);
const side = slot<number>('side', 'side', 0);

const step = (family: string, to: (n: number) => number | undefined): Interaction =>
  interaction({
    label: { family, args: [] },
    slots: [at],
    writes: [0],
    step: (n) => {
      const next = to(n);
      return next === undefined ? [] : [{ next: [next] }];
    },
  });

const never = (bad: number): ComponentProperty => ({
  name: `never ${bad}`,
  kind: 'always',
  over: [over([at], (n) => n !== bad)],
});

/** A chain of so many steps; some of its states lead back, far or near. */
const chain = (
  length: number,
  steps: ReadonlyArray<Interaction>,
  properties: ReadonlyArray<ComponentProperty>,
): ComponentModel => ({
  name: 'chain',
  slots: [at, side],
  interactions: [step('Up', (n) => (n < length ? n + 1 : undefined)), ...steps],
  properties,
});

const back = [
  step('Half', (n) => (n % 7 === 3 ? n >> 1 : undefined)),
  step('Start', (n) => (n % 11 === 4 ? 0 : undefined)),
  step('Little', (n) => (n > 300 && n % 5 === 0 ? n - 253 : undefined)),
];

const LAYOUTS: ReadonlyArray<ComponentOptions> = [{}, { locals: [] }, { locals: ['at'] }, { locals: ['at', 'side'] }];

const lengths = ({ properties }: Report): ReadonlyArray<number | undefined> => properties.map(({ trace }) => trace?.steps.length);

describe('runs of more steps than a byte can count', () => {
  test.each(LAYOUTS)('exact counts, a shortest run, also with steps back: %j', async (options) => {
    for (const steps of [[], back]) {
      const model = chain(1000, steps, [never(900), never(500)]);
      const plain = checkSync(toModel(model), { keepGoing: true });
      const report = await checkComponents(model, { ...options, keepGoing: true });
      expect(report.counts).toEqual(plain.counts);
      expect(lengths(report)).toEqual([900, 500]);
      for (const { name, trace } of report.properties) expect(faultOf(toModel(model), trace!, name)).toBeUndefined();
    }
  });

  test.each([...LAYOUTS, { hashBits: 64 }])('a limit is known by the limit: %j', async (options) => {
    const model = chain(1000, back, [never(900)]);
    for (const maxDepth of [252, 253, 254, 255, 256, 600, 1000]) {
      const report = await checkComponents(model, { ...options, maxDepth });
      const stop = maxDepth < 900 ? { kind: 'depth', limit: maxDepth } : { kind: 'violation' };
      expect([report.stop, report.verdict]).toEqual([stop, maxDepth < 900 ? 'bounded' : 'violated']);
      expect(report.counts.distinct).toBe(Math.min(900, maxDepth) + 1);
    }
    const short = await checkComponents(chain(200, back, [never(900)]), { ...options, maxDepth: 201 });
    expect([short.stop, short.verdict]).toEqual([{ kind: 'complete' }, 'holds']);
  });

  test('depth first by a limit', async () => {
    const model = chain(240, back, [never(900)]);
    expect((await checkComponents(model, { search: 'dfs', maxDepth: 239 })).stop).toEqual({ kind: 'depth', limit: 239 });
    expect((await checkComponents(model, { search: 'dfs', maxDepth: 241 })).stop).toEqual({ kind: 'complete' });
  });

  test('a chain of 20,000 steps has its run, in time that grows with its length', async () => {
    const model = chain(20_000, back.slice(0, 2), [never(19_999)]);
    for (const options of [{}, { search: 'dfs' }] as const)
      expect(lengths(await checkComponents(model, options))).toEqual([19_999]);
    expect(lengths(checkSync(toModel(model)))).toEqual([19_999]);
  });
});

describe('properties side by side', () => {
  const reached = (n: number): ComponentProperty => ({
    name: `reaches ${n}`,
    kind: 'sometimes',
    over: [over([at], (x) => x === n)],
  });
  const both = (n: number, m: number): ComponentProperty => ({
    name: `never ${n} with ${m}`,
    kind: 'always',
    over: [over([at, side], (x, y) => x !== n || y !== m)],
  });
  const sideways = interaction({
    label: { family: 'Side', args: [] },
    slots: [side],
    writes: [0],
    step: (n) => (n < 3 ? [{ next: [n + 1] }] : []),
  });
  const all = [reached(1), never(1), reached(3), never(3), both(2, 1), both(3, 2), reached(2)];
  const orders = all.map((_, i) => [...all.slice(i), ...all.slice(0, i)]);

  test.each([...LAYOUTS, { search: 'dfs' } as const, { hashBits: 64 }])(
    'the evidence of one is not what the next is asked about, in any order: %j',
    async (options) => {
      for (const properties of [...orders, ...orders.map((order) => order.toReversed())]) {
        const model = chain(4, [sideways], properties);
        const plain = checkSync(toModel(model), { keepGoing: true, witnessTraces: true });
        const report = await checkComponents(model, { ...options, keepGoing: true, witnessTraces: true });
        expect(report.properties.map(({ verdict }) => verdict)).toEqual(plain.properties.map(({ verdict }) => verdict));
        if (options.search !== 'dfs') expect(lengths(report)).toEqual(lengths(plain));
      }
    },
  );

  test.each([...LAYOUTS, { search: 'dfs' } as const, { hashBits: 64 }])('every noDeadlock is judged: %j', async (options) => {
    const ends = (name: string, last: number): ComponentProperty => ({
      name,
      kind: 'noDeadlock',
      final: [over([at], (n) => n === last)],
    });
    for (const properties of [
      [ends('at the end', 4), ends('elsewhere', 3)],
      [ends('elsewhere', 3), ends('at the end', 4)],
    ]) {
      const { properties: said } = await checkComponents(chain(4, [], properties), { ...options, keepGoing: true });
      expect(Object.fromEntries(said.map(({ name, verdict }) => [name, verdict]))).toEqual({
        'at the end': 'holds',
        elsewhere: 'violated',
      });
    }
  });

  test.each(LAYOUTS.slice(0, 3))('no shortest run goes through a state beyond the boundary: %j', async (options) => {
    // `bad` comes to 9, which is seen with 1 at the side; with 0 there it lies beyond, and is as far from the beginning as 3.
    const aside = (bad: number): Interaction =>
      interaction({
        label: { family: 'Aside', args: [] },
        slots: [at, side],
        writes: [0, 1],
        step: (n) => (n === 0 ? [{ next: [bad, 1] }] : []),
      });
    for (const bad of [4, 5, 6, 7, 8]) {
      const over9 = step('Over', (n) => (n === 2 ? bad : n === bad || n === 3 ? 9 : undefined));
      const forward = chain(3, [over9, aside(bad)], [both(9, 0)]);
      for (const interactions of [forward.interactions, forward.interactions.toReversed()]) {
        const boundary = [over([at, side], (n, m) => n !== bad || m !== 0)];
        const { properties } = await checkComponents({ ...forward, interactions, boundary }, options);
        expect(properties[0]?.trace?.steps.map(({ state }) => state['at'])).toEqual(['1', '2', '3', '9']);
      }
    }
  });
});
