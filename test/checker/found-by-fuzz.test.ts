/** What random models have found, each as the smallest model that shows it. */
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { check, checkSync } from '#bayou/checker/check.js';
import { toModel } from '#bayou/checker/component-model/as-model.js';
import { internedModel } from '#bayou/checker/component-model/interned.js';
import { checkComponents } from '#bayou/checker/factored/check-components.js';
import { interaction, over, slot, type ComponentModel, type Model, type Property } from '#bayou/checker/model.js';
import { alone } from './support/alone.js';
import { stepper } from '#bayou/checker/runs/stepper.js';

/** Two of a kind that each go from 0 to 1. */
const pair = (): ComponentModel => {
  const [x, y] = [slot('leaf', 'x', 0), slot('leaf', 'y', 0)];
  const rise = (name: 'x' | 'y') =>
    interaction({
      label: { family: 'rise', args: [name] },
      slots: [name === 'x' ? x : y],
      writes: [0],
      step: (n: number) => (n === 0 ? [{ next: [1] }] : []),
    });
  return {
    name: 'pair',
    slots: [x, y],
    interactions: [rise('x'), rise('y')],
    properties: [{ name: 'both', kind: 'eventually', over: [over([x, y], (a: number, b: number) => a + b === 2)] }],
    symmetry: [{ name: 'turn', slotTo: [1, 0], apply: (_: string, local: never) => local }],
    key: (_: string, local: never) => String(local),
  };
};

test('a search sees nothing of what another search of the same model saw of its key', () => {
  const plain = toModel(pair());
  const verdicts = (symmetry: boolean): ReadonlyArray<string> =>
    checkSync(plain, { symmetry }).properties.map(({ verdict }) => verdict);
  expect(verdicts(false)).toEqual(['holds']);
  expect(verdicts(true)).toEqual(['unknown']);
  expect(verdicts(false)).toEqual(['holds']);
});

test('a sweep that ends with the last thing to be decided knows how far it came', async () => {
  const model: ComponentModel = { ...pair(), progress: () => 0, properties: [] };
  const [x] = model.slots;
  const low = { name: 'low', kind: 'always', over: [over([x!], (n) => n === 0)] } as const;
  const { counts, stop } = await checkComponents({ ...model, properties: [low] }, { search: 'sweep', keepGoing: true });
  expect(stop.kind).toBe('complete');
  expect(counts.completeDepth).toBe(counts.depth);
});

test('a witness that a normal form alone has is not reached', async () => {
  const x = slot('leaf', 'x', 0);
  const still: ComponentModel = {
    name: 'still',
    slots: [x],
    interactions: [alone('stay', x, (n: number) => [{ next: [n] }])],
    properties: [{ name: 'one', kind: 'sometimes', over: [over([x], (n: number) => n === 1)] }],
    normalize: () => 1,
  };
  const verdicts = async (normalize: boolean): Promise<ReadonlyArray<string>> =>
    (await checkComponents(still, { normalize, witnessTraces: true })).properties.map(({ verdict }) => verdict);
  expect(await verdicts(false)).toEqual(['not reached']);
  expect(await verdicts(true)).toEqual(['not reached']);
});

test('a run to a witness that a symmetry does not keep is not called shortest', async () => {
  const { key: _key, ...model } = pair();
  const [x] = model.slots;
  const up = { name: 'x is up', kind: 'sometimes', over: [over([x!], (n) => n === 1)] } as const;
  const { properties } = await checkComponents({ ...model, properties: [up] }, { symmetry: true, witnessTraces: true });
  const { verdict, trace } = properties[0]!;
  expect(verdict).toBe('reached');
  expect(trace?.shortest).toBe(false);
});

test('a run to a witness comes to it, or there is none: also where a symmetry does not keep it, and more is decided after it', async () => {
  const { key: _key, ...model } = pair();
  const [x, y] = model.slots;
  const properties = [
    { name: 'y is up', kind: 'sometimes', over: [over([y!], (n) => n === 1)] },
    { name: 'both are', kind: 'sometimes', over: [over([x!, y!], (a, b) => a === 1 && b === 1)] },
  ] as const;
  const report = await checkComponents({ ...model, properties }, { symmetry: true, witnessTraces: true, keepGoing: true });
  expect(report.properties.map(({ verdict }) => verdict)).toEqual(['reached', 'reached']);
  const [up, both] = report.properties.map(({ trace }) => trace?.steps.at(-1)?.state);
  expect(up?.['y'] ?? '1').toBe('1');
  expect(both).toEqual({ x: '1', y: '1' });
});

