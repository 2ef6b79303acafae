/** A key is believed no further than it was looked at: one that is no function of a state is refused, and so is one that merges what is not alike. */
import { describe, expect, test } from 'vitest';
import { check, simulate } from '#bayou/checker/check.js';
import { mayHaveMerged, KeyWatch } from '#bayou/checker/contract/merging.js';
import { toModel } from '#bayou/checker/component-model/as-model.js';
import { internedModel } from '#bayou/checker/component-model/interned.js';
import { checkComponents } from '#bayou/checker/factored/check-components.js';
import { interaction, over, slot, type ComponentModel, type Model } from '#bayou/checker/model.js';
import { alone } from './support/alone.js';
import { summaryLines, verdictLine } from '#bayou/checker/output/summary.js';
import { Likes } from '#bayou/checker/values/like.js';
import type { CheckOptions } from '#bayou/checker/options.js';
import type { Report } from '#bayou/checker/report.js';

interface Count {
  readonly n: number;
  readonly seen: number;
}

type Key = (state: Count) => string;

/** A model that counts to 4 and begins again. `seen` changes nothing, unless a test adds a function that looks at it. */
const counter = (key: Key | undefined, more: Partial<Model<Count, number>> = {}): Model<Count, number> => ({
  name: 'counter',
  initial: [{ n: 0, seen: 0 }],
  actions: () => [0, 1],
  next: ({ n, seen }, by) => ({ n: (n + 1) % 5, seen: (seen + by) % 3 }),
  label: (by) => ({ family: 'count', args: [by] }),
  properties: [{ name: 'small', kind: 'always', holds: ({ n }) => n < 5 }],
  progress: () => 0,
  ...(key === undefined ? {} : { key }),
  ...more,
});

const byN: Key = ({ n }) => String(n);

const SEARCHES: ReadonlyArray<readonly [string, CheckOptions]> = [
  ['bfs', {}],
  ['dfs', { search: 'dfs' }],
  ['sweep', { search: 'sweep' }],
  ['by hashes', { hashBits: 64 }],
  ['audited whole', { audit: true }],
];

const line = (report: Report): string => verdictLine(report);
const audited = (report: Report): string | undefined => summaryLines(report).find((text) => text.startsWith('audited:'));

