/** Models that look at which objects they are given. A search may give a copy instead, so no answer may depend on it. */
import { describe, expect, test } from 'vitest';
import { check, simulate } from '#bayou/checker/check.js';
import { internedModel } from '#bayou/checker/component-model/interned.js';
import { toModel } from '#bayou/checker/component-model/as-model.js';
import { checkComponents } from '#bayou/checker/factored/check-components.js';
import { CheckerError } from '#bayou/checker/error.js';
import { interaction, over, query, slot, type ComponentModel, type Model, type Property } from '#bayou/checker/model.js';
import type { Report } from '#bayou/checker/report.js';

interface Item {
  readonly id: number;
}

interface Counted {
  readonly n: number;
  readonly one: Item;
  readonly other: Item;
}

const FIRST: Item = { id: 1 };
const SECOND: Item = { id: 1 };
const MOST = 200;

const counted = (more: Partial<Model<Counted, Item>>): Model<Counted, Item> => ({
  name: 'counted',
  initial: [{ n: 0, one: FIRST, other: SECOND }],
  actions: ({ n }) => (n < MOST ? [FIRST] : []),
  next: (state) => ({ ...state, n: state.n + 1 }),
  label: () => ({ family: 'up', args: [] }),
  properties: [{ name: 'within', kind: 'always', holds: ({ n }) => n <= MOST }],
  ...more,
});

const always = (holds: (state: Counted) => boolean): Partial<Model<Counted, Item>> => ({
  properties: [{ name: 'p', kind: 'always', holds }],
});
const step = (holds: (before: Counted, action: Item, after: Counted) => boolean): Partial<Model<Counted, Item>> => ({
  properties: [{ name: 'p', kind: 'alwaysStep', holds } satisfies Property<Counted, Item>],
});

/** Each search, and whether it judges liveness. */
const searches: ReadonlyArray<readonly [string, (model: Model<Counted, Item>) => Promise<unknown>, boolean]> = [
  ...(
    [{ search: 'bfs' }, { search: 'dfs' }, { audit: true }, { maxStates: 150 }] as ReadonlyArray<
      NonNullable<Parameters<typeof check>[1]>
    >
  ).map((options) => [JSON.stringify(options), (model: Model<Counted, Item>) => check(model, options), true] as const),
  ['by hashes', (model) => check(model, { hashBits: 64 }), false],
  ['at random', (model) => simulate(model, { traces: 20, traceLength: MOST }), false],
];

/** Where it begins: among the first calls, and after many. */
const PLACES = [2, 120];

/** The search may have put equal parts in one object itself, or not. */
const TOLD =
  /^properties\[0\]\.holds (tells a value from an equal one|depends on whether equal parts of what it is given are one object): it gives /;

describe.each(searches)('%s', (_, run, judgesLiveness) => {
  test('equal objects are taken for one', async () => {
    await expect(
      run(counted({ next: (state, { id }) => (id === 1 ? { ...state, n: state.n + 1 } : undefined) })),
    ).resolves.toBeDefined();
  });

  test.each(
    PLACES.flatMap(
      (at) =>
        [
          [
            at,
            'an action is a constant',
            'next',
            {
              next: (state: Counted, action: Item) =>
                state.n > at && action !== FIRST ? undefined : { ...state, n: state.n + 1 },
            },
          ],
          [
            at,
            'a part is a constant',
            'actions',
            { actions: (state: Counted) => (state.n > at && state.one === FIRST ? [] : state.n < MOST ? [FIRST] : []) },
          ],
          [at, 'a part is in a set', 'properties[0].holds', always((state) => state.n < at || !new Set([FIRST]).has(state.one))],
          [
            at,
            'a state is the one before',
            'properties[0].holds',
            {
              ...step((before, __, after) => before !== after),
              next: (state: Counted) => (state.n === at ? state : { ...state, n: state.n + 1 }),
            },
          ],
          [
            at,
            'a part is the one before',
            'properties[0].holds',
            step((before, __, after) => before.n < at || before.one === after.one),
          ],
          [
            at,
            'a class of fairness',
            'fairness',
            {
              fairness: (action: Item) => (action === FIRST ? 'up' : undefined),
              properties: [{ name: 'there', kind: 'eventually', holds: ({ n }: Counted) => n === MOST }],
            },
          ],
        ] as ReadonlyArray<readonly [number, string, string, Partial<Model<Counted, Item>>]>,
    ),
  )('from %i on: %s', async (__, ___, where, more) => {
    if (where === 'fairness' && !judgesLiveness) return;
    await expect(run(counted(more))).rejects.toThrow(`${where} tells a value from an equal one: it gives `);
  });

  test.each(PLACES)('from %i on: two equal parts, whose fields were set in two orders, are one object', async (at) => {
    const [one, other] = [
      { id: 1, of: [-1, 0] },
      { of: [-1, -0], id: 1 },
    ];
    const model = counted({ ...always((state) => state.n < at || state.one !== state.other), initial: [{ n: 0, one, other }] });
    await expect(run(model)).rejects.toThrow(TOLD);
  });

  test.each(PLACES)('from %i on: two equal parts are one object, or are not', async (at) => {
    const shared = counted({ ...always((state) => state.n < at || state.one !== state.other) });
    await expect(run(shared)).rejects.toThrow(TOLD);
    const apart = counted({
      ...always((state) => state.n < at || state.one === state.other),
      initial: [{ n: 0, one: FIRST, other: FIRST }],
    });
    await expect(run(apart)).rejects.toThrow(TOLD);
  });
});

// --- components --------------------------------------------------------------------------------------------------------------

const [item, count] = [slot<Item>('item', 'item', FIRST), slot('count', 'count', 0)];

