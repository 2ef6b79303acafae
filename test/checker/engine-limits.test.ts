import { toModel } from '#bayou/checker/component-model/as-model.js';
import { checkSync, simulateSync } from '#bayou/checker/check.js';
import { checkComponents } from '#bayou/checker/factored/check-components.js';
import type { ComponentOptions } from '#bayou/checker/options.js';
import { CheckerError } from '#bayou/checker/error.js';
import { interaction, over, slot, type ComponentModel } from '#bayou/checker/model.js';
import type { Progress, Report } from '#bayou/checker/report.js';
import { describe, expect, test } from 'vitest';
import { bayouS } from './fixtures/bayou-s.js';

const config = { servers: 2, clients: 2, keys: 1, puts: 3 };
const STATES = 10_031;

/** The words of the error that a check is refused with. */
const refusal = async (model: ComponentModel, options: ComponentOptions): Promise<readonly [string, string]> => {
  try {
    await checkComponents(model, options);
  } catch (error) {
    if (error instanceof CheckerError) return [error.code, error.message];
    throw error;
  }
  return ['', 'not refused'];
};

const verdict = (report: Report, name: string): string | undefined =>
  report.properties.find((property) => property.name === name)?.verdict;

describe('limits', () => {
  test('a number of states', async () => {
    const report = await checkComponents(bayouS(config), { maxStates: 2000 });
    expect(report).toMatchObject({ verdict: 'bounded', stop: { kind: 'states', limit: 2000 } });
    expect(report.counts.distinct).toBeGreaterThanOrEqual(2000);
    expect(report.counts.distinct).toBeLessThan(STATES);
    expect(report.counts.queue).toBeGreaterThan(0);
    expect(verdict(report, 'CONV')).toBe('unknown');
  });

  // A limit stops a search only when the group of states, or the state, that it is at is finished.
  test.each([
    [{ search: 'bfs' }, 60],
    [{ search: 'sweep' }, 60],
    [{ search: 'bfs', hashBits: 64 }, 20],
    [{ search: 'dfs' }, 0],
    [{ search: 'dfs', hashBits: 64 }, 0],
  ] as const)('a number of states, exceeded by little: %o', async (options, most) => {
    for (const maxStates of [10, 500, 2000, 5000]) {
      const { counts, stop } = await checkComponents(bayouS(config), { ...options, maxStates });
      expect(stop).toEqual({ kind: 'states', limit: maxStates });
      expect(counts.distinct).toBeGreaterThanOrEqual(maxStates);
      expect(counts.distinct - maxStates).toBeLessThanOrEqual(most);
    }
  });

  test('a number of states, one state at a time and at random', () => {
    const model = toModel(bayouS(config));
    for (const maxStates of [10, 500, 2000]) {
      expect(checkSync(model, { maxStates }).counts.distinct - maxStates).toBeLessThanOrEqual(20);
      expect(checkSync(model, { maxStates, search: 'dfs' }).counts.distinct - maxStates).toBeLessThanOrEqual(20);
      const { counts, stop } = simulateSync(model, { maxStates });
      expect([counts.distinct, stop]).toEqual([maxStates, { kind: 'states', limit: maxStates }]);
    }
  });

  test('a depth: every state that near is expanded', async () => {
    const report = await checkComponents(bayouS(config), { maxDepth: 4 });
    const deeper = await checkComponents(bayouS(config), { maxDepth: 5 });
    expect(report).toMatchObject({ verdict: 'bounded', stop: { kind: 'depth', limit: 4 } });
    expect(report.counts).toMatchObject({ depth: 4, completeDepth: 3 });
    expect(deeper.counts.distinct - deeper.counts.queue).toBe(report.counts.distinct);
  });

  test('memory: a clean stop with what was covered', async () => {
    const limit = process.memoryUsage.rss() + (1 << 20);
    const report = await checkComponents(bayouS({ ...config, servers: 3, keys: 2, puts: 4 }), {
      maxMemoryBytes: limit,
      search: 'sweep',
    });
    expect(report).toMatchObject({ verdict: 'bounded', stop: { kind: 'memory', limit } });
    expect(report.counts.distinct).toBeGreaterThan(0);
  });

  test('the signal, while it runs', async () => {
    const stop = new AbortController();
    const seen: Progress[] = [];
    const report = await checkComponents(bayouS({ ...config, servers: 3, keys: 2 }), {
      signal: stop.signal,
      progressEveryMs: 1,
      onProgress: (progress) => {
        seen.push(progress);
        if (progress.distinct > 5000) stop.abort();
      },
    });
    expect(report).toMatchObject({ verdict: 'interrupted', stop: { kind: 'interrupted' } });
    expect(report.counts.distinct).toBeGreaterThan(5000);
    expect(seen.at(-1)?.queue).toBeGreaterThan(0);
  });
});

describe('a model that breaks its contract is refused', () => {
  const a = slot<number>('cell', 'a', 0);
  const b = slot<number>('cell', 'b', 0);
  const model = (part: Partial<ComponentModel>): ComponentModel => ({
    name: 'wrong',
    slots: [a, b],
    interactions: [],
    properties: [{ name: 'p', kind: 'always', over: [over([a], () => true)] }],
    ...part,
  });
  const label = { family: 'Step', args: ['a'] };

  test.each([
    [
      'writes what it only reads',
      model({
        interactions: [interaction({ label, slots: [a, b], writes: [0], step: (x, y) => (x > 2 ? [] : [{ next: [x, y + 1] }]) })],
      }),
      'Step a changes b, which is not among its writes',
    ],
    [
      'lowers its progress',
      model({
        interactions: [interaction({ label, slots: [a], writes: [0], step: (x) => [{ next: [x + 1] }] })],
        progress: (_kind, x: number) => -x,
      }),
      'Step a lowers the progress of a from 0 to -1',
    ],
    [
      'is enabled where its guard is false',
      model({
        interactions: [
          interaction({
            label,
            slots: [a],
            writes: [0],
            guard: over([a], (x) => x < 2),
            step: (x) => (x > 3 ? [] : [{ next: [x + 1] }]),
          }),
        ],
      }),
      'Step a is enabled where its guard is false',
    ],
    [
      'reports an unknown property',
      model({
        interactions: [
          interaction({ label, slots: [a], writes: [0], step: (x) => (x > 3 ? [] : [{ next: [x + 1], violates: ['what'] }]) }),
        ],
      }),
      'a step names the property what, which the model does not have',
    ],
    [
      'uses a slot that it does not list',
      model({ slots: [a], interactions: [interaction({ label, slots: [a, b], writes: [0], step: () => [] })] }),
      'Step a names the slot b, which the model does not list',
    ],
    [
      'has a permutation that does not keep the initial state',
      model({ symmetry: [{ name: 'up', slotTo: [0, 1], apply: (_kind, x: number) => x + 1 }] }),
      'symmetry[0] (up) does not keep the initial states: of {a: 0, b: 0} it makes {a: 1, b: 1}, which is none',
    ],
  ])('%s', async (_what, wrong, message) => {
    const [code, said] = await refusal(wrong, { symmetry: true });
    // The message may name the state in which the fault came up; the table has the message alone.
    expect([code, said.replace(/ \((?:in an initial state|after \d+ steps?), .*\)$/, '')]).toEqual(['model', message]);
  });

  test('an option that does not fit', async () => {
    expect(await refusal(model({}), { search: 'sweep' })).toEqual(['option', expect.stringContaining('no progress measure')]);
    expect(await refusal(model({}), { locals: ['z'] })).toEqual(['option', expect.stringContaining('no slot z')]);
  });
});
