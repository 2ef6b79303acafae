/** A fault of a function that is given a value of no state, or of another state than that where the search is, names the value; and comes with the run. */
import { expect, test } from 'vitest';
import { check, simulate } from '#bayou/checker/check.js';
import { CheckerError } from '#bayou/checker/error.js';
import type { Model } from '#bayou/checker/model.js';
import type { CheckOptions } from '#bayou/checker/options.js';
import { sampleRuns } from '#bayou/checker/runs/sample.js';

interface Count {
  readonly n: number;
}

const counter = (more: Partial<Model<Count, string>>): Model<Count, string> => ({
  name: 'counter',
  initial: [{ n: 0 }],
  actions: ({ n }) => (n < 5 ? ['inc'] : []),
  next: ({ n }) => ({ n: n + 1 }),
  label: (action) => ({ family: action, args: [] }),
  properties: [{ name: 'below 5', kind: 'always', holds: ({ n }) => n < 5 }],
  ...more,
});

const faulty =
  <T>(given: (state: Count) => T) =>
  (state: Count): T => {
    if (state.n === 3) throw new Error('boom');
    return given(state);
  };

const same = faulty((state) => state);

const faultOf = async (run: () => unknown): Promise<CheckerError> => {
  try {
    await run();
  } catch (error) {
    if (error instanceof CheckerError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
};

test.each<[string, Partial<Model<Count, string>>, CheckOptions, steps: number | undefined]>([
  ['key', { key: faulty(({ n }) => String(n)) }, {}, 2],
  ['normalize', { normalize: same }, { normalize: true }, 2],
  ['symmetry[0]', { symmetry: [same] }, { symmetry: true }, 2],
  ['progress', { progress: faulty(({ n }) => n) }, { search: 'sweep' }, undefined],
  ['show', { show: faulty(({ n }) => ({ n: String(n) })) }, {}, undefined],
  ['parts', { parts: faulty(({ n }) => ({ n })) }, {}, undefined],
])('%s', async (name, more, options, steps) => {
  const { message, trace } = await faultOf(() => check(counter(more), options));
  expect(message).toMatch(new RegExp(`^${name.replace('[', '\\[').replace(']', '\\]')} of \\{ n: 3 \\} threw Error: boom`));
  expect(trace?.steps.length).toBe(steps);
});

test('a random run on which a function is at fault is told', async () => {
  const model = counter({
    actions: faulty(({ n }) => (n < 5 ? ['inc'] : [])),
    properties: [{ name: 'p', kind: 'always', holds: () => true }],
  });
  for (const run of [() => sampleRuns(model, { runs: 1, length: 10, seed: 1 }), () => simulate(model, { seed: 1 })]) {
    const { message, trace } = await faultOf(run);
    expect(message).toMatch(/^actions threw Error: boom .*\(after 3 steps, n: 3\)$/);
    expect(trace?.steps).toHaveLength(3);
  }
});

test('a property that is at fault on a random run is told at the state of which it was asked', async () => {
  const model = counter({ properties: [{ name: 'p', kind: 'always', holds: faulty(() => true) }] });
  for (const run of [() => sampleRuns(model, { runs: 1, length: 10, seed: 1 }), () => simulate(model, { seed: 1 })])
    expect((await faultOf(run)).message).toMatch(/ threw Error: boom .*\(after 3 steps, n: 3\)$/);
});

test('a state that cannot be read is refused where it is shown', async () => {
  const model = counter({
    key: ({ n }) => String(n),
    next: ({ n }) => ({
      n: n + 1,
      get hidden(): number {
        throw new Error('boom');
      },
    }),
  });
  expect((await faultOf(() => check(model))).message).toMatch(
    /^a state cannot be shown: Error: boom: leave out what cannot be read/,
  );
});
