/** Symmetries and normal forms that are none: each is refused in one line, in every search, and what is right is not. */
import { describe, expect, test } from 'vitest';
import { toModel } from '#bayou/checker/component-model/as-model.js';
import { check, checkSync } from '#bayou/checker/check.js';
import { checkComponents } from '#bayou/checker/factored/check-components.js';
import { interaction, over, slot, type ComponentModel, type Model } from '#bayou/checker/model.js';
import { verdictLine } from '#bayou/checker/output/summary.js';
import type { CheckerError } from '#bayou/checker/error.js';
import type { ComponentOptions } from '#bayou/checker/options.js';
import type { Report } from '#bayou/checker/report.js';

interface Pair {
  readonly a: number;
  readonly b: number;
}

type Field = keyof Pair;

/** Two counters up to 3. */
const pair = (more: Partial<Model<Pair, Field>>): Model<Pair, Field> => ({
  name: 'pair',
  initial: [{ a: 0, b: 0 }],
  actions: (state) => (['a', 'b'] as const).filter((field) => state[field] < 3),
  next: (state, field) => ({ ...state, [field]: state[field] + 1 }),
  label: (field) => ({ family: field, args: [] }),
  properties: [{ name: 'not seven', kind: 'always', holds: ({ a, b }) => a + b < 7 }],
  ...more,
});

const swap = ({ a, b }: Pair): Pair => ({ a: b, b: a });
const sorted = ({ a, b }: Pair): Pair => ({ a: Math.min(a, b), b: Math.max(a, b) });
const least = ({ a, b }: Pair): Pair => ({ a: Math.min(a, b), b: Math.min(a, b) });
/** Not so of { a: 1, b: 3 } alone. */
const lopsided = [{ name: 'not 1 and 3', kind: 'always', holds: ({ a, b }: Pair) => !(a === 1 && b === 3) }] as const;

const not = (what: unknown): never => what as never;

const REDUCED = { symmetry: true, normalize: true, keepGoing: true } as const;

/** The verdict with its counts, or the line, without the run that it ends with. */
const outcome = async (run: Promise<Report> | (() => Report)): Promise<string> => {
  try {
    const { verdict, counts } = await (typeof run === 'function' ? run() : run);
    return `${verdict}, ${counts.distinct}`;
  } catch (error) {
    return (error as Error).message;
  }
};

const PLAIN: Readonly<Record<string, readonly [Partial<Model<Pair, Field>>, string | RegExp]>> = {
  'a swap': [{ symmetry: [swap] }, 'holds, 10'],
  'a normal form': [{ normalize: sorted }, 'holds, 10'],
  both: [{ symmetry: [swap], normalize: sorted }, 'holds, 10'],
  'a map to undefined': [
    { symmetry: [() => not(undefined)] },
    'what symmetry[0] of { a: 0, b: 0 } gives: expected a state, but it is undefined (in an initial state, a: 0, b: 0)',
  ],
  'a map to a function': [
    { symmetry: [() => not(swap)] },
    'what symmetry[0] of { a: 0, b: 0 } gives: expected a state, but it is a function (in an initial state, a: 0, b: 0)',
  ],
  'a map to what cannot be compared': [
    { symmetry: [(state) => not({ ...state, swap })] },
    /^what symmetry\[0\] gives is no state: a state holds a function at \.swap/,
  ],
  'a normal form that is a promise': [
    { normalize: (state) => not(Promise.resolve(state)) },
    'what normalize of { a: 0, b: 0 } gives: expected a state, but it is a promise (in an initial state, a: 0, b: 0)',
  ],
  'a normal form that is something else': [
    { normalize: () => not(0) },
    'of {a: 0, b: 0} normalize makes {state: 0}, and the two are not alike: "not seven" is true of the first alone (in an initial state, a: 0, b: 0)',
  ],
  'a property that is not symmetric': [
    { symmetry: [swap], properties: lopsided },
    '{a: 3, b: 1} and {a: 1, b: 3} are one state to the symmetry, and the two are not alike: "not 1 and 3" is true of the first alone (after 4 steps, a: 1, b: 3)',
  ],
  'a property that the normal form does not keep': [
    { normalize: sorted, properties: [{ name: 'a is less', kind: 'always', holds: ({ a, b }) => a <= b }] },
    '{a: 1, b: 0} and {a: 0, b: 1} are one state to the quotient, and the two are not alike: "a is less" is true of the second alone (after 1 step, a: 0, b: 1)',
  ],
  'a property of steps that is not symmetric': [
    { symmetry: [swap], properties: [{ name: 'never b', kind: 'alwaysStep', holds: (_, field) => field !== 'b' }] },
    /"never b" is true of the step a from the (first|second), and not of the step b from the (first|second), which leads to the like/,
  ],
  'a boundary that is not symmetric': [
    { symmetry: [swap], boundary: ({ a }) => a < 2 },
    /are not alike: only the (first|second) lies within the boundary/,
  ],
  'a last state that is not symmetric': [
    {
      symmetry: [swap],
      next: (state, field) => (state.a + state.b < 1 ? { ...state, [field]: 1 } : undefined),
      properties: [{ name: 'never stuck', kind: 'noDeadlock', final: ({ a }) => a === 1 }],
    },
    /only the (first|second) may be the last, by "never stuck"/,
  ],
  'states that differ, merged': [
    { normalize: least },
    /^\{a: 0, b: 0\} and \{a: 1, b: 0\} are one state to the quotient, and the two are not alike: the step b leads/,
  ],
  'no bijection': [{ symmetry: [({ a }) => ({ a, b: 0 })] }, /^symmetry\[0\] is no bijection: it makes \{a: 0, b: 0\} of /],
  'no idempotent normal form': [
    { normalize: swap },
    /^normalize is not idempotent: of \{a: 1, b: 0\} it makes \{a: 0, b: 1\}, and/,
  ],
  'an initial state that is not kept': [
    { initial: [{ a: 1, b: 0 }], symmetry: [swap] },
    'symmetry[0] does not keep the initial states: of {a: 1, b: 0} it makes {a: 0, b: 1}, which is none (in an initial state, a: 1, b: 0)',
  ],
};

