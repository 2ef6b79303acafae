/** Paths along which a model has several runs: the one is followed that does to the property what the path tells. */
import { describe, expect, test } from 'vitest';
import { checkSync, follow, interaction, over, slot, type Model } from '#bayou/checker/index.js';
import { toModel } from '#bayou/checker/component-model/as-model.js';

type AnyModel = Model<unknown, unknown>;
const go = { family: 'go', args: [] };
const counter = slot('counter', 'counter', 0);
const hidden = slot('hidden', 'hidden', 0);
const only = (x: string) => (state: { readonly x: number }) => ({ [x]: String(state.x) });

interface Hiding {
  readonly x: number;
  readonly h: number;
}

/** By what leaves several runs open: a model, each of whose properties is broken by some of them. */
const models: Readonly<Record<string, AnyModel>> = {
  'two actions of one label lead to one state': {
    name: 'm',
    initial: [{ x: 0 }],
    actions: () => ['a', 'b'],
    next: ({ x }: { readonly x: number }) => (x < 2 ? { x: x + 1 } : undefined),
    label: () => go,
    properties: [
      { name: 'no a', kind: 'alwaysStep', holds: ({ x }: { readonly x: number }, action: string) => action !== 'a' || x !== 1 },
      { name: 'no b', kind: 'alwaysStep', holds: ({ x }: { readonly x: number }, action: string) => action !== 'b' || x !== 1 },
    ],
  } as unknown as AnyModel,
  'two actions of one label, of which one is fair': {
    name: 'm',
    initial: [0],
    actions: () => ['a', 'b', 'end'],
    next: (x: number, action: string) => (x === 2 ? undefined : action === 'end' ? 2 : 1 - x),
    label: (action: string) => ({ family: action === 'end' ? 'end' : 'go', args: [] }),
    fairness: (action: string) => (action === 'a' ? 'A' : undefined),
    properties: [{ name: 'ends', kind: 'eventually', holds: (x: number) => x === 2 }],
  } as unknown as AnyModel,
  'what is shown leaves out a field': {
    name: 'm',
    initial: [{ x: 0, h: 0 }],
    actions: () => [0, 1],
    next: ({ x, h }: Hiding, by: number) => ({ x: (x + 1) % 3, h: (h + by) % 3 }),
    label: () => go,
    show: only('x'),
    properties: [
      { name: 'h grows', kind: 'eventually', holds: ({ h }: Hiding) => h === 2 },
      { name: 'h leads to x', kind: 'leadsTo', from: ({ h }: Hiding) => h === 1, to: ({ h }: Hiding) => h === 0 },
      { name: 'h stays', kind: 'eventuallyAlways', holds: ({ h }: Hiding) => h !== 1 },
      { name: 'not 0', kind: 'always', holds: ({ x, h }: Hiding) => x !== 1 || h !== 0 },
      { name: 'not 1', kind: 'always', holds: ({ x, h }: Hiding) => x !== 1 || h !== 1 },
      { name: 'both', kind: 'sometimes', holds: ({ x, h }: Hiding) => x === 2 && h === 2 },
    ],
  } as unknown as AnyModel,
  'two outcomes of one label': toModel({
    name: 'm',
    slots: [counter, hidden],
    interactions: [
      interaction({
        label: go,
        slots: [counter, hidden],
        writes: [0],
        step: (x) =>
          x < 2 ? [{ next: [x + 1, 0], violates: ['p'] }, { next: [x + 1, 0] }, { next: [x + 1, 0], violates: ['q'] }] : [],
      }),
    ],
    properties: [
      { name: 'p', kind: 'alwaysStep' },
      { name: 'q', kind: 'alwaysStep' },
      { name: 'low', kind: 'always', over: [over([counter], (x) => x < 2)] },
    ],
  }) as unknown as AnyModel,
};

describe.each(Object.entries(models))('where %s', (_, model) => {
  const { properties } = checkSync(model, { keepGoing: true, witnessTraces: true });

  test.each(properties.map(({ name }) => name))('%s: the run of a report is followed as it is told', (name) => {
    const { trace } = properties.find((property) => property.name === name)!;
    const { initial, steps, loop } = trace!;
    const ends = { initial, property: name, ...(loop === undefined ? {} : { loop }) };
    const replayed = follow(model, steps, ends);
    expect(replayed).toMatchObject({ isAsTold: true, from: steps.map((_step, i) => i) });
    expect(replayed.refusal).toBeUndefined();
    expect(replayed.trace.loop).toBe(loop);
  });
});

test('a run that does not do what is told says so', () => {
  const model = models['what is shown leaves out a field']!;
  const stays = [{ label: go }, { label: go }, { label: go }];
  // Some run along it breaks each of these; none comes from x = 0 to x = 2 with h = 2 in one step.
  expect(follow(model, stays, { loop: 0, property: 'h grows' }).isAsTold).toBe(true);
  expect(follow(model, stays.slice(1), { property: 'both' }).isAsTold).toBe(true);
  expect(follow(model, stays.slice(2), { property: 'both' }).isAsTold).toBe(false);
  // Without a loop no property of liveness is broken.
  expect(follow(model, stays, { property: 'h grows' }).isAsTold).toBe(false);
  expect(follow(model, stays).isAsTold).toBeUndefined();
});

describe('many runs of one path', () => {
  const choosing = (choices: number): Model<Hiding, number> => ({
    name: 'choosing',
    initial: [{ x: 0, h: -1 }],
    actions: ({ x }) => (x === 0 ? Array.from({ length: choices }, (_, i) => i) : [0]),
    next: ({ x, h }, choice) => (x === 0 ? { x: 1, h: choice } : h === choices - 1 ? { x: 2, h } : undefined),
    label: () => go,
    show: ({ x }) => ({ x: String(x) }),
    properties: [{ name: 'never 2', kind: 'always', holds: ({ x }) => x < 2 }],
  });
  const path = [{ label: go }, { label: go, state: { x: '2' } }];

  test('are all followed', () => {
    expect(follow(choosing(2_000), path, { property: 'never 2' })).toMatchObject({ isAsTold: true });
  });

  test('are not said to do what only the first of them do', () => {
    for (const steps of [path, path.slice(0, 1)])
      expect(() => follow(choosing(10_001), steps, { property: 'never 2' })).toThrow(
        'follow: path[0]: more than 10000 runs are as the path says up to this step',
      );
  });
});
