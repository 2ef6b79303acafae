/** Values that cannot be compared by structure are refused by name wherever they come up: where a model begins, in a later state, whole or as a part, in every search. */
import { describe, expect, test } from 'vitest';
import { check, simulate } from '#bayou/checker/check.js';
import { toModel } from '#bayou/checker/component-model/as-model.js';
import { internedModel } from '#bayou/checker/component-model/interned.js';
import { checkComponents } from '#bayou/checker/factored/check-components.js';
import { interaction, over, slot, type ComponentModel, type Model } from '#bayou/checker/model.js';
import { summaryLines } from '#bayou/checker/output/summary.js';
import type { Report } from '#bayou/checker/report.js';

class Listed extends Array<number> {}

const ODD: Readonly<Record<string, readonly [make: () => unknown, said: string]>> = {
  'a list with holes': [() => Object.assign(new Array<unknown>(2), { 1: 1 }), 'a list with holes'],
  'a list with a field': [() => Object.assign([1], { more: 2 }), 'a list with fields of its own'],
  'a list of a class': [() => Listed.of(1, 2), 'a list of a class of its own'],
  arguments: [
    (...more: ReadonlyArray<unknown>) =>
      (function (..._: ReadonlyArray<unknown>): unknown {
        // eslint-disable-next-line prefer-rest-params -- It is what is meant.
        return arguments;
      })(...more),
    'an object whose field',
  ],
  'a getter': [
    () => ({
      get n() {
        return 1;
      },
    }),
    'is a getter',
  ],
  'a hidden field': [() => Object.defineProperty({ n: 1 }, 'hidden', { value: 2 }), 'is hidden'],
  'a symbol for a key': [() => ({ [Symbol('key')]: 1 }), 'a field whose key is the symbol'],
  'a proxy': [() => new Proxy({ n: 1 }, {}), 'a Proxy'],
  'a map with a field': [() => Object.assign(new Map([[1, 2]]), { more: 2 }), 'a Map with fields of its own'],
  'a map with equal keys': [() => new Map([[{ n: 1 }, 1], [{ n: 1 }, 2]]), 'a Map with two equal keys'], // prettier-ignore
  'a set with equal members': [() => new Set([{ n: 1 }, { n: 1 }]), 'a Set with two equal members'],
  'a function': [() => () => 1, 'a function'],
  'a symbol': [() => Symbol('s'), 'a symbol'],
  'a regular expression': [() => /a/, 'a RegExp'],
  'an error': [() => new Error('a'), 'an Error'],
  'a boxed number': [() => Object(3) as unknown, 'a Number'],
  'a weak map': [() => new WeakMap(), 'a WeakMap'],
  'an address': [() => new URL('http://a'), 'an URL'],
  'a typed array': [() => new Float64Array(1), 'a Float64Array'],
  'a generator': [
    () =>
      (function* (): Generator<number> {
        yield 1;
      })(),
    'no class',
  ],
  'what is in itself': [
    () => {
      const value: { self?: unknown } = {};
      value.self = value;
      return value;
    },
    'a reference to what it is in itself',
  ],
};

/** A model that counts to 3 and then comes to an odd value, or begins with it. */
const model = (odd: unknown, isFirst: boolean): Model<unknown, string> => ({
  name: 'odd',
  initial: [isFirst ? odd : 0],
  actions: (state) => (typeof state === 'number' ? ['on'] : []),
  next: (state) => ((state as number) < 3 ? (state as number) + 1 : odd),
  label: (family) => ({ family, args: [] }),
  properties: [{ name: 'anything', kind: 'always', holds: () => true }],
});

const components = (odd: unknown, isFirst: boolean): ComponentModel => {
  const only = slot<unknown>('only', 'only', isFirst ? odd : 0);
  return {
    name: 'odd',
    slots: [only],
    interactions: [
      interaction({
        label: { family: 'on', args: [] },
        slots: [only],
        writes: [0],
        step: (local) => (typeof local === 'number' ? [{ next: [local < 3 ? local + 1 : odd] }] : []),
      }),
    ],
    properties: [{ name: 'anything', kind: 'always', over: [over([only], () => true)] }],
  };
};

type Run = (odd: unknown, isFirst: boolean) => Promise<Report>;