test('depth first with a limit, a run is found again also where a shorter way leads to another state of one key', () => {
  type State = readonly [place: string, how: 'long' | 'short'];
  const ways: Readonly<Record<string, ReadonlyArray<string>>> = {
    start: ['a', 'b'],
    a: ['end'],
    b: ['c'],
    c: ['d'],
    d: ['end'],
    end: [],
  };
  const model: Model<State, string> = {
    name: 'two ways',
    initial: [['start', 'short']],
    actions: ([place]) => ways[place]!,
    next: ([place], to) => [to, place === 'd' ? 'long' : 'short'],
    label: (to) => ({ family: to, args: [] }),
    key: ([place]) => place,
    properties: [
      { name: 'no end', kind: 'noDeadlock' },
      { name: 'not decided', kind: 'sometimes', holds: () => false },
    ],
  };
  const { verdict, trace } = checkSync(model, { search: 'dfs', maxDepth: 5, keepGoing: true }).properties[0]!;
  expect(verdict).toBe('violated');
  expect(trace?.steps.at(-1)?.label.family).toBe('end');
});

test('a limit of memory that the search is done before leaves the symmetry as it is', async () => {
  // The search looks at its limits once some time has gone by. On a clock that stands it never looks, however busy the machine is.
  vi.spyOn(performance, 'now').mockReturnValue(0);
  onTestFinished(() => void vi.restoreAllMocks());
  const LATE = 40;
  const late = slot('clock', 'late', 0);
  const leaves = ['a', 'b', 'c', 'd'].map((name) => slot('leaf', name, 0));
  const model: ComponentModel = {
    name: 'late',
    slots: [late, ...leaves],
    interactions: [
      alone('tick', late, (n: number) => (n < LATE ? [{ next: [n + 1] }] : [])),
      ...leaves.map((leaf) =>
        interaction({
          label: { family: 'rise', args: [leaf.name] },
          slots: [leaf, late],
          writes: [0, 1],
          step: (n: number, time: number) => (n === 0 && time === LATE ? [{ next: [1, time] }] : []),
        }),
      ),
    ],
    properties: [{ name: 'in time', kind: 'always', over: [over([late], (n: number) => n <= LATE)] }],
    // Generators: what is to be closed shows where the first leaf has risen.
    symmetry: [
      { name: 'swap', slotTo: [0, 2, 1, 3, 4], apply: (_: string, local: never) => local },
      { name: 'turn', slotTo: [0, 2, 3, 4, 1], apply: (_: string, local: never) => local },
    ],
  };
  for (const search of ['bfs', 'dfs'] as const) {
    const { stop, counts } = await checkComponents(model, { search, symmetry: true, maxMemoryBytes: 1 });
    expect(stop.kind).toBe('complete');
    expect(counts.distinct).toBe(LATE + 1 + leaves.length);
  }
});

describe('a state that is null', () => {
  const toNull: Model<string | null, string> = {
    name: 'to null',
    initial: ['a'],
    actions: (state) => [state === null ? 'stay' : 'go'],
    next: () => null,
    label: (action) => ({ family: action, args: [] }),
    properties: [{ name: 'b', kind: 'eventually', holds: (state) => state === 'b' }],
    symmetry: [(state) => state],
  };

  test('is gone on from where liveness is shown under symmetry', () => {
    const { trace } = checkSync(toNull, { symmetry: true }).properties[0]!;
    expect(trace?.steps.map(({ label }) => label.family)).toEqual(['go', 'stay']);
    expect(trace?.loop).toBe(1);
  });

  test('is gone on from step by step', () => {
    const there = stepper(toNull).take(0)!;
    expect(there.state).toBeNull();
    expect(there.choices.map(({ label }) => label.family)).toEqual(['stay']);
  });
});

