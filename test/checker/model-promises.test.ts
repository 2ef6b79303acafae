/** What a search goes by and nobody had looked at: keys of messages, fairness, values that stay what they were, a symmetry that is closed late. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { check, checkSync, simulate } from '#bayou/checker/check.js';
import { toModel } from '#bayou/checker/component-model/as-model.js';
import { internedModel } from '#bayou/checker/component-model/interned.js';
import { checkComponents } from '#bayou/checker/factored/check-components.js';
import { interaction, over, query, slot, type ComponentModel, type Model, type Query } from '#bayou/checker/model.js';
import type { CheckOptions } from '#bayou/checker/options.js';
import { verdictLine } from '#bayou/checker/output/summary.js';
import { isLike } from '#bayou/checker/values/like.js';

describe('keys of messages', () => {
  interface Asker {
    readonly wants: number;
    readonly got: number;
  }
  type Asking = Query<Asker, number, { readonly wants: number }, { readonly of: number }>;
  const model = (keys: Partial<Asking>): ComponentModel => {
    const asker = slot<Asker>('asker', 'asker', { wants: 0, got: 0 });
    const answerer = slot('answerer', 'answerer', 0);
    const asked: Asking = {
      request: ({ wants }) => ({ wants }),
      reply: (_, { wants }) => ({ of: wants * 10 }),
      receive: ({ wants }, { of }) => [{ next: { wants, got: of } }],
      ...keys,
    };
    const want = interaction({
      label: { family: 'want', args: [] },
      slots: [asker],
      writes: [0],
      step: ({ wants, got }) => (wants < 3 ? [{ next: [{ wants: wants + 1, got }] }] : []),
    });
    return {
      name: 'asking',
      slots: [asker, answerer],
      interactions: [want, query({ label: { family: 'ask', args: [] }, requester: asker, replier: answerer, query: asked })],
      properties: [{ name: 'never thirty', kind: 'always', over: [over([asker], ({ got }) => got < 30)] }],
    };
  };

  test.each([
    ['requestKey', { requestKey: () => 'a request' }, '{ wants: 0 } and { wants: 1 }'],
    ['replyKey', { replyKey: () => 'a reply' }, '{ of: 0 } and { of: 10 }'],
  ] as const)(
    '%s takes different ones for one: refused, for what is remembered of one would be told of the other',
    async (name, keys, two) => {
      await expect(checkComponents(model(keys))).rejects.toThrow(`${name} takes different values for one, ${two}`);
      // Depth first comes to the violation before it.
      expect((await checkComponents(model(keys), { search: 'dfs' })).verdict).toBe('violated');
      for (const of of [toModel(model(keys)), internedModel(model(keys))])
        expect((await check(of as Model<unknown, unknown>)).verdict).toBe('violated');
    },
  );

  test.each(['request', 'reply'] as const)(
    'a %s without a key that holds one member twice is refused in every search',
    async (part) => {
      const twice = { wants: 0, of: 0, both: new Set([{ n: 1 }, { n: 1 }]) };
      const given = model({ [part]: () => twice });
      const searches = [
        () => checkComponents(given),
        () => checkComponents(given, { search: 'dfs' }),
        () => check(toModel(given) as unknown as Model<unknown, unknown>),
        () => check(internedModel(given) as unknown as Model<unknown, unknown>),
        () => simulate(toModel(given) as unknown as Model<unknown, unknown>, { traces: 2 }),
      ];
      for (const search of searches) await expect(search()).rejects.toThrow(/ holds a Set with two equal members/);
    },
  );

  test('a receive that gives no list is named in every search', async () => {
    const given = model({ receive: () => ({ next: 0 }) as never });
    await expect(checkComponents(given)).rejects.toThrow('interactions[1].query.receive');
    await expect(check(toModel(given) as unknown as Model<unknown, unknown>)).rejects.toThrow('interactions[1].query.receive');
  });

  test('that tell all apart', async () => {
    const told = {
      requestKey: ({ wants }: { wants: number }) => String(wants),
      replyKey: ({ of }: { of: number }) => String(of),
    };
    expect((await checkComponents(model(told))).verdict).toBe('violated');
  });
});

test('fairness that depends on chance or on how often it was asked is refused', async () => {
  const waiting = (fairness: (action: string) => string | undefined): Model<number, string> => ({
    name: 'waiting',
    initial: [0],
    actions: () => ['wait', 'go'],
    next: (n, action) => (action === 'wait' ? n : n < 2 ? n + 1 : undefined),
    label: (family) => ({ family, args: [] }),
    fairness,
    properties: [{ name: 'there', kind: 'eventually', holds: (n) => n === 2 }],
  });
  expect((await check(waiting((action) => (action === 'go' ? 'going' : undefined)))).verdict).toBe('holds');
  let asked = 0;
  await expect(check(waiting((action) => (action === 'go' && asked++ < 3 ? 'going' : undefined)))).rejects.toThrow(
    'fairness gives two answers for one input',
  );
});

describe('a value that is changed once the first calls were looked at', () => {
  interface Count {
    readonly n: number;
    readonly part: { of: number };
  }
  const [most, at] = [25_000, 23_011];
  const next = (state: Count): Count | undefined => {
    if (state.n >= most) return undefined;
    if (state.n === at) state.part.of = 1;
    return { n: state.n + 1, part: { of: 0 } };
  };
  const model: Model<Count, 'count'> = {
    name: 'counter',
    initial: [{ n: 0, part: { of: 0 } }],
    actions: () => ['count'],
    next,
    label: (family) => ({ family, args: [] }),
    properties: [{ name: 'counts', kind: 'always', holds: ({ n }) => n >= 0 }],
    progress: ({ n }) => Math.floor(n / 5000),
  };
  const key = (state: Count): string => JSON.stringify(state);
  test.each<readonly [string, CheckOptions, Partial<Model<Count, 'count'>>]>([
    ['breadth first', {}, {}],
    ['depth first', { search: 'dfs' }, {}],
    ['by progress', { search: 'sweep' }, {}],
    ['by a key', {}, { key }],
    ['under a symmetry', { symmetry: true }, { symmetry: [({ n, part }) => ({ n, part: { ...part } })] }],
    ['in a normal form', { normalize: true }, { normalize: (state) => state }],
    ['by hashes', { hashBits: 64 }, {}],
  ])('%s', async (_, options, more) => {
    await expect(check({ ...model, ...more }, options)).rejects.toThrow('was changed after it was found, and is now');
  });

  test.each(['bfs', 'dfs'] as const)('of components, %s', async (search) => {
    const count = slot<Count>('count', 'count', { n: 0, part: { of: 0 } });
    const step = (state: Count) => {
      const after = next(state);
      return after === undefined ? [] : [{ next: [after] as const }];
    };
    const counting: ComponentModel = {
      name: 'counter',
      slots: [count],
      interactions: [interaction({ label: { family: 'count', args: [] }, slots: [count], writes: [0], step })],
      properties: [{ name: 'counts', kind: 'always', over: [over([count], ({ n }) => n >= 0)] }],
    };
    await expect(checkComponents(counting, { search })).rejects.toThrow('was changed after it was found, and is now');
  });
});

test('a state with a field whose key is a symbol is refused though without it the state is known, however many there are', async () => {
  const hidden = Symbol('hidden');
  const last = 25_000;
  const model: Model<{ readonly n: number; readonly [hidden]?: true }, 'count'> = {
    name: 'hiding',
    initial: [{ n: 0 }],
    actions: () => ['count'],
    next: (state) => {
      if (state.n < last) return { n: state.n + 1 };
      return state[hidden] === true ? { n: -1 } : { n: state.n, [hidden]: true };
    },
    label: (family) => ({ family, args: [] }),
    properties: [{ name: 'counts', kind: 'always', holds: ({ n }) => n >= 0 }],
  };
  await expect(check(model)).rejects.toThrow('a state holds a field whose key is the symbol Symbol(hidden)');
});

test('two values are like where nothing in them differs', () => {
  const sign = Symbol('sign');
  for (const [one, other] of [
    [{ [sign]: 1 }, { [sign]: 2 }],
    [{ a: 1, [sign]: 1 }, { a: 1 }],
    [{ a: undefined }, { b: undefined }],
    [Object.assign([1], { more: 1 }), Object.assign([1], { more: 2 })],
    [Object.assign([1], { [sign]: 1 }), [1]],
    [Object.assign(new Array<unknown>(2), { 1: 1 }), [undefined, 1]],
    [{ a: [{ b: 0 }] }, { a: [{ b: -0 }] }],
    [[], {}],
  ] as const)
    expect([isLike(one, other), isLike(other, one)]).toEqual([false, false]);
  expect(isLike({ a: 1, b: [{ c: NaN }] }, { b: [{ c: NaN }], a: 1 })).toBe(true);
});

describe('a report of a violation that says of another property that it holds', () => {
  interface Step {
    readonly n: number;
    readonly by: number;
  }
  test('rests on the key, and says so', async () => {
    const model: Model<Step, number> = {
      name: 'steps',
      initial: [{ n: 0, by: 0 }],
      actions: () => [0, 1],
      next: ({ n }, by) => (n < 3 ? { n: n + 1, by } : undefined),
      label: (by) => ({ family: 'step', args: [by] }),
      key: ({ n }) => String(n),
      properties: [
        { name: 'short', kind: 'always', holds: ({ n }) => n < 3 },
        { name: 'by none', kind: 'always', holds: ({ by }) => by === 0 },
      ],
    };
    const report = await check(model, { keepGoing: true });
    // The key takes states for one that are not alike: only what has a run is told.
    expect(report.properties.map(({ verdict }) => verdict)).toEqual(['violated', 'unknown']);
    expect(report.properties[1]!.why).toContain('"by none" is true of the first alone');
    expect(verdictLine(report)).toMatch(/; states with one key are one state$/);
    expect(verdictLine(await check(model))).toMatch(/; states with one key are one state$/);
    const alike = {
      ...model,
      properties: model.properties.slice(0, 1).concat({ name: 'known', kind: 'always', holds: () => true }),
    };
    const told = await check(alike, { keepGoing: true });
    expect(told.properties.map(({ verdict }) => verdict)).toEqual(['violated', 'holds']);
    expect(verdictLine(told)).toMatch(/; states with one key are one state, and all of them are alike$/);
  });

  test('rests on a symmetry that was looked at on a part of the space, and says so', async () => {
    const [size, most] = [3, 60];
    const model: Model<ReadonlyArray<number>, number> = {
      name: 'counters',
      initial: [Array.from({ length: size }, () => 0)],
      actions: (counts) => [...counts.keys()],
      next: (counts, at) => (counts[at]! < most ? counts.map((n, i) => (i === at ? n + 1 : n)) : undefined),
      label: (at) => ({ family: 'count', args: [at] }),
      symmetry: [([a, b, c]) => [b!, a!, c!], ([a, b, c]) => [b!, c!, a!]],
      properties: [
        { name: 'not all', kind: 'always', holds: (counts) => counts.some((n) => n < most) },
        { name: 'not this one', kind: 'always', holds: ([a, b, c]) => !(a === 33 && b === 7 && c === 55) },
      ],
    };
    const report = await check(model, { keepGoing: true, symmetry: true });
    expect(verdictLine(report)).toMatch(
      /; exact if that keeps steps and properties, as it does on the \d+ states audited, and if the model's functions are pure$/,
    );
  });
});

describe('a symmetry that is closed only once the search is over', () => {
  afterEach(() => void vi.restoreAllMocks());

  test('the verdict says that there may be fewer states', () => {
    const late = 40;
    interface Rising {
      readonly time: number;
      readonly leaves: ReadonlyArray<number>;
    }
    const model: Model<Rising, number> = {
      name: 'late',
      initial: [{ time: 0, leaves: [0, 0, 0, 0] }],
      actions: () => [-1, 0, 1, 2, 3],
      next: ({ time, leaves }, at) => {
        if (at < 0) return time < late ? { time: time + 1, leaves } : undefined;
        return time === late && leaves[at] === 0 ? { time, leaves: leaves.map((leaf, i) => (i === at ? 1 : leaf)) } : undefined;
      },
      label: (at) => ({ family: at < 0 ? 'tick' : 'rise', args: [at] }),
      symmetry: [
        ({ time, leaves: [a, b, c, d] }) => ({ time, leaves: [b!, a!, c!, d!] }),
        ({ time, leaves: [a, b, c, d] }) => ({ time, leaves: [b!, c!, d!, a!] }),
      ],
      properties: [{ name: 'in time', kind: 'always', holds: ({ time }) => time <= late }],
    };
    expect(verdictLine(checkSync(model, { symmetry: true }))).toMatch(/^holds: all 45 states, .*; exact$/);
    // The audit before the search is out of time at its first look at the clock; the search has as much as it wants.
    const now = performance.now.bind(performance);
    let looks = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => now() + (++looks > 6 ? 6_000 : 0));
    const report = checkSync(model, { symmetry: true });
    expect(report).toMatchObject({ verdict: 'holds', counts: { distinct: 52 }, audited: { reduction: { open: true } } });
    expect(verdictLine(report)).toMatch(/; no more states than that, for the symmetry was closed only after the search$/);
  });
});

test('a deadlock by a key that takes a state with steps for one without is none: refused', async () => {
  const [mark, gate] = [slot('mark', 'mark', 'a'), slot('gate', 'gate', 0)];
  const model: ComponentModel = {
    name: 'gates',
    slots: [mark, gate],
    interactions: [
      interaction({
        label: { family: 'pass', args: [] },
        slots: [gate],
        writes: [0],
        step: (n) => (n === 0 ? [{ next: [1] }] : []),
      }),
      interaction({
        label: { family: 'turn', args: [] },
        slots: [mark, gate],
        writes: [0],
        step: (text, n) => (n === 1 && text === 'a' ? [{ next: ['b', n] }] : []),
      }),
      interaction({
        label: { family: 'rise', args: [] },
        slots: [mark, gate],
        writes: [1],
        step: (text, n) => (n < 3 && text === 'b' ? [{ next: [text, n + 1] }] : []),
      }),
    ],
    properties: [{ name: 'no end', kind: 'noDeadlock', final: [over([gate], (n) => n === 3)] }],
    key: (kind: string, local: never) => (kind === 'mark' ? 'any' : String(local)),
  };
  expect((await check(toModel({ ...model, key: (_: string, local: never) => String(local) }))).verdict).toBe('holds');
  for (const search of ['bfs', 'dfs', 'sweep'] as const)
    await expect(checkComponents({ ...model, progress: () => 0 }, { search })).rejects.toThrow(
      /are one state to the key|has steps/,
    );
});

describe('where a search that keeps no runs finds a violation, and a limit ends the one for the run', () => {
  afterEach(() => void vi.restoreAllMocks());

  test.each<readonly [string, Parameters<typeof checkComponents>[1]]>([
    ['by progress', { search: 'sweep' }],
    ['by hashes', { hashBits: 64 }],
  ])('%s: it is violated, and says why there is no run', async (_, options) => {
    const count = slot('count', 'count', 0);
    const last = 400;
    const now = performance.now.bind(performance);
    // Time stands still until the first search has come to the end; from then on each step takes long.
    let [isOver, late] = [false, 0];
    vi.spyOn(performance, 'now').mockImplementation(() => (isOver ? now() + late : 0));
    const model: ComponentModel = {
      name: 'counter',
      slots: [count],
      interactions: [
        interaction({
          label: { family: 'count', args: [] },
          slots: [count],
          writes: [0],
          step: (n) => {
            isOver ||= n === last - 1;
            late += 1_000;
            return n < last ? [{ next: [n + 1] }] : [];
          },
        }),
      ],
      properties: [{ name: 'few', kind: 'always', over: [over([count], (n) => n < last)] }],
      progress: (_kind: string, local: never) => local,
    };
    const { verdict, properties } = await checkComponents(model, { ...options, maxMemoryBytes: 1 });
    expect(verdict).toBe('violated');
    expect(properties[0]).toMatchObject({ verdict: 'violated', why: expect.stringContaining('stopped at a limit') as string });
    expect(properties[0]).not.toHaveProperty('trace');
  });
});
