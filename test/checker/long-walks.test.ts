/** A random walk may be as long as one likes: limits and the signal end it, and do not wait for its end. */
import { simulate, simulateSync } from '#bayou/checker/check.js';
import type { Model } from '#bayou/checker/model.js';
import type { SimulateOptions } from '#bayou/checker/explicit/simulate.js';
import type { Report } from '#bayou/checker/report.js';
import { sampleRuns, sampleRunsSync } from '#bayou/checker/runs/sample.js';
import { describe, expect, test } from 'vitest';

const ENDLESS = 1_000_000_000;

/** A walk on a ring goes on for ever. `onStep` is told how many times `next` was called. */
const ring = (onStep: (calls: number) => void = () => undefined): Model<number, number> => {
  let calls = 0;
  return {
    name: 'ring',
    initial: [0],
    actions: () => [1, 2],
    next: (n, by) => {
      onStep(++calls);
      return (n + by) % 1000;
    },
    label: (by) => ({ family: 'go', args: [by] }),
    properties: [
      { name: 'in the ring', kind: 'always', holds: (n) => n < 1000 },
      { name: 'halfway', kind: 'sometimes', holds: (n) => n === 500 },
    ],
  };
};

const essence = ({ statistics: _, audited: __, ...rest }: Report): unknown => rest;

/** The one walk was begun, and what it saw is told. */
const tellsTheWalk = ({ bounds, counts, properties, coverage }: Report): void => {
  expect(bounds).toContainEqual(expect.stringMatching(/^1 random walk of /));
  expect(counts.depth).toBeGreaterThan(0);
  expect(coverage).toEqual([expect.objectContaining({ family: 'go', steps: counts.depth })]);
  expect(properties.map(({ verdict }) => verdict)).not.toContain('holds');
};

describe('within one walk', () => {
  const long: SimulateOptions = { traces: 1, traceLength: ENDLESS };

  test.each([1, 100, 50_000])('a signal that comes with call %i ends it', async (last) => {
    const controller = new AbortController();
    const model = ring((calls) => {
      if (calls >= last) controller.abort();
    });
    const report = await simulate(model, { ...long, signal: controller.signal });
    expect(report.stop).toEqual({ kind: 'interrupted' });
    tellsTheWalk(report);
  });

  test('the event loop runs, so that a signal can come', async () => {
    const controller = new AbortController();
    setImmediate(() => controller.abort());
    const report = await simulate(ring(), { ...long, signal: controller.signal });
    expect(report.stop).toEqual({ kind: 'interrupted' });
    tellsTheWalk(report);
  });

  test.each<SimulateOptions>([{ maxMs: 20 }, { maxMemoryBytes: 1 }])('a limit ends it: %o', async (limit) => {
    for (const report of [await simulate(ring(), { ...long, ...limit }), simulateSync(ring(), { ...long, ...limit })]) {
      expect(report).toMatchObject({ verdict: 'bounded', stop: { kind: limit.maxMs === undefined ? 'memory' : 'time' } });
      tellsTheWalk(report);
    }
  });

  test('progress is told', async () => {
    const controller = new AbortController();
    const depths: number[] = [];
    const onProgress = ({ depth }: { readonly depth: number }): void => {
      if (depths.push(depth) === 3) controller.abort();
    };
    await simulate(ring(), { ...long, signal: controller.signal, onProgress, progressEveryMs: 1 });
    expect(depths).toEqual([...new Set(depths)].sort((a, b) => a - b));
    expect(depths).toHaveLength(3);
  });
});

test('a long walk is the same with a pause and without one, and as long as it was asked to be', async () => {
  const options = { seed: 5, traces: 3, traceLength: 3000 };
  const report = simulateSync(ring(), options);
  expect(report.counts.depth).toBe(3000);
  expect(essence(await simulate(ring(), options))).toEqual(essence(report));
});

describe('a sample', () => {
  test.each([1, 100, 50_000])('is ended by a signal that comes with call %i, and a walk that is cut is no run', async (last) => {
    const controller = new AbortController();
    const model = ring((calls) => {
      if (calls >= last) controller.abort();
    });
    const asked = { runs: 1, length: ENDLESS, seed: 1, signal: controller.signal };
    expect(await sampleRuns(model, asked)).toEqual({ runs: [], broken: 0 });
  });

  test.each([
    ['one long walk', { runs: 1, length: ENDLESS }],
    ['many short ones', { runs: ENDLESS, length: 1 }],
  ])('lets the event loop run, so that a signal can come: %s', async (_, asked) => {
    const controller = new AbortController();
    setImmediate(() => controller.abort());
    const { runs } = await sampleRuns(ring(), { ...asked, seed: 1, signal: controller.signal });
    expect(runs.length).toBeLessThan(asked.runs);
  });

  test('keeps the runs that were whole before the signal', async () => {
    const controller = new AbortController();
    const model = ring((calls) => {
      if (calls === 10_000) controller.abort();
    });
    const { runs } = await sampleRuns(model, { runs: ENDLESS, length: 10, seed: 1, signal: controller.signal });
    expect(runs.length).toBeGreaterThan(0);
    expect(runs).toEqual(sampleRunsSync(ring(), { runs: runs.length, length: 10, seed: 1 }).runs);
  });

  test('is the same with a pause and without one, by its seed', async () => {
    const asked = { runs: 3, length: 3000, seed: 5 };
    const sample = sampleRunsSync(ring(), asked);
    expect(sample.runs.map(({ steps }) => steps.length)).toEqual([3000, 3000, 3000]);
    expect(await sampleRuns(ring(), asked)).toEqual(sample);
    expect(sampleRunsSync(ring(), { ...asked, seed: 6 })).not.toEqual(sample);
  });
});