describe('no function is given one value in two forms', () => {
  /** Sets of the same members are filled in the one order and the other. */
  const model = (told: Set<string>): Model<ReadonlySet<string>, string> => {
    const look = (state: ReadonlySet<string>): ReadonlySet<string> => {
      told.add([...state].join(''));
      return state;
    };
    const all = ['c', 'a', 'b'];
    return {
      name: 'sets',
      initial: [new Set(['c', 'a'])],
      actions: (state) => all.filter((name) => !look(state).has(name)),
      next: (state, name) => new Set([name, ...look(state)]),
      label: (name) => ({ family: 'put', args: [name] }),
      properties: [{ name: 'full', kind: 'eventually', holds: (state) => look(state).size === 3 }],
      progress: (state) => look(state).size,
      symmetry: [([first, ...rest]) => new Set([...rest, first!])],
    };
  };
  const asked = async (options: Parameters<typeof check>[1]): Promise<ReadonlyArray<string>> => {
    const told = new Set<string>();
    await check(model(told), options);
    return [...told].toSorted();
  };
  // The audit turns them round on purpose, which is how each order comes up where the search itself gives one.
  test.each([{ search: 'sweep' }, { symmetry: true }, {}] as const)('%j', async (options) => {
    const audited = ['ac', 'abc', 'ca', 'cba', 'bca'];
    expect(await asked(options)).toEqual(expect.arrayContaining(['abc', 'ac']));
    expect((await asked(options)).filter((order) => !audited.includes(order))).toEqual([]);
  });
});

test('a sweep does not say depths where steps come back to their own group through the symmetry', async () => {
  const [x, h, y] = [slot('leaf', 'x', 0), slot('hub', 'h', 0), slot('leaf', 'y', 0)];
  type Table = Readonly<Record<number, ReadonlyArray<readonly [number, number]>>>;
  /** By the hub's value and four times the leaf's: what both become. The step with `y` is the step with `x`, turned. */
  const go = (leaf: 'x' | 'y', table: Table) =>
    interaction({
      label: { family: 'go', args: [leaf] },
      slots: [h, leaf === 'x' ? x : y],
      writes: [0, 1],
      step: (hub: number, n: number) => (table[hub + 4 * n] ?? []).map((next) => ({ next })),
    });
  const turned = (n: number): number => [0, 2, 1, 3][n]!;
  const turnedTable = (table: Table): Table =>
    Object.fromEntries(
      Object.entries(table).map(([at, ways]) => {
        const [hub, n] = [Number(at) % 4, Math.floor(Number(at) / 4)];
        return [turned(hub) + 4 * n, ways.map(([to, m]) => [turned(to), m] as const)];
      }),
    );
  const table: Table = {
    ...{ 0: [[1, 1]], 1: [[1, 1]], 2: [[2, 1]], 3: [[3, 0]], 4: [[0, 2]], 5: [[1, 1]], 6: [[2, 2]], 7: [[2, 1]] },
    ...{ 8: [[1, 2], [2, 1]], 9: [[1, 2]], 10: [[2, 2], [2, 0]], 11: [[0, 1]] }, // prettier-ignore
  };
  const hear = alone('hear', h, (hub: number) => (hub === 1 || hub === 2 ? [{ next: [1] }, { next: [2] }] : []));
  const model: ComponentModel = {
    name: 'turned',
    slots: [x, h, y],
    interactions: [hear, go('x', table), go('y', turnedTable(table))],
    properties: [{ name: 'never', kind: 'sometimesStep' }],
    progress: (kind, local) => (kind === 'hub' ? [0, 3, 3, 0][local as number]! : 0),
    symmetry: [{ name: 'turn', slotTo: [2, 1, 0], apply: (kind, local) => (kind === 'hub' ? turned(local) : local) }],
  };
  const { counts } = await checkComponents(model, { search: 'bfs', symmetry: true });
  const swept = await checkComponents(model, { search: 'sweep', symmetry: true });
  expect(swept.counts.distinct).toBe(counts.distinct);
  expect([0, counts.depth]).toContain(swept.counts.depth);
});

test.each([undefined, (state: string) => state])(
  'what leads to something is triggered where an image of a kept state triggers it (key %s)',
  (key) => {
    const model: Model<string, string> = {
      name: 'sides',
      initial: ['middle'],
      actions: (state) => (state === 'middle' ? ['left', 'right'] : []),
      next: (_, side) => side,
      label: (side) => ({ family: 'go', args: [side] }),
      properties: ['left', 'right', 'up'].map((side) => ({
        name: side,
        kind: 'leadsTo',
        from: (state: string) => state === side,
        to: () => true,
      })),
      symmetry: [(state) => ({ middle: 'middle', left: 'right', right: 'left' })[state] ?? state],
      ...(key === undefined ? {} : { key }),
    };
    expect(checkSync(model).vacuity.neverTriggered).toEqual(['up']);
    // With a key of the model's own nobody knows what else it stands for.
    expect(checkSync(model, { symmetry: true }).vacuity.neverTriggered).toEqual(key === undefined ? ['up'] : []);
  },
);

