/** `audit: true` refuses whatever a search without it refuses, and what a sign of a zero decides is refused wherever the `-0` comes up. */
import { describe, expect, test } from 'vitest';
import { check } from '#bayou/checker/check.js';
import { toModel } from '#bayou/checker/component-model/as-model.js';
import { internedModel } from '#bayou/checker/component-model/interned.js';
import { checkComponents } from '#bayou/checker/factored/check-components.js';
import { interaction, over, query, slot, type ComponentModel, type Interaction, type Model } from '#bayou/checker/model.js';
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

const AN_HOUR_MS = 3_600_000;

const isLater = (): (() => boolean) => {
  const start = Date.now();
  return () => Date.now() > start + AN_HOUR_MS;
};

/** The actions are functions, from `first` on, and only what they do tells that one of them depends on the clock. */
const opaque = (first: number): AnyModel => {
  const late = isLater();
  return {
    ...(counter({}) as object),
    actions: (n: number) => {
      const step = late() && n === 1 ? 2 : 1;
      return n < first ? ['go'] : n < 4 ? [(m: number) => m + step] : [];
    },
    next: (n: number, action: 'go' | ((m: number) => number)) => (action === 'go' ? n + 1 : action(n)),
  } as unknown as AnyModel;
};

/** Which steps there are depends on the second of three parts. */
const middle = (one: unknown, other: unknown, second: (parts: never) => boolean): AnyModel =>
  ({
    name: 'middle',
    initial: [{ parts: 0, n: 0 }],
    actions: ({ parts, n }: { parts: unknown; n: number }) =>
      n === 0 ? ['one', 'other'] : n === 1 && second(parts as never) ? ['bad'] : [],
    next: (_: unknown, action: string) =>
      action === 'bad' ? { parts: 0, n: 2 } : { parts: action === 'one' ? one : other, n: 1 },
    label,
    properties: [{ name: 'not 2', kind: 'always', holds: ({ n }: { n: number }) => n !== 2 }],
  }) as unknown as AnyModel;

const THREE = { a: 1, b: 0, c: 0 };
const OTHERWISE = { a: 1, c: 0, b: 0 };

class Box {
  readonly #n: number;
  constructor(n: number) {
    this.#n = n;
  }
  get n(): number {
    return this.#n;
  }
}

/** Nobody can see into its local states, so the key says what they are. */
const keyed = (): ComponentModel => {
  const late = isLater();
  const box = slot('box', 'box', new Box(0));
  const step = ({ n }: Box): ReadonlyArray<{ readonly next: readonly [Box] }> =>
    n < 9 ? [{ next: [new Box(n + (late() ? 2 : 1))] }] : [];
  return {
    name: 'keyed',
    slots: [box],
    key: (_, local) => String((local as Box).n),
    interactions: [interaction({ label: label(), slots: [box], writes: [0], step })],
    properties: [{ name: 'p', kind: 'always', over: [over([box], ({ n }) => n !== 20)] }],
  };
};

/** Nobody can see into a message. */
const asking = (): ComponentModel => {
  const late = isLater();
  const [a, b] = [slot('a', 'a', 0), slot('b', 'b', 0)];
  const ask: Interaction = query({
    label: label(),
    requester: a,
    replier: b,
    query: {
      request: (n: number) => (n < 6 ? { run: () => 0, n: n + Number(late()) } : undefined),
      requestKey: ({ n }) => String(n),
      reply: (_: number, asked) => asked.n,
      receive: (_: number, n) => [{ next: n + 1 }],
    },
  });
  return { name: 'asking', slots: [a, b], interactions: [ask], properties: [{ name: 'p', kind: 'always', over: [over([a], (n) => n !== 12)] }] }; // prettier-ignore
};

const SIGN = 'depends on the sign of a zero';
const TWICE = 'gives two answers for one input';

const PLAIN: Readonly<Record<string, readonly [make: () => AnyModel, said: string]>> = {
  'a function that keeps the greatest state': [greatest, TWICE],
  'one list that is given again and again': [oneList, 'changes an answer that it gave before'],
  'a function that counts its calls': [() => counting(6), TWICE],
  'a step back with -0, where the sign counts in each state': [() => rounds(0, -0, isPlus), SIGN],
  'a step back with -0, where it counts at the start': [() => rounds(0, -0, (state) => state.n !== 0 || isPlus(state)), SIGN],
  'actions that are functions, by the clock': [() => opaque(0), TWICE],
  'actions of which the later ones are functions, by the clock': [() => opaque(1), TWICE],
  'the second field of three': [
    () => middle(THREE, OTHERWISE, (parts) => Object.keys(parts)[1] === 'c'),
    'depends on the order in which the fields a, b, c of an object were set',
  ],
  'a beginning with -0': [() => rounds(-0, 0, isPlus), SIGN],
};

const COMPONENTS: Readonly<Record<string, readonly [make: () => ComponentModel, said: string]>> = {
  'a step back with -0': [() => ofSlots((x) => !Object.is(x, -0), -0), SIGN],
  'local states that nobody can see into, by the clock': [keyed, TWICE],
  'messages that nobody can see into, by the clock': [asking, TWICE],
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

test('a measure of -0 is no -0 of a state', async () => {
  const measured = { ...(rounds(0, 0, isPlus) as object), next: ({ n, x }: { n: number; x: number }) => (n < 2 ? { n: n + 1, x } : undefined), progress: ({ n }: { n: number }) => n - 2 || -0 }; // prettier-ignore
  expect((await check(measured as unknown as AnyModel, { search: 'sweep' })).verdict).toBe('holds');
});

test('a list with a hole and a field beside its items is refused', async () => {
  const list = Object.assign([0, , 2], { more: 1 }); // eslint-disable-line no-sparse-arrays -- a hole is what is meant
  await expect(check(counter({ next: (n) => (n === 3 ? list : n + 1) as never }))).rejects.toThrow(
    'a state holds a list with holes',
  );
});

test('a function that depends on the sign of a zero is no matter in a model without -0', async () => {
  for (const audit of [false, true]) {
    expect((await check(rounds(0, 0, isPlus), { audit })).verdict).toBe('holds');
    expect((await checkComponents(ofSlots((x) => !Object.is(x, -0), 0), { audit })).verdict).toBe('holds'); // prettier-ignore
  }
});