describe.each(SEARCHES)('%s', (_, options) => {
  const isHashed = options.hashBits !== undefined;

  test('one that tells all states apart: exact', async () => {
    const report = await check(
      counter(({ n, seen }) => `${n} ${seen}`),
      options,
    );
    expect(report).toMatchObject({ verdict: 'holds', counts: { distinct: 15 } });
    if (!isHashed) expect(line(report)).toMatch(/; exact$/);
    expect(report.audited?.key).toBeUndefined();
  });

  test('one that merges what is alike: it holds, and says on how many states it was looked at, and never "exact"', async () => {
    const report = await check(counter(byN), options);
    expect(report).toMatchObject({ verdict: 'holds', counts: { distinct: 5 }, audited: { key: { states: 15, whole: true } } });
    expect(line(report)).not.toContain('exact');
    if (!isHashed) expect(line(report)).toMatch(/; states with one key are one state, and all of them are alike$/);
    expect(audited(report)).toContain('; the key on all 15 states, told apart by what they are');
  });

  test('one that merges steps, a property or the boundary that are not the same: refused, with the run', async () => {
    const refused = async (model: Model<Count, number>, what: string): Promise<void> => {
      const error = await check(model, options).then(
        (report) => new Error(line(report)),
        (found: unknown) => found as Error,
      );
      expect(error.message).toMatch(/are one state to the key, and the two are not alike/);
      expect(error.message).toContain(what);
    };
    const sees = counter(({ n }) => String(n % 2), { actions: ({ n }) => (n < 4 ? [0] : []) });
    await refused(sees, 'leads from the');
    // A property that is violated keeps its run. One that only seems to hold, because the key hides the violation, is refused.
    const late: Model<Count, number>['properties'] = [
      { name: 'never two', kind: 'always', holds: ({ n, seen }) => !(n === 2 && seen === 2) },
    ];
    await refused(counter(byN, { properties: late }), '"never two" is true of the');
    await refused(counter(byN, { boundary: ({ seen }) => seen < 2 }), 'lies within the boundary');
  });

  test('what it merges is not judged where something is violated: that has its run', async () => {
    const properties: Model<Count, number>['properties'] = [{ name: 'never three', kind: 'always', holds: ({ n }) => n !== 3 }];
    const report = await check(
      counter(({ n }) => String(Math.min(n, 3)), { properties }),
      options,
    );
    expect(report.verdict).toBe('violated');
    expect(report.properties[0]?.trace?.steps).toHaveLength(3);
    expect(line(report)).not.toContain('exact');
  });

  test.each<readonly [string, () => Key, string]>([
    ['a counter', () => { let n = 0; return () => String(n++); }, 'key gives two answers for one input'], // prettier-ignore
    ['chance', () => () => String(Math.random()), 'key gives two answers for one input'],
    [
      'a clock',
      () =>
        ({ n, seen }) =>
          `${n} ${seen} ${Date.now()}`,
      'key gives two answers for one input',
    ],
    ['it throws', () => ({ n }) => { if (n === 3) throw new Error('no key'); return String(n); }, 'key of { n: 3, seen: 0 } threw Error: no key'], // prettier-ignore
    [
      'an object',
      () => (state) => state as unknown as string,
      'what key of { n: 0, seen: 0 } gives: expected a text, but it is an object',
    ],
    [
      'a number',
      () =>
        ({ n }) =>
          n as unknown as string,
      'what key of { n: 0, seen: 0 } gives: expected a text, but it is 0',
    ],
    [
      'a promise',
      () =>
        ({ n }) =>
          Promise.resolve(String(n)) as unknown as string,
      'what key of { n: 0, seen: 0 } gives: expected a text, but it is a promise',
    ],
    ['no number', () => ({ n }) => (n === 2 ? NaN : String(n)) as string, 'what key of { n: 2, seen: 0 } gives: expected a text, but it is NaN'], // prettier-ignore
    ['nothing', () => () => undefined as unknown as string, 'what key of { n: 0, seen: 0 } gives: expected a text, but it is undefined'], // prettier-ignore
    ['it changes the state', () => (state) => { (state as { n: number }).n = 0; return '0'; }, 'key changes what it is given, at n'], // prettier-ignore
  ])('one that is no function of a state, %s: the line names the key', async (__, key, said) => {
    await expect(check(counter(key()), { maxStates: 1000, ...options })).rejects.toThrow(said);
  });
});

test('states without an end, of which the keys have one: as far as was looked', async () => {
  const report = await check(counter(byN, { next: ({ n, seen }, by) => ({ n: (n + 1) % 5, seen: seen + by }) }));
  expect(report).toMatchObject({ verdict: 'holds', audited: { key: { whole: false } } });
  expect(line(report)).toMatch(/; states with one key are one state, if they are alike, as on the [\d,]+ states audited$/);
});

