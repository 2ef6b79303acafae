/** Plain models by a sweep: the same verdicts, counts and shortest runs as breadth first, whatever is freed on the way. */
import { check, checkSync } from '#bayou/checker/check.js';
import { CheckerError } from '#bayou/checker/error.js';
import type { Model } from '#bayou/checker/model.js';
import { describe, expect, test } from 'vitest';
import { twoPhaseCommit, type TwoPhaseState } from '../../examples/models/two-phase-commit.js';

type Point = Readonly<Record<'a' | 'b', number>>;

/** Two counters up to 30, by ones and by twos. */
const grid: Model<Point, readonly ['a' | 'b', number]> = {
  name: 'grid',
  initial: [
    { a: 0, b: 0 },
    { a: 7, b: 0 },
    { a: 0, b: 0 },
  ],
  actions: () => (['a', 'b'] as const).flatMap((part) => [1, 2].map((by) => [part, by] as const)),
  next: (state, [part, by]) => (state[part] + by <= 30 ? { ...state, [part]: state[part] + by } : undefined),
  label: ([part, by]) => ({ family: part, args: [by] }),
  progress: ({ a, b }) => a + b,
  properties: [
    { name: 'not far', kind: 'always', holds: ({ a, b }) => a + b < 40 },
    { name: 'no long step at the top', kind: 'alwaysStep', holds: ({ a }, [, by]) => a < 25 || by === 1 },
    { name: 'some corner', kind: 'sometimes', holds: ({ a, b }) => a === 30 && b === 0 },
    { name: 'it ends', kind: 'noDeadlock', final: ({ a, b }) => a + b === 60 },
    { name: 'it comes to the end', kind: 'eventually', holds: ({ a, b }) => a + b === 60 },
    { name: 'what was half is whole', kind: 'leadsTo', from: ({ a }) => a === 15, to: ({ a }) => a === 30 },
  ],
};

const OPTIONS = [{}, { keepGoing: true, witnessTraces: true }, { properties: ['it comes to the end', 'what was half is whole'] }];

test.each(OPTIONS)('the verdicts and runs of breadth first: %j', async (options) => {
  const [bfs, sweep] = [checkSync(grid, options), await check(grid, { ...options, search: 'sweep' })];
  expect(sweep.search).toBe('sweep');
  if (options.keepGoing === true) {
    expect(sweep.counts).toEqual({ ...bfs.counts, depth: 0, completeDepth: 0 });
    expect(sweep.counts.distinct).toBe(31 * 31);
  }
  const told = ({ properties }: typeof bfs) =>
    properties.map(({ verdict, trace }) => [verdict, trace?.steps.length, trace?.shortest]);
  if (options.keepGoing === true || options.properties !== undefined) expect(told(sweep)).toEqual(told(bfs));
  expect(sweep.verdict).toBe(bfs.verdict);
});

test('two-phase commit has its published states', () => {
  const model = twoPhaseCommit(5);
  const progress = ({ votes, decisions }: TwoPhaseState): number => votes.filter(Boolean).length + decisions.length;
  expect(checkSync({ ...model, progress }, { search: 'sweep' })).toMatchObject({ verdict: 'holds', counts: { distinct: 8_832 } });
});

const faultOf = (model: Model<never, never>): CheckerError => {
  try {
    checkSync(model, { search: 'sweep' });
  } catch (error) {
    if (error instanceof CheckerError) return error;
  }
  throw new Error('no fault');
};

test('a step that lowers the progress is a fault', () => {
  const model = { ...grid, progress: ({ a, b }: Point) => (a === 9 ? 3 : a + b) };
  expect(faultOf(model as never).message).toMatch(
    /^a step lowers the progress from (\d+) to 3: it leads from \{ a: [78], b: \d+ \} to \{ a: 9, b: \d+ \}$/,
  );
});

test('a fault of the model is told with the run to it', () => {
  const model = {
    ...grid,
    actions: (state: Point) => {
      if (state.a === 3) throw new Error('three');
      return grid.actions(state);
    },
  };
  const fault = faultOf(model as never);
  expect(fault.message).toContain('actions threw Error: three');
  expect(fault.trace?.steps.length).toBe(2);
});

test.each([
  [{ maxDepth: 3 }, 'maxDepth: a sweep goes by progress and does not know depths; search bfs or dfs'],
  [{ hashBits: 64 }, 'hashBits: hash compaction and a sweep exclude each other'],
  [{ checkpoint: 'x' }, 'checkpoint: a sweep of a model without components is not kept; search bfs or dfs'],
  [{ resume: 'x' }, 'checkpoint: a sweep of a model without components is not kept; search bfs or dfs'],
])('what does not go with it is refused: %j', (options, line) => {
  expect(() => checkSync({ ...grid, properties: grid.properties.slice(0, 2) }, { ...options, search: 'sweep' })).toThrow(line);
});