test('of a quotient nothing is said that was never triggered: what it keeps is not what it stands for', () => {
  const model: Model<number, number> = {
    name: 'folded',
    initial: [0],
    actions: (state) => (state === 0 ? [2, 3] : []),
    next: (_, to) => to,
    label: () => ({ family: 'go', args: [] }),
    properties: [{ name: 'three', kind: 'leadsTo', from: (state) => state === 3, to: () => true }],
    normalize: (state) => (state === 3 ? 2 : state),
  };
  expect(checkSync(model).vacuity.neverTriggered).toEqual([]);
  expect(checkSync(model, { normalize: true }).vacuity.neverTriggered).toEqual([]);
});

describe('under exchanges of two, which together make images that none of them makes alone', () => {
  /** Each of three goes to each other. The symmetry says that `a` is like `b`, and `a` like `c`; the search keeps the first, `b`. */
  const three = (properties: Model<string, string>['properties']): Model<string, string> => ({
    name: 'three',
    initial: ['b', 'c', 'a'],
    actions: (state) => ['a', 'b', 'c'].filter((to) => to !== state),
    next: (_, to) => to,
    label: (to) => ({ family: 'go', args: [to] }),
    properties,
    symmetry: ['ab', 'ac'].map((pair) => (state) => (pair.includes(state) ? pair.replace(state, '') : state)),
  });

  test.each<Property<string, string>>([
    { name: 'settled', kind: 'eventuallyAlways', holds: (state) => state !== 'c' },
    { name: 'there', kind: 'eventually', holds: (state) => state !== 'c' },
    { name: 'answered', kind: 'leadsTo', from: (state) => state === 'c', to: () => false },
  ])('liveness that is not the same of all of them is not judged, $kind', (property) => {
    expect(checkSync(three([property])).properties[0]!.verdict).not.toBe('unknown');
    const { properties, vacuity } = checkSync(three([property]), { symmetry: true });
    expect(properties[0]).toMatchObject({
      verdict: 'unknown',
      why: expect.stringContaining('differs between a state') as string,
    });
    expect(vacuity.neverTriggered).toEqual([]);
  });

  const throwing = (kind: 'always' | 'eventuallyAlways', of: string): Model<string, string>['properties'][number] => ({
    name: 'known',
    kind,
    holds: (state) => {
      if (state === of) throw new Error(`no ${of}`);
      return true;
    },
  });

  test.each(['always', 'eventuallyAlways'] as const)('what throws of one of them is told with the run to it, %s', (kind) => {
    const model = three([throwing(kind, 'c')]);
    expect(() => checkSync(model, { symmetry: true })).toThrow(/threw Error: no c .*\(in an initial state, state: c\)$/);
  });

  test('what throws of a normal form that no step leads to is told with the run to the state of which it is one', () => {
    const { symmetry: _, ...model } = three([throwing('always', 'd')]);
    const folded = { ...model, normalize: (state: string): string => (state === 'c' ? 'd' : state) };
    expect(() => checkSync(folded, { normalize: true })).toThrow(
      /threw Error: no d .*, at the image {state: d} of a state that is reached \(in an initial state, state: c\)$/,
    );
  });
});

test.each(['bfs', 'dfs'] as const)(
  'a model that adds to a part of its states at each step is refused though it has no end: %s',
  (search) => {
    interface Log {
      readonly last: { n: number };
      readonly n: number;
    }
    const model: Model<Log, 'add'> = {
      name: 'log',
      initial: [{ last: { n: 0 }, n: 0 }],
      actions: () => ['add'],
      next: ({ last, n }) => {
        // At first it keeps to the contract, as long as each run is made on copies.
        if (n > 2_000) last.n = n;
        return { last: { ...last }, n: n + 1 };
      },
      label: (family) => ({ family, args: [] }),
      properties: [{ name: 'counted', kind: 'always', holds: ({ n }) => n >= 0 }],
    };
    // Should it not be noticed, the test ends at the limit.
    expect(() => checkSync(model, { search, maxStates: 40_000, maxDepth: 50_000 })).toThrow(/was changed|changes the state/);
  },
);