describe('plain models', () => {
  const rows = Object.entries(PLAIN).map(([name, [more, expected]]) => [name, more, expected] as const);
  test.each(rows)('%s', async (_, more, expected) => {
    const model = pair(more);
    const found = await Promise.all([
      outcome(check(model, REDUCED)),
      outcome(check(model, { ...REDUCED, search: 'dfs' })),
      outcome(check(model, { ...REDUCED, hashBits: 64 })),
      outcome(check(model, { ...REDUCED, audit: true })),
      outcome(() => checkSync(model, REDUCED)),
    ]);
    for (const line of found) expect(line).toEqual(typeof expected === 'string' ? expected : expect.stringMatching(expected));
  });

  test('what is not asked for is not audited: other properties, and no reduction', async () => {
    const model = pair({ symmetry: [swap], properties: [...pair({}).properties, ...lopsided] });
    expect(await outcome(check(model, { ...REDUCED, properties: ['not seven'] }))).toBe('holds, 10');
    expect(await outcome(check(model, { keepGoing: true }))).toBe('violated, 16');
  });

  test('a witness that is not kept is reached all the same', async () => {
    const witness = { name: '3 and 0', kind: 'sometimes', holds: ({ a, b }: Pair) => a === 0 && b === 3 } as const;
    const { verdict, properties, vacuity } = await check(pair({ symmetry: [swap], properties: [witness] }), REDUCED);
    expect([verdict, properties[0]!.verdict, vacuity.unreached]).toEqual(['holds', 'reached', []]);
    expect(properties[0]!.why).toMatch(/the reduction was audited/);
  });

  test('it says on how many states it looked', async () => {
    const { audited } = await check(pair({ symmetry: [swap] }), REDUCED);
    expect(audited!.reduction).toEqual({ states: 16, whole: true });
    expect((await check(pair({}), {})).audited!.reduction).toBeUndefined();
  });
});

// --- components --------------------------------------------------------------------------------------------------------------

const a = slot('n', 'a', 0);
const b = slot('n', 'b', 0);
const c = slot('n', 'c', 0);

const three = (more: Partial<ComponentModel>): ComponentModel => ({
  name: 'three',
  slots: [a, b, c],
  interactions: [a, b, c].map((counter) =>
    interaction({
      label: { family: 'up', args: [counter.name] },
      slots: [counter],
      writes: [0],
      step: (n) => (n < 3 ? [{ next: [n + 1] }] : []),
    }),
  ),
  properties: [{ name: 'not ten', kind: 'always', over: [over([a, b, c], (x, y, z) => x + y + z < 10)] }],
  ...more,
});

const keep = (_kind: string, local: never): unknown => local;
const exchange = { name: 'exchange', slotTo: [1, 0, 2], apply: keep };
const turn = { name: 'turn', slotTo: [1, 2, 0], apply: keep };