test('a model without a measure, and one whose measure is none', () => {
  const { progress: _progress, ...bare } = grid;
  expect(() => checkSync(bare, { search: 'sweep' })).toThrow('search: grid declares no progress measure, which a sweep needs');
  expect(faultOf({ ...grid, progress: () => Number.NaN } as never).message).toContain(
    'what progress of { a: 0, b: 0 } gives: expected a finite number, but it is NaN',
  );
});

test('a limit on states', () => {
  const report = checkSync({ ...grid, properties: grid.properties.slice(3, 4) }, { search: 'sweep', maxStates: 100 });
  expect(report).toMatchObject({
    verdict: 'bounded',
    stop: { kind: 'states', limit: 100 },
    counts: { depth: 0, completeDepth: 0 },
  });
});

describe('a measure that is not the same for all states that are taken for one', () => {
  interface Ticking {
    readonly t: number;
    readonly done: boolean;
  }
  const ticking: Model<Ticking, 'tick' | 'end'> = {
    name: 'ticking',
    initial: [{ t: 0, done: false }],
    actions: ({ t, done }) => (done ? [] : t < 3 ? ['tick', 'end'] : ['end']),
    next: (state, action) => (action === 'tick' ? { ...state, t: state.t + 1 } : { ...state, done: true }),
    label: (action) => ({ family: action, args: [] }),
    progress: ({ t, done }) => t + (done ? 1 : 0),
    properties: [{ name: 'low', kind: 'always', holds: ({ t }) => t <= 3 }],
  };
  const normalize = (state: Ticking): Ticking => (state.done ? { ...state, t: 0 } : state);
  const key = ({ t, done }: Ticking): string => (done ? 'done' : `at ${t}`);
  const pair: Model<ReadonlyArray<number>, number> = {
    name: 'pair',
    initial: [[0, 0]],
    actions: () => [0, 1],
    next: (state, at) => (state[at]! < 3 ? state.with(at, state[at]! + 1) : undefined),
    label: (at) => ({ family: 'up', args: [at] }),
    progress: ([a, b]) => 10 * a! + b!,
    symmetry: [([a, b]) => [b!, a!]],
    properties: [{ name: 'low', kind: 'always', holds: ([a, b]) => a! + b! <= 6 }],
  };
  const ADVICE = 'a sweep needs one progress for all states that it takes for one; give the model such a progress, or search bfs';

  test.each([
    [{ ...ticking, normalize }, { normalize: true }, 5, 'normalize changes the progress of { t: 1, done: true } from 2 to 1'],
    [{ ...ticking, key }, {}, 5, 'the key takes { t: 1, done: true }, of progress 2, for a state of progress 1'],
    [pair, { symmetry: true }, 10, 'the symmetry changes the progress of [ 1, 0 ] from 10 to 1'],
  ])('is refused: %#', (model, options, distinct, line) => {
    const swept = (audit: boolean) => () =>
      checkSync(model as unknown as Model<never, never>, { ...options, search: 'sweep', audit });
    expect(checkSync(model as unknown as Model<never, never>, options).counts.distinct).toBe(distinct);
    expect(swept(false)).toThrow(new CheckerError('model', `${line}: ${ADVICE}`));
    expect(swept(true)).toThrow(`${line}: ${ADVICE}`);
  });

  test('is refused at once where the states have no end and their classes have one', () => {
    const turning: Model<Point, string> = {
      name: 'turning',
      initial: [{ a: 0, b: 0 }],
      actions: () => ['go'],
      next: ({ a, b }) => ({ a: a + 1, b: 1 - b }),
      label: (family) => ({ family, args: [] }),
      progress: ({ a }) => a,
      properties: [{ name: 'turns', kind: 'always', holds: ({ b }) => b < 2 }],
    };
    const normal = { ...turning, normalize: (state: Point): Point => ({ ...state, a: 0 }) };
    expect(() => checkSync(normal, { normalize: true, search: 'sweep' })).toThrow('normalize changes the progress of');
    expect(() => checkSync({ ...turning, key: ({ b }: Point) => `${b}` }, { search: 'sweep' })).toThrow('the key takes');
  });

  test('one that is the same for them is swept as breadth first', () => {
    const level = { ...ticking, normalize, key, progress: ({ t, done }: Ticking) => (done ? 9 : t) };
    for (const options of [{}, { normalize: true }])
      expect(checkSync(level, { ...options, search: 'sweep' })).toMatchObject({ verdict: 'holds', counts: { distinct: 5 } });
    const sum = { ...pair, progress: ([a, b]: ReadonlyArray<number>) => a! + b! };
    expect(checkSync(sum, { symmetry: true, search: 'sweep' }).counts.distinct).toBe(10);
  });
});