test('the search for a run may come where a model changes what JavaScript comes with: refused, and put back', async () => {
  const { stringify } = JSON;
  const [x, y] = [slot('n', 'x', 0), slot('late', 'y', 0)];
  const model: ComponentModel = {
    name: 'two ways',
    slots: [x, y],
    interactions: [
      alone('on', x, (n: number) => (n < 3 ? [{ next: [n + 1] }] : [])),
      alone('late', y, (n: number) => {
        // A sweep finds what is violated first, and comes here never; the search for the run does.
        if (n === 1) JSON.stringify = ((...args: Parameters<typeof stringify>) => stringify(...args)) as typeof stringify;
        return n < 2 ? [{ next: [n + 1] }] : [];
      }),
    ],
    properties: [{ name: 'few', kind: 'always', over: [over([x], (n: number) => n < 3)] }],
    progress: (kind, local) => (kind === 'late' ? local : 0),
  };
  await expect(checkComponents(model, { search: 'sweep' })).rejects.toThrow(/JSON\.stringify/);
  expect(JSON.stringify).toBe(stringify);
});

test('where a key takes for one what is not alike, of a model that is violated the violation alone is judged', async () => {
  const [x, y] = [slot('n', 'x', 3), slot('n', 'y', 0)];
  const model: ComponentModel = {
    name: 'false key',
    slots: [x, y],
    interactions: [
      // Only 0 goes on, to which 3 is alike by the key.
      alone('on', y, (n: number) => (n === 0 || n === 1 ? [{ next: [n + 1] }] : [])),
      alone('far', x, (n: number) => (n === 0 ? [{ next: [4], witnesses: ['far'] }] : [])),
    ],
    properties: [
      { name: 'far', kind: 'sometimesStep' },
      { name: 'small', kind: 'always', over: [over([y], (n: number) => n < 2)] },
    ],
    key: (_, local) => String((local as number) % 3),
  };
  const { verdict, properties } = await checkComponents({ ...model, slots: [y, x] }, { keepGoing: true });
  expect(verdict).toBe('violated');
  expect(properties).toMatchObject([
    { name: 'far', verdict: 'unknown', why: expect.stringContaining('the two are not alike') as string },
    { name: 'small', verdict: 'violated', trace: { shortest: false } },
  ]);
});

test('a search that stopped early reaches no witness that only the values of a false key have', async () => {
  const [x, y] = [slot('n', 'x', 3), slot('n', 'y', 0)];
  const model: ComponentModel = {
    name: 'stopped',
    slots: [y, x],
    interactions: [alone('on', y, (n: number) => [{ next: [n + 1] }])],
    // By the key 3 is 0, which `y` has first; `x` is never 0.
    properties: [{ name: 'none', kind: 'sometimes', over: [over([x], (n: number) => n === 0)] }],
    key: (_, local) => ((local as number) === 3 ? '0' : String(local)),
  };
  const { properties, stop } = await checkComponents(model, { maxDepth: 1 });
  expect(stop.kind).toBe('depth');
  expect(properties[0]).toMatchObject({ verdict: 'not reached' });
});

test('a search by numbers tells the run of what is violated with the values of the model, not with those that stand for them', async () => {
  /** Pairs of which the second is a mark that the key leaves out, and that each step changes. */
  const x = slot<ReadonlyArray<number>>('pair', 'x', [0, 0]);
  const model: ComponentModel = {
    name: 'marked',
    slots: [x],
    interactions: [
      alone('on', x, ([n, mark]: ReadonlyArray<number>) => (n! < 3 ? [{ next: [[mark === 1 ? n! + 1 : n!, 1 - mark!]] }] : [])),
      alone('over', x, ([n, mark]: ReadonlyArray<number>) => (n! < 3 ? [{ next: [[mark === 1 ? n! : n! + 1, 1 - mark!]] }] : [])),
    ],
    properties: [{ name: 'few', kind: 'always', over: [over([x], ([n]: ReadonlyArray<number>) => n! < 3)] }],
    key: (_, local) => String((local as ReadonlyArray<number>)[0]),
  };
  const { trace } = (await check(internedModel(model))).properties[0]!;
  expect(trace?.steps.map(({ state }) => state)).toEqual([{ x: '[1, 1]' }, { x: '[2, 0]' }, { x: '[3, 1]' }]);
});