const PARTS: Readonly<Record<string, readonly [Partial<ComponentModel>, string | RegExp]>> = {
  generators: [{ symmetry: [exchange, turn] }, 'holds, 20'],
  'one generator': [{ symmetry: [turn] }, 'holds, 24'],
  'a value that is undefined': [
    { symmetry: [{ ...exchange, apply: () => undefined }] },
    /^symmetry\[0\].* does not keep the initial states/,
  ],
  'a value that is a function': [
    { symmetry: [{ ...exchange, apply: () => keep }] },
    /^what symmetry\[0\]\.apply of .* gives: expected a value/,
  ],
  'slots onto one': [
    { symmetry: [{ ...exchange, slotTo: [1, 1, 2] }] },
    'the permutation exchange does not map the slots one to one',
  ],
  'a property that is not symmetric': [
    {
      symmetry: [exchange],
      properties: [{ name: 'not 1 and 3', kind: 'always', over: [over([a, b], (x, y) => !(x === 1 && y === 3))] }],
    },
    /are one state to the symmetry, and the two are not alike: "not 1 and 3" is true of the (first|second) alone/,
  ],
  'states that differ, merged': [
    { normalize: (_, local) => Math.min(local, 2) },
    /are one state to the quotient, and the two are not alike: the step up a leads from the first/,
  ],
};

describe('models of components', () => {
  const rows = Object.entries(PARTS).map(([name, [more, expected]]) => [name, more, expected] as const);
  test.each(rows)('%s', async (_, more, expected) => {
    const model = three(more);
    const found = await Promise.all([
      outcome(checkComponents(model, REDUCED)),
      outcome(checkComponents(model, { ...REDUCED, search: 'dfs' })),
      outcome(checkComponents(model, { ...REDUCED, hashBits: 64 })),
      outcome(checkComponents(model, { ...REDUCED, locals: ['a', 'b', 'c'] })),
      outcome(checkComponents({ ...model, progress: () => 0 }, { ...REDUCED, search: 'sweep' })),
      outcome((async () => check(toModel(model), REDUCED))()),
      outcome((async () => check(toModel(model), { ...REDUCED, audit: true }))()),
    ]);
    for (const line of found) expect(line).toEqual(typeof expected === 'string' ? expected : expect.stringMatching(expected));
  });
});

// --- generators --------------------------------------------------------------------------------------------------------------

/** So many counters up to 1, each as good as the others. */
const many = (count: number): Model<ReadonlyArray<number>, number> => ({
  name: 'many',
  initial: [Array.from({ length: count }, () => 0)],
  actions: (state) => [...state.keys()].filter((i) => state[i] === 0),
  next: (state, i) => state.with(i, 1),
  label: (i) => ({ family: 'up', args: [i] }),
  properties: [{ name: 'so many', kind: 'always', holds: (state) => state.length === count }],
  symmetry: [(state) => [state[1]!, state[0]!, ...state.slice(2)], (state) => [...state.slice(1), state[0]!]],
});

test.each([2, 3, 4, 5, 6])('of %i counters, an exchange and a turn make all orders', async (count) => {
  expect(await outcome(check(many(count), { symmetry: true }))).toBe(`holds, ${count + 1}`);
});

test('too many images are said to be', async () => {
  const model: Model<number, number> = {
    name: 'ring',
    initial: Array.from({ length: 6000 }, (_, i) => i),
    actions: () => [],
    next: (state) => state,
    label: () => ({ family: 'none', args: [] }),
    properties: [{ name: 'a number', kind: 'always', holds: (state) => state >= 0 }],
    symmetry: [(state) => (state + 1) % 6000],
  };
  expect(await outcome(check(model, { symmetry: true }))).toMatch(/the maps make more than 5,040, too many/);
});