describe('states that cannot be seen into are compared all the same, each that a step makes for itself', () => {
  class Secret {
    readonly #n: number;
    readonly #seen: number;
    constructor(n: number, seen: number) {
      this.#n = n;
      this.#seen = seen;
    }
    get n(): number {
      return this.#n;
    }
    get seen(): number {
      return this.#seen;
    }
  }
  const secret = (
    round: boolean,
    most: number,
    key: (state: Secret) => string = ({ n }) => String(n),
  ): Model<Secret, number> => ({
    name: 'secret',
    initial: [new Secret(0, 0)],
    actions: ({ n }) => (round || n < 5 ? [0, 1] : []),
    next: ({ n, seen }, by) => new Secret(round ? (n + 1) % 3 : n + 1, seen + by),
    label: (by) => ({ family: 'count', args: [by] }),
    show: ({ n, seen }) => ({ n: String(n), seen: String(seen) }),
    properties: [{ name: 'few', kind: 'always', holds: ({ seen }) => seen < most }],
    key,
  });
  const parts = (most: number): ComponentModel => {
    const count = slot<Secret>('secret', 'secret', new Secret(0, 0));
    return {
      name: 'secret',
      slots: [count],
      interactions: [0, 1].map((by) =>
        interaction({
          label: { family: 'count', args: [by] },
          slots: [count],
          writes: [0],
          step: ({ n, seen }) => (n < 5 ? [{ next: [new Secret(n + 1, seen + by)] }] : []),
        }),
      ),
      properties: [{ name: 'few', kind: 'always', over: [over([count], ({ seen }) => seen < most)] }],
      key: (_: string, local: never) => String((local as Secret).n),
    };
  };

  test.each(SEARCHES)('%s: a property that the key does not see is refused, with the run', async (_, options) => {
    const hidden = { ...secret(false, 3), progress: ({ n }: Secret) => n };
    const error = await check(hidden, options).then(
      (report) => new Error(line(report)),
      (found: unknown) => found as Error,
    );
    expect(error.message).toMatch(
      /^\{n: \d, seen: \d\} and \{n: \d, seen: 3\} are one state to the key, and the two are not alike: "few" is true of the first alone \(after \d steps, /,
    );
    expect((error as { trace?: { steps: ReadonlyArray<unknown> } }).trace?.steps).toHaveLength(3);
  });

  test('by components', async () => {
    for (const run of [checkComponents(parts(3)), check(toModel(parts(3))), check(internedModel(parts(3)))])
      await expect(run).rejects.toThrow(/are one state to the key, and the two are not alike: "few" is true of the/);
  });

  test('where all of them are alike it says so, on how many, and never "exact"', async () => {
    const report = await check(secret(false, 9));
    expect(report).toMatchObject({ verdict: 'holds', audited: { key: { states: 63, whole: true, byIdentity: true } } });
    expect(line(report)).toMatch(/; states with one key are one state, and all of them are alike$/);
    expect(audited(report)).toContain('; the key on all 63 states, which nobody can see into, each that a step makes for itself');
  });

  test('in a circle there is no end to them: as far as was looked', async () => {
    const report = await check(secret(true, 1_000_000));
    expect(report).toMatchObject({ verdict: 'holds', audited: { key: { whole: false, byIdentity: true } } });
    expect(line(report)).toMatch(/; states with one key are one state, if they are alike, as on the [\d,]+ states audited$/);
  });

  test('a function in a state, too', async () => {
    const [even, odd] = [(): boolean => true, (): boolean => false];
    const model: Model<{ readonly n: number; readonly f: () => boolean }, number> = {
      name: 'function',
      initial: [{ n: 0, f: even }],
      actions: ({ n }) => (n < 3 ? [0, 1] : []),
      next: ({ n, f }, by) => ({ n: n + 1, f: by === 0 ? f : odd }),
      label: (by) => ({ family: 'count', args: [by] }),
      properties: [{ name: 'even', kind: 'always', holds: ({ n, f }) => n < 3 || f() }],
      key: ({ n }) => String(n),
    };
    await expect(check(model)).rejects.toThrow(
      /are one state to the key, and the two are not alike: "even" is true of the first alone/,
    );
  });
});

test('a search that stops early has compared none, and says so', async () => {
  const report = await check(counter(byN), { maxStates: 3 });
  expect(line(report)).toMatch(
    /; states with one key are one state, if they are alike: none of them were compared, because the search stopped early$/,
  );
});

test('a simulation says that states with one key are one state, and not that it is exact', async () => {
  const merging = await simulate(counter(byN), { traces: 20 });
  expect(merging.statistics.byKey).toBe(true);
  expect(line(merging)).toMatch(/; states with one key are one state, if they are alike, which random walks do not audit$/);
  const telling = await simulate(
    counter((state) => JSON.stringify(state)),
    { traces: 20 },
  );
  expect(telling.statistics.byKey).toBeUndefined();
  expect(line(telling)).toMatch(/; exact/);
});

test('a simulation of values that stand for others tells no violation: its walk may be no run of the model', async () => {
  const [a, b] = ['a', 'b'].map((name) => slot('held', name, { k: 0, by: '' }));
  const taking = (of: typeof a, name: string) =>
    interaction({
      label: { family: 'take', args: [name] },
      slots: [of!],
      writes: [0],
      step: ({ k }) => (k === 0 ? [{ next: [{ k: 1, by: name }] }] : []),
    });
  const model: ComponentModel = {
    name: 'held',
    slots: [a!, b!],
    key: (_, held) => String((held as { readonly k: number }).k),
    interactions: [taking(a, 'a'), taking(b, 'b')],
    properties: [{ name: 'apart', kind: 'always', over: [over([a!, b!], (one, two) => one.by === '' || one.by !== two.by)] }],
  };
  const report = await simulate(internedModel(model), { traces: 20 });
  expect(report).toMatchObject({ verdict: 'bounded', statistics: { byKey: true }, properties: [{ verdict: 'unknown' }] });
  expect(report.properties[0]?.why).toContain('may be no run of the model');
  expect((await simulate(toModel(model), { traces: 20 })).verdict).toBe('bounded');
});

test('a step that gives its set in another order each time, which the key does not see: the run to what only the audit saw is told', async () => {
  let turn = 0;
  const pair = (): ReadonlySet<number> => new Set(turn++ % 2 === 0 ? [1, 2] : [2, 1]);
  const report = await check<{ readonly n: number; readonly pair: ReadonlySet<number> }, 'on'>(
    {
      name: 'round',
      initial: [{ n: 0, pair: new Set([1, 2]) }],
      actions: () => ['on'],
      next: ({ n }) => ({ n: (n + 1) % 6, pair: pair() }),
      label: (family) => ({ family, args: [] }),
      // The search has 1 in the place of 4.
      properties: [{ name: 'four', kind: 'sometimes', holds: ({ n }) => n === 4 }],
      key: ({ n }) => String(n % 3),
    },
    { witnessTraces: true },
  );
  expect(report.properties[0]).toMatchObject({ verdict: 'reached' });
  expect(report.properties[0]?.trace?.steps).toHaveLength(4);
});

test('a walk at random names it too', async () => {
  let n = 0;
  await expect(simulate(counter(() => String(n++)))).rejects.toThrow('key gives two answers for one input');
});

describe('of components', () => {
  const count = slot<Count>('count', 'count', { n: 0, seen: 0 });
  const model = (key: Key, isAsked = false): ComponentModel => ({
    name: 'counter',
    slots: [count],
    interactions: [0, 1].map((by) =>
      interaction({
        label: { family: 'count', args: [by] },
        slots: [count],
        writes: [0],
        step: ({ n, seen }) => [{ next: [{ n: (n + 1) % 5, seen: (seen + by) % 3 }] }],
      }),
    ),
    properties: [
      { name: 'small', kind: 'always', over: [over([count], ({ n, seen }) => n < 5 && !(isAsked && n === 2 && seen === 2))] },
    ],
    progress: () => 0,
    key: (_: string, local: never) => key(local),
  });
  const searches: ReadonlyArray<readonly [string, (model: ComponentModel) => Promise<Report>]> = [
    ['auto', (of) => checkComponents(of, { search: 'auto' })],
    ['bfs', (of) => checkComponents(of)],
    ['dfs', (of) => checkComponents(of, { search: 'dfs' })],
    ['sweep', (of) => checkComponents(of, { search: 'sweep' })],
    ['as states', async (of) => check(toModel(of))],
    ['as numbers', async (of) => check(internedModel(of))],
  ];

  test.each(searches)('%s', async (_, run) => {
    const whole = await run(model(({ n, seen }) => `${n} ${seen}`));
    expect([whole.verdict, line(whole)]).toEqual(['holds', expect.stringMatching(/; exact$/)]);
    const merged = await run(model(byN));
    expect(merged).toMatchObject({ verdict: 'holds', audited: { key: { states: 15, whole: true } } });
    expect(line(merged)).toMatch(/; states with one key are one state, and all of them are alike$/);
    await expect(run(model(byN, true))).rejects.toThrow(
      'are one state to the key, and the two are not alike: "small" is true of the',
    );
    let n = 0;
    await expect(run(model(() => String(n++)))).rejects.toThrow('key gives two answers for one input');
  });

  /** Two of them, each with more steps to one value than a sample of such pairs would look at; the last step of all may see something. */
  const many = (sees: boolean): ComponentModel => {
    const [size, ways] = [150, 100];
    const slots = ['one', 'other'].map((name) => slot<Count>('count', name, { n: 0, seen: 0 }));
    return {
      name: 'counters',
      slots,
      interactions: slots.flatMap((of) =>
        Array.from({ length: ways }, (_, by) =>
          interaction({
            label: { family: 'count', args: [of.name, by] },
            slots: [of],
            writes: [0],
            step: ({ n }) => [{ next: [{ n: (n + 1) % size, seen: sees && n === size - 2 && by === ways - 1 ? 1 : 0 }] }],
          }),
        ),
      ),
      progress: () => 0,
      properties: [{ name: 'small', kind: 'always', over: [over([slots[0]!], ({ n }) => n < size)] }],
      key: (_: string, local: never) => byN(local),
    };
  };

  test('many pairs of values with one key: all of them are compared, so that it is exact', async () => {
    const report = await checkComponents(many(false));
    expect(report).toMatchObject({ verdict: 'holds', counts: { distinct: 22_500, generated: 4_500_001 } });
    expect(line(report)).toMatch(/; exact if the model's functions are pure$/);
    expect(report.audited?.key).toBeUndefined();
  });

  test('one pair of many that is not the same: it is seen', async () => {
    const report = await checkComponents(many(true));
    expect(report).toMatchObject({ verdict: 'holds', counts: { distinct: 22_500 }, audited: { key: { whole: false } } });
    expect(line(report)).not.toContain('exact');
  });
});

test('a pair of values that are not the same is seen among however many that are; only where a comparison is slow is it a sample', () => {
  const likes = new Likes(false);
  const quick = new KeyWatch();
  for (let n = 0; n < 50_000; n++) quick.compare({ n, log: [{ n }] }, { n, log: [{ n }] }, likes);
  expect(mayHaveMerged(quick)).toBe(false);
  quick.compare({ n: 0, log: [{ n: 0 }] }, { n: 0, log: [{ n: 1 }] }, likes);
  expect(quick.isSeen).toBe(true);
  const slow = new KeyWatch();
  for (let n = 0; n < 50_000; n++) slow.compare(new Set([n, -1]), new Set([-1, n]), likes);
  expect([slow.isSeen, mayHaveMerged(slow)]).toEqual([false, true]);
});

describe('a key of components, and what only some of the values with it have', () => {
  const SEARCHES_OF: ReadonlyArray<readonly [string, (model: ComponentModel) => Promise<Report>]> = [
    ['bfs', (of) => checkComponents(of)],
    ['dfs', (of) => checkComponents(of, { search: 'dfs' })],
    ['sweep', (of) => checkComponents(of, { search: 'sweep' })],
    ['as numbers', async (of) => check(internedModel(of))],
  ];
  const by3: ComponentModel['key'] = (_: string, local: never) => String((local as number) % 3);

  test.each(SEARCHES_OF)('a witness of a step from one of them is reached: %s', async (_, run) => {
    const x = slot('n', 'x', 0);
    const report = await run({
      name: 'round',
      slots: [x],
      // 0 1 2 3 4 5 0 …, of which 3 is taken for 0; the step from 3 alone is a witness.
      interactions: [alone('on', x, (n: number) => [{ next: [(n + 1) % 6], ...(n === 3 ? { witnesses: ['from three'] } : {}) }])],
      properties: [{ name: 'from three', kind: 'sometimesStep' }],
      progress: () => 0,
      key: by3,
    });
    expect(report.properties[0]!.verdict).toBe('reached');
    expect(report.properties[0]!.why).toMatch(/the key was audited/);
    expect(report.vacuity.unreached).toEqual([]);
  });

  /** Two slots that begin with values of one key; only `x` takes steps, and from 3 it takes another than from 0. */
  const two = (
    from: Readonly<Record<number, number>>,
    witnesses: Readonly<Record<number, ReadonlyArray<string>>>,
  ): ComponentModel => {
    const [x, y] = [slot('n', 'x', 0), slot('n', 'y', 3)];
    return {
      name: 'two',
      slots: [y, x],
      interactions: [
        alone('on', x, (n: number) => (from[n] === undefined ? [] : [{ next: [from[n]], witnesses: witnesses[n] ?? [] }])),
        alone('still', y, (n: number) => [{ next: [n] }]),
      ],
      properties: [
        { name: 'seen', kind: 'sometimesStep' },
        { name: 'not two', kind: 'always', over: [over([x], (n: number) => n !== 2)] },
      ],
      progress: () => 0,
      key: by3,
    };
  };

  test.each(SEARCHES_OF)(
    'values of two slots that the search takes for one: refused where they are not alike, %s',
    async (_, run) => {
      await expect(run(two({ 0: 1, 3: 2 }, {}))).rejects.toThrow(/the two are not alike/);
    },
  );

  test.each(SEARCHES_OF)(
    'where they are alike but in a witness, that of the model counts, and no state is merged: exact, %s',
    async (_, run) => {
      const report = await run(two({ 0: 1, 3: 1 }, { 3: ['seen'] }));
      expect(report).toMatchObject({ verdict: 'holds', counts: { distinct: 2 } });
      expect(report.properties[0]!.verdict).toBe('not reached');
      expect(line(report)).toMatch(/; exact$/);
    },
  );
});
