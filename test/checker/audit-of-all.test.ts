/** `audit: true` refuses whatever a search without it refuses, and what a sign of a zero decides is refused wherever the `-0` comes up. */
import { describe, expect, test } from 'vitest';
import { check } from '#bayou/checker/check.js';
import { toModel } from '#bayou/checker/component-model/as-model.js';
import { internedModel } from '#bayou/checker/component-model/interned.js';
import { checkComponents } from '#bayou/checker/factored/check-components.js';
import { interaction, over, slot, type ComponentModel, type Model } from '#bayou/checker/model.js';
import type { Report } from '#bayou/checker/report.js';

type AnyModel = Model<never, never>;

const label = (): { readonly family: string; readonly args: [] } => ({ family: 'go', args: [] });

const counter = (more: Partial<Model<number, string>>): AnyModel =>
  ({
    name: 'counter',
    initial: [0],
    actions: (n: number) => (n < 6 ? ['go'] : []),
    next: (n: number) => n + 1,
    label,
    properties: [{ name: 'p', kind: 'always', holds: (n: number) => n < 9 }],
    ...more,
  }) as unknown as AnyModel;

const rounds = (initial: number, back: number, holds: (state: { n: number; x: number }) => boolean): AnyModel =>
  ({
    name: 'rounds',
    initial: [{ n: 0, x: initial }],
    actions: () => ['go'],
    next: ({ n, x }: { n: number; x: number }) => (n < 2 ? { n: n + 1, x } : { n: 0, x: back }),
    label,
    properties: [{ name: 'p', kind: 'always', holds }],
  }) as unknown as AnyModel;

const isPlus = ({ x }: { x: number }): boolean => !Object.is(x, -0);

const ofSlots = (holds: (x: number) => boolean, back: number): ComponentModel => {
  const [n, x] = [slot('n', 'n', 0), slot('x', 'x', 0)];
  return {
    name: 'slots',
    slots: [n, x],
    interactions: [
      interaction({
        label: label(),
        slots: [n, x],
        writes: [0, 1],
        step: (count, value) => [{ next: count < 2 ? [count + 1, value] : [0, back] }],
      }),
    ],
    properties: [{ name: 'p', kind: 'always', over: [over([x], holds)] }],
  };
};

const ofFields = (): ComponentModel => {
  const [n, o] = [slot('n', 'n', 0), slot('o', 'o', { a: 1, b: 1 })];
  return {
    name: 'fields',
    slots: [n, o],
    interactions: [
      interaction({
        label: label(),
        slots: [n, o],
        writes: [0, 1],
        step: (count, value) => [{ next: count < 20 ? [count + 1, value] : [0, { b: 1, a: 1 }] }],
      }),
    ],
    properties: [{ name: 'p', kind: 'always', over: [over([o], (value) => Object.keys(value)[0] === 'a')] }],
  };
};

const greatest = (): AnyModel => {
  let most = 0;
  return counter({ next: (n) => ((most = Math.max(most, n)) >= 3 && n === 0 ? 100 : n + 1) });
};

const oneList = (): AnyModel => {
  const list: string[] = [];
  return counter({ actions: (n) => (list.splice(0, 1, ...(n < 5 ? ['go'] : [])), list) });
};

const counting = (most: number): AnyModel => {
  let calls = 0;
  return counter({ properties: [{ name: 'p', kind: 'always', holds: () => calls++ < most }] });
};

const SIGN = 'depends on the sign of a zero';
const TWICE = 'gives two answers for one input';

const PLAIN: Readonly<Record<string, readonly [make: () => AnyModel, said: string]>> = {
  'a function that keeps the greatest state': [greatest, TWICE],
  'one list that is given again and again': [oneList, 'changes an answer that it gave before'],
  'a function that counts its calls': [() => counting(6), TWICE],
  'a step back with -0, where the sign counts in each state': [() => rounds(0, -0, isPlus), SIGN],
  'a step back with -0, where it counts at the start': [() => rounds(0, -0, (state) => state.n !== 0 || isPlus(state)), SIGN],
  'a beginning with -0': [() => rounds(-0, 0, isPlus), SIGN],
};

const COMPONENTS: Readonly<Record<string, readonly [make: () => ComponentModel, said: string]>> = {
  'a step back with -0': [() => ofSlots((x) => !Object.is(x, -0), -0), SIGN],
  'a step back with fields in another order': [ofFields, 'depends on the order in which the fields a, b of an object were set'],
};

const OPTIONS = [
  {},
  { audit: true },
  { search: 'dfs' },
  { search: 'dfs', audit: true },
  { keepGoing: true, audit: true },
] as const;

describe.each(OPTIONS.map((options) => [JSON.stringify(options), options] as const))('%s', (_, options) => {
  test.each(Object.entries(PLAIN))('%s', async (_what, [make, said]) => {
    await expect(check(make(), options)).rejects.toThrow(said);
  });

  const SEARCHES: Readonly<Record<string, (model: ComponentModel) => Promise<Report>>> = {
    components: async (model) => checkComponents(model, options),
    plain: async (model) => check(toModel(model), options),
    interned: async (model) => check(internedModel(model), options),
  };

  test.each(Object.entries(COMPONENTS).flatMap((entry) => Object.keys(SEARCHES).map((how) => [...entry, how] as const)))(
    '%s, %s %s',
    async (_what, [make, said], how) => {
      await expect(SEARCHES[how]!(make())).rejects.toThrow(said);
    },
  );
});

test('a function that depends on the sign of a zero is no matter in a model without -0', async () => {
  for (const audit of [false, true]) {
    expect((await check(rounds(0, 0, isPlus), { audit })).verdict).toBe('holds');
    expect((await checkComponents(ofSlots((x) => !Object.is(x, -0), 0), { audit })).verdict).toBe('holds'); // prettier-ignore
  }
});