const components = (more: Partial<ComponentModel>): ComponentModel => ({
  name: 'components',
  slots: [item, count],
  interactions: [
    interaction({
      label: { family: 'up', args: [] },
      slots: [count],
      writes: [0],
      step: (n) => (n < MOST ? [{ next: [n + 1] }] : []),
    }),
  ],
  properties: [{ name: 'within', kind: 'always', over: [over([count], (n) => n <= MOST)] }],
  ...more,
});

const engines: ReadonlyArray<readonly [string, (model: ComponentModel) => Promise<unknown>]> = [
  ['components', (model) => checkComponents(model)],
  ['components, depth first', (model) => checkComponents(model, { search: 'dfs' })],
  ['states', (model) => check(toModel(model))],
  ['numbers', (model) => check(internedModel(model))],
];

describe.each(engines)('%s', (_, run) => {
  const asking = query({
    label: { family: 'ask', args: [] },
    requester: count,
    replier: item,
    query: {
      request: (n: number) => (n < MOST ? n : undefined),
      reply: (one: Item, n: number) => (n > 120 && one !== FIRST ? undefined : n),
      receive: (_: number, n: number) => [{ next: n + 1 }],
    },
  });

  test.each([
    [
      'a step',
      'interactions[0].step',
      {
        interactions: [
          interaction({
            label: { family: 'up', args: [] },
            slots: [count, item],
            writes: [0],
            step: (n, one) => (n < MOST && one === FIRST ? [{ next: [n + 1, one] }] : []),
          }),
        ],
      },
    ],
    ['a part of a query', 'interactions[0].query.reply', { interactions: [asking] }],
    [
      'a predicate',
      'properties[0].over[0].holds',
      { properties: [{ name: 'p', kind: 'always', over: [over([item, count], (one, n) => n < 120 || one === FIRST)] }] },
    ],
  ] as ReadonlyArray<readonly [string, string, Partial<ComponentModel>]>)('%s', async (__, where, more) => {
    await expect(run(components(more))).rejects.toThrow(`${where} tells a value from an equal one: it gives `);
  });
});

describe('far from where it begins, in a space of which a sample is audited', () => {
  const END = 10_000;
  const LATE = END - 100;
  interface Far {
    readonly n: number;
    readonly one: { readonly k: number };
    readonly other: { readonly k: number };
    readonly bad: boolean;
  }
  /** Two parts that are always made separately, and that a search may keep as one object. */
  const far = (more: Partial<Model<Far, 'up'>>): Model<Far, 'up'> => ({
    name: 'far',
    initial: [{ n: 0, one: { k: 0 }, other: { k: 0 }, bad: false }],
    actions: ({ n }) => (n < END ? ['up'] : []),
    next: ({ n }) => ({ n: n + 1, one: { k: 0 }, other: { k: 0 }, bad: false }),
    label: () => ({ family: 'up', args: [] }),
    properties: [],
    ...more,
  });
  const isOne = ({ n, one, other }: Far): boolean => n === LATE && one === other;
  const stuck: Partial<Model<Far, 'up'>> = { actions: (state) => (state.n === END || isOne(state) ? [] : ['up']) };
  const spoilt: Partial<Model<Far, 'up'>> = {
    next: (state) => ({ n: state.n + 1, one: { k: 0 }, other: { k: 0 }, bad: isOne(state) }),
  };
  const TELLS = /tells a value from an equal one|depends on whether equal parts of what it is given are one object/;
  /** By hand no two parts are ever one object. A search may say so, or refuse the model. */
  const BY_HAND = /^(holds|not reached|refused)$/;
  const said = (run: Promise<Report>): Promise<string> =>
    run.then(
      ({ properties }) => properties[0]!.verdict,
      (error: unknown) => (error instanceof CheckerError && TELLS.test(error.message) ? 'refused' : String(error)),
    );

  test.each([
    ['a deadlock', { ...stuck, properties: [{ name: 'p', kind: 'noDeadlock', final: ({ n }) => n === END }] }],
    ['a run that ends too early', { ...stuck, properties: [{ name: 'p', kind: 'eventually', holds: ({ n }) => n === END }] }],
    ['a state', { properties: [{ name: 'p', kind: 'always', holds: (state) => !isOne(state) }] }],
    ['a step', { properties: [{ name: 'p', kind: 'alwaysStep', holds: (state) => !isOne(state) }] }],
    ['a witness', { properties: [{ name: 'p', kind: 'sometimes', holds: isOne }] }],
    ['a state to which such a step leads', { ...spoilt, properties: [{ name: 'p', kind: 'always', holds: ({ bad }) => !bad }] }],
  ] as ReadonlyArray<readonly [string, Partial<Model<Far, 'up'>>]>)(
    '%s is not told where by hand there is none',
    async (_, more) => {
      expect(await said(check(far(more)))).toMatch(BY_HAND);
      expect(await said(check(far(more), { search: 'dfs' }))).toMatch(BY_HAND);
    },
  );

  test('nor one of components', async () => {
    const ends = [slot('end', 'a', { n: 0 }), slot('end', 'b', { n: 0 })];
    const most = 300;
    const up = (at: number) =>
      interaction({
        label: { family: 'up', args: [at] },
        slots: [ends[at]!, ends[1 - at]!],
        writes: [0],
        step: ({ n }, other) => (n < most ? [{ next: [{ n: n + 1 }, other] }] : []),
      });
    const model: ComponentModel = {
      name: 'two ends',
      slots: ends,
      interactions: [up(0), up(1)],
      properties: [{ name: 'p', kind: 'always', over: [over(ends, (one, other) => one !== other || one.n < most)] }],
    };
    await expect(checkComponents(model)).rejects.toThrow(TELLS);
  });
});