const RUNS: Readonly<Record<string, Run>> = {
  bfs: async (odd, isFirst) => check(model(odd, isFirst)),
  dfs: async (odd, isFirst) => check(model(odd, isFirst), { search: 'dfs' }),
  'by hashes': async (odd, isFirst) => check(model(odd, isFirst), { hashBits: 64 }),
  sweep: async (odd, isFirst) => check({ ...model(odd, isFirst), progress: () => 0 }, { search: 'sweep' }),
  'at random': async (odd, isFirst) => simulate(model(odd, isFirst), { traces: 5 }),
  components: async (odd, isFirst) => checkComponents(components(odd, isFirst)),
  'components, dfs': async (odd, isFirst) => checkComponents(components(odd, isFirst), { search: 'dfs' }),
  'components as states': async (odd, isFirst) => check(toModel(components(odd, isFirst))),
  'components as numbers': async (odd, isFirst) => check(internedModel(components(odd, isFirst))),
};

describe.each(Object.entries(ODD))('%s', (_, [make, said]) => {
  const rows = Object.entries(RUNS).flatMap(([search, run]) =>
    [true, false].flatMap((isFirst) => [false, true].map((isPart) => [search, isFirst, isPart, run] as const)),
  );
  test.each(rows)('%s; at the beginning: %s; a part: %s', async (_search, isFirst, isPart, run) => {
    const odd = isPart ? { part: make() } : make();
    await expect(run(odd, isFirst)).rejects.toThrow(said);
  });
});

test('two that differ in holes alone are not taken for one, however many states there are', async () => {
  // So many runs that not all are done again.
  const most = 40_000;
  const late: Model<unknown, number> = {
    ...(model(0, false) as unknown as Model<unknown, number>),
    label: () => ({ family: 'on', args: [] }),
    actions: (state) => (typeof state === 'number' ? [0] : []),
    next: (state) => {
      const n = state as number;
      if (n < most) return n + 1;
      return n === most ? [undefined] : n;
    },
    initial: [0, [undefined]],
  };
  expect((await check(late)).verdict).toBe('holds');
  const holed = { ...late, next: (state: unknown) => ((state as number) < most ? (state as number) + 1 : new Array<unknown>(1)) };
  await expect(check(holed)).rejects.toThrow('a list with holes');
});

test('what names an action is texts and finite numbers; a list has no holes; names are not empty', async () => {
  const base = model({ end: true }, false);
  const label = (arg: unknown): Model<unknown, string> => ({ ...base, label: (family) => ({ family, args: [arg as string] }) });
  for (const arg of [1n, {}, NaN, Infinity, undefined, null, true, ['a']])
    await expect(check(label(arg))).rejects.toThrow(
      /^what label of .* gives: args\[0\]: expected a text or a finite number, but it is /,
    );
  const holed = Object.assign(new Array<string>(2), { 1: 'on' });
  await expect(check({ ...base, actions: () => holed })).rejects.toThrow('what actions gives: expected a list without holes');
  await expect(check({ ...base, initial: new Array<unknown>(1) })).rejects.toThrow('initial: expected a list without holes');
  for (const name of ['', ' \n'])
    for (const wrong of [
      { ...base, name },
      { ...base, properties: [{ ...base.properties[0]!, name }] },
    ])
      await expect(check(wrong)).rejects.toThrow('name: expected a text with something in it');
});

test('a terminal is told nothing but text, whatever a model calls things', async () => {
  const nasty = 'red \u001b[31m, \u0000, \u009b2J, \u202Eback\r\nnew';
  const report = await check<unknown, string>({
    name: nasty,
    initial: [{ [nasty]: nasty }],
    actions: () => [nasty],
    next: () => 'end',
    label: (family) => ({ family, args: [nasty] }),
    note: () => nasty,
    properties: [
      { name: nasty, kind: 'always', holds: (state) => state !== 'end' },
      { name: `never ${nasty}`, kind: 'sometimes', holds: () => false },
    ],
  });
  expect(report.verdict).toBe('violated');
  const said = summaryLines({ ...report, bounds: [`s = ${nasty}`] });
  // eslint-disable-next-line no-control-regex -- These are meant.
  expect(said.filter((line) => /[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/.test(line))).toEqual([]);
  expect(said.join()).toContain('red \\u001b[31m, \\u0000, \\u009b2J, \\u202eback new');
});
