/** A space that has no end is suspected, and one that has one is not. */
import { check, checkSync } from '#bayou/checker/check.js';
import { checkComponents } from '#bayou/checker/factored/check-components.js';
import { interaction, over, slot, type ComponentModel, type Model } from '#bayou/checker/model.js';
import { summaryLines } from '#bayou/checker/output/summary.js';
import type { Progress } from '#bayou/checker/report.js';
import { bayou } from '#bayou/model/system.js';
import { describe, expect, test } from 'vitest';
import { twoPhaseCommit } from '../../examples/models/two-phase-commit.js';
import { configured } from '../support/configs.js';

/** So many counters that only grow. */
const counters = (count: number): Model<ReadonlyArray<number>, number> => ({
  name: 'counters',
  initial: [Array<number>(count).fill(0)],
  actions: (state) => state.map((_, i) => i),
  next: (state, i) => state.with(i, state[i]! + 1),
  label: (i) => ({ family: 'count', args: [i] }),
  properties: [{ name: 'never below', kind: 'always', holds: (state) => state.every((n) => n >= 0) }],
});

/** A queue that takes two kinds of messages and has no bound. */
const queue: Model<string, string> = {
  name: 'queue',
  initial: [''],
  actions: () => ['a', 'b', 'take'],
  next: (state, action) => (action === 'take' ? (state === '' ? undefined : state.slice(1)) : state + action),
  label: (family) => ({ family, args: [] }),
  properties: [{ name: 'in order', kind: 'always', holds: () => true }],
};

const counter = slot('counter', 'counter', 0);
const components: ComponentModel = {
  name: 'counter',
  slots: [counter],
  interactions: [
    interaction({ label: { family: 'count', args: [] }, slots: [counter], writes: [0], step: (n) => [{ next: [n + 1] }] }),
  ],
  properties: [{ name: 'never below', kind: 'always', over: [over([counter], (n) => n >= 0)] }],
};

describe('without an end', () => {
  test.each([1, 2, 3])('%i counters', (count) => {
    const report = checkSync(counters(count), { maxStates: 40_000 });
    expect(report.verdict).toBe('bounded');
    expect(report.mayBeInfinite?.depth[1]).toBeGreaterThan(report.mayBeInfinite!.depth[0]);
  });

  test('a queue', () => expect(checkSync(queue, { maxStates: 40_000 }).mayBeInfinite).toBeDefined());

  test('by components, and a line says what was seen and what to do', async () => {
    const report = await checkComponents(components, { maxStates: 40_000 });
    expect(report.mayBeInfinite).toBeDefined();
    expect(summaryLines(report).at(-2)).toMatch(
      /^The space may be infinite: from [\d,]+ states to [\d,]+ the queue never fell \(1 to 1\), and depth grew from \d+ to \d+\. Bound it with a boundary in the model, or a limit on the depth\.$/,
    );
  });

  test('progress says it once it is seen', async () => {
    const seen: Progress[] = [];
    await check(counters(2), { maxStates: 40_000, progressEveryMs: 0, onProgress: (progress) => seen.push(progress) });
    expect(seen[0]?.mayBeInfinite).toBeUndefined();
    expect(seen.at(-1)?.mayBeInfinite).toBe(true);
  });

  test('depth first nothing is said: every such search is deep', () => {
    expect(checkSync(counters(2), { maxStates: 40_000, search: 'dfs' }).mayBeInfinite).toBeUndefined();
  });
});

describe('with an end', () => {
  test('a space that was searched to its end, or to a violation, is not suspected', () => {
    const bounded = { ...counters(1), boundary: ([n]: ReadonlyArray<number>) => n! < 5000 };
    expect(checkSync(bounded)).toMatchObject({ verdict: 'holds', counts: { distinct: 5001 } });
    expect(checkSync(bounded).mayBeInfinite).toBeUndefined();
    const broken = {
      ...counters(1),
      properties: [{ name: 'few', kind: 'always' as const, holds: ([n]: ReadonlyArray<number>) => n! < 5000 }],
    };
    expect(checkSync(broken)).toMatchObject({ verdict: 'violated' });
    expect(checkSync(broken).mayBeInfinite).toBeUndefined();
  });

  test.each([10_000, 20_000, 40_000, 50_000])('two-phase commit, stopped at %i of its 50,816 states', (maxStates) => {
    const report = checkSync(twoPhaseCommit(6), { maxStates });
    expect(report.stop.kind).toBe('states');
    expect(report.mayBeInfinite).toBeUndefined();
  });

  test.each([5_000, 20_000, 60_000, 100_000])(
    'the default configuration, stopped at %i of its 105,980 states',
    async (maxStates) => {
      const report = await checkComponents(bayou(configured('default')), { maxStates });
      expect(report.stop.kind).toBe('states');
      expect(report.mayBeInfinite).toBeUndefined();
    },
  );
});