test('images that are made of one another have a run all the same', async () => {
  // One map exchanges 0 and 3, and 1 and 2; the other is none, for it makes 1 of 1 and of 2: which is seen while the first is closed at their ends.
  const model: Model<number, number> = {
    name: 'circle',
    initial: [0, 3],
    actions: (state) => [[4], [], [], [1, 2]][state] ?? [],
    next: (_, to) => to,
    label: (to) => ({ family: 'to', args: [to] }),
    properties: [{ name: 'a number', kind: 'always', holds: (state) => state >= 0 }],
    symmetry: [(state) => [3, 2, 1, 0][state] ?? state, (state) => [0, 1, 1, 3][state] ?? state],
  };
  expect(await outcome(check(model, { symmetry: true }))).toMatch(/^symmetry\[1\] is no bijection: .*\(in an initial state/);
});

describe('a space that is too large to be audited whole', () => {
  type Three = readonly [number, number, number];
  const most = 45;
  const model: Model<Three, number> = {
    name: 'three counters',
    initial: [[0, 0, 0]],
    actions: (s) => [0, 1, 2].filter((i) => s[i]! < most),
    next: (s, i) => s.map((n, at) => (at === i ? n + 1 : n)) as unknown as Three,
    label: (i) => ({ family: 'up', args: [i] }),
    // Not the same for the images of (37, 12, 30): the symmetry is none.
    properties: [{ name: 'P', kind: 'always', holds: ([a, b, c]) => !(a === 37 && b === 12 && c === 30) }],
    symmetry: [([a, b, c]) => [b, a, c], ([a, b, c]) => [b, c, a]],
  };

  test('is exact only if the symmetry is one, and the verdict says so; --audit finds that it is none', () => {
    const report = checkSync(model, { symmetry: true });
    expect(report.audited?.reduction?.whole).toBe(false);
    expect(verdictLine(report)).toMatch(
      /; exact if that keeps steps and properties, as it does on the [\d,]+ states? audited, and if the model's functions are pure$/,
    );
    expect(() => checkSync(model, { symmetry: true, audit: true })).toThrow('symmetry');
  });
});

test('states that the model shows alike are told apart by what is in them', () => {
  const hidden: Model<{ readonly a: number; readonly b: number }, 'a' | 'b'> = {
    name: 'hidden',
    initial: [{ a: 0, b: 0 }],
    actions: () => ['a', 'b'],
    next: (state, part) => ({ ...state, [part]: 1 }),
    label: (family) => ({ family, args: [] }),
    symmetry: [({ a, b }) => ({ a: b, b: a })],
    show: () => ({ all: 'same' }),
    properties: [{ name: 'not a alone', kind: 'always', holds: ({ a, b }) => !(a === 1 && b === 0) }],
  };
  expect(() => checkSync(hidden, { symmetry: true })).toThrow(
    '{a: 1, b: 0} and {a: 0, b: 1} are one state to the symmetry, and the two are not alike',
  );
});

// --- runs on the unreduced model ---------------------------------------------------------------------------------------------

describe('a representative breaks a property that another state of its class does not break', () => {
  const last = 20;
  const upTo = (most: number): ComponentModel['interactions'] =>
    [a, b].map((counter) =>
      interaction({
        label: { family: 'up', args: [counter.name] },
        slots: [counter],
        writes: [0],
        step: (n) => (n < most ? [{ next: [n + 1] }] : []),
      }),
    );
  const swapped = { name: 'swap', slotTo: [1, 0], apply: keep };
  const deep = (x: number, y: number, more: Partial<ComponentModel> = {}): ComponentModel => ({
    name: 'deep',
    slots: [a, b],
    interactions: upTo(last),
    properties: [{ name: 'p', kind: 'always', over: [over([a, b], (m, n) => !(m === x && n === y))] }],
    symmetry: [swapped],
    progress: (_, n) => n,
    ...more,
  });
  const SEARCHES: ReadonlyArray<readonly [string, ComponentOptions]> = [
    ['breadth first', {}],
    ['breadth first, no local slots', { locals: [] }],
    ['depth first', { search: 'dfs' }],
    ['as a sweep', { search: 'sweep' }],
    ['by hashes', { hashBits: 64 }],
    ['by hashes, depth first', { hashBits: 64, search: 'dfs' }],
  ];

  describe.each(SEARCHES)('%s', (_, options) => {
    test.each([
      [3, 17],
      [17, 3],
    ])('what is said of {a: %i, b: %i} is true, and comes with a run', async (x, y) => {
      const refused = await checkComponents(deep(x, y), { ...options, symmetry: true }).then(
        () => undefined,
        (error: unknown) => error as CheckerError,
      );
      expect(refused?.message).toMatch(
        /^\{a: \d+, b: \d+\} and \{a: \d+, b: \d+\} are one state to the \w+, and the two are not alike: "p" is true of the (first|second) alone \(after 20 steps, /,
      );
      expect(refused?.trace?.steps).toHaveLength(20);
    });

    test('where the audit sees a part alone, it is violated, by a run of the model', async () => {
      const { verdict, properties } = await checkComponents(deep(3, 17, { interactions: upTo(400) }), {
        ...options,
        symmetry: true,
        maxStates: 40_000,
      }).catch((error: unknown) => ({ verdict: 'refused', properties: [{ trace: (error as CheckerError).trace }] }));
      expect(['violated', 'refused', 'bounded']).toContain(verdict);
      const shown = properties[0]!.trace?.steps.at(-1)?.state;
      if (verdict === 'violated') expect(shown).toEqual({ a: '3', b: '17' });
    });
  });

  test('no state of the class that can be reached breaks it: refused, with the run to one that does not', async () => {
    // The second is never above the first, so {a: 2, b: 5} is made by the symmetry alone.
    const follows = interaction({
      label: { family: 'up', args: ['b'] },
      slots: [b, a],
      writes: [0],
      step: (n, m) => (n < m ? [{ next: [n + 1, m] }] : []),
    });
    for (const [x, y] of [
      [2, 5],
      [5, 2],
    ] as const) {
      const model = deep(x, y, { interactions: [upTo(last)[0]!, follows] });
      for (const [, options] of SEARCHES)
        await expect(checkComponents(model, { ...options, symmetry: true })).rejects.toThrow(
          /(are one state to the \w+|of \{.*\} .* makes \{.*\}), and the two are not alike: /,
        );
    }
  });
});