test('a search by numbers that stopped early keeps its violation where a key takes only forms for one, with a run of the model', async () => {
  let turn = 0;
  const pair = (): Set<number> => new Set(turn++ % 2 === 0 ? [1, 2] : [2, 1]);
  const x = slot('state', 'x', { n: 0, pair: new Set([1, 2]) });
  const model: ComponentModel = {
    name: 'forms',
    slots: [x],
    interactions: [
      interaction({
        label: { family: 'on', args: [] },
        slots: [x],
        writes: [0],
        step: ({ n }: { readonly n: number }) => [{ next: [{ n: n + 1, pair: pair() }] }],
      }),
    ],
    properties: [
      { name: 'few', kind: 'always', over: [over([x], ({ n }: { readonly n: number }) => n < 4)] },
      { name: 'counted', kind: 'always', over: [over([x], ({ n }: { readonly n: number }) => n >= 0)] },
    ],
    key: (_, local) => String((local as { readonly n: number }).n),
  };
  const { properties, stop } = await check(internedModel(model), { maxDepth: 6, keepGoing: true });
  expect(stop.kind).toBe('depth');
  expect(properties[0]).toMatchObject({ verdict: 'violated' });
  expect(properties[0]!.trace?.steps).toHaveLength(4);
});

describe('where a key takes a state beyond the boundary for one within it', () => {
  const [x, y] = [slot('n', 'x', 0), slot('n', 'y', 0)];
  /** `y` is 2, beyond the boundary, from the start. By the key 2 is 0, which the checker meets first, and which is within it. */
  const outside = (property: ComponentModel['properties'][number], violates?: ReadonlyArray<string>): ComponentModel => ({
    name: 'outside',
    slots: [x, y],
    initial: [{ y: 2 }],
    interactions: [
      alone('on', x, (n: number) => (n === 0 ? [{ next: [1], ...(violates === undefined ? {} : { violates }) }] : [])),
    ],
    properties: [property],
    boundary: [over([y], (n: number) => n !== 2)],
    key: (_, local) => ((local as number) === 2 ? '0' : String(local)),
  });

  test.each([
    ['a step', outside({ name: 'none', kind: 'alwaysStep' }, ['none'])],
    ['a state', outside({ name: 'none', kind: 'always', over: [over([x], (n: number) => n === 0)] })],
    ['a deadlock', outside({ name: 'none', kind: 'noDeadlock' })],
  ])('no run to %s goes on beyond it', async (_, model) => {
    await expect(checkComponents(model, { locals: [] })).rejects.toThrow(
      /(of two states that the key takes for one, only one|are one state to the key, and the two are not alike: only the second) lies within the boundary/,
    );
  });

  test('no run ends at a deadlock in a state that may be the last', async () => {
    const { boundary: _, ...model } = outside({ name: 'none', kind: 'noDeadlock', final: [over([y], (n: number) => n === 2)] });
    await expect(checkComponents(model, { locals: [] })).rejects.toThrow(
      'are one state to the key, and the two are not alike: "none" lets only the first be the last',
    );
  });
});

test('a witness of a state that the search made up is open while the audit of the key has not come to its end', async () => {
  const [x, y, z] = [slot('n', 'x', 0), slot('n', 'y', 0), slot('n', 'z', 3)];
  /** By the key 2 is 1, which `x` comes to first. So the search has 1 where `y` comes to 2. Only `y` comes to 2, and never to 1. */
  const model: ComponentModel = {
    name: 'made up',
    slots: [x, y, z],
    interactions: [
      alone('x', x, (n: number) => (n === 0 ? [{ next: [1] }] : [])),
      alone('y', y, (n: number) => (n === 0 ? [{ next: [2] }] : [])),
      alone('z', z, (n: number) => (n < 20 ? [{ next: [n + 1] }] : [])),
    ],
    properties: [{ name: 'one', kind: 'sometimes', over: [over([y], (n: number) => n === 1)] }],
    key: (_, local) => String((local as number) === 2 ? 1 : local),
  };
  const verdict = async (options: object): Promise<unknown> => (await checkComponents(model, options)).properties[0]?.verdict;
  // The memory ends the audit, and not the search, which is over before it looks at its limits: on a clock that stands it never looks.
  vi.spyOn(performance, 'now').mockReturnValue(0);
  onTestFinished(() => void vi.restoreAllMocks());
  expect(await verdict({ maxMemoryBytes: 1 })).toBe('unknown');
  expect(await verdict({})).toBe('not reached');
});
