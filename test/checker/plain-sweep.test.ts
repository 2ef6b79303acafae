/** Plain models by a sweep: the same verdicts, counts and shortest runs as breadth first, whatever is freed on the way. */
import { check, checkSync } from '#bayou/checker/check.js';
import { CheckerError } from '#bayou/checker/error.js';
import type { Model } from '#bayou/checker/model.js';
import { expect, test } from 'vitest';
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
