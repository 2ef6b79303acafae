import { checkSync, simulateSync } from '#bayou/checker/check.js';
import type { Model } from '#bayou/checker/model.js';
import type { CheckOptions } from '#bayou/checker/options.js';
import { showLabel, type Report } from '#bayou/checker/report.js';
import { summaryLines } from '#bayou/checker/output/summary.js';
import { describe, expect, test } from 'vitest';
import { peterson } from '../../examples/models/peterson.js';
import { philosophers } from '../../examples/models/philosophers.js';
import { twoPhaseCommit } from '../../examples/models/two-phase-commit.js';
import { waterJugs } from '../../examples/models/water-jugs.js';

export const propertyOf = (report: Report, name: string): Report['properties'][number] => {
  const found = report.properties.find((property) => property.name === name);
  if (found === undefined) throw new Error(`no property ${name}`);
  return found;
};

describe('two-phase commit', () => {
  // Lamport's TwoPhase.tla under TLC; 296,448 and the 2,744,706 generated states of 7 are also Stateright's.
  test.each([
    [3, 288],
    [5, 8832],
    [7, 296_448],
  ])('has with %i resource managers %i states', (managers, states) => {
    const report = checkSync(twoPhaseCommit(managers));
    expect(report.counts.distinct).toBe(states);
    expect(report.verdict).toBe('holds');
    expect(report.vacuity).toEqual({ neverEnabled: [], unreached: [], neverTriggered: [] });
    if (managers === 7) expect(report.counts.generated).toBe(2_744_706);
  });

  test.each(['bfs', 'dfs'] as const)('has the same states and verdict by %s', (search) => {
    const { counts, verdict, coverage } = checkSync(twoPhaseCommit(4), { search });
    expect(counts).toMatchObject({ distinct: 1568, queue: 0 });
    expect(verdict).toBe('holds');
    expect(coverage.reduce((sum, { fresh }) => sum + fresh, 1)).toBe(1568);
    expect(coverage.reduce((sum, { steps }) => sum + steps, 1)).toBe(counts.generated);
  });
});

describe('water jugs', () => {
  test('4 gallons take six steps', () => {
    const report = checkSync(waterJugs);
    const { verdict, trace } = propertyOf(report, 'nobody measures 4 gallons');
    expect(verdict).toBe('violated');
    expect(report.verdict).toBe('violated');
    expect(trace?.shortest).toBe(true);
    expect(trace?.steps.map(({ label }) => showLabel(label))).toHaveLength(6);
    expect(trace?.steps.at(-1)?.state).toEqual({ small: '3', big: '4' });
  });

  test('16 states in all', () => {
    expect(checkSync(waterJugs, { keepGoing: true, properties: [] }).counts).toMatchObject({ distinct: 16, generated: 97 });
  });

  test('depth-first finds an answer too, and does not call it shortest', () => {
    const { trace } = propertyOf(checkSync(waterJugs, { search: 'dfs' }), 'nobody measures 4 gallons');
    expect(trace?.shortest).toBe(false);
    expect(trace?.steps.at(-1)?.state['big']).toBe('4');
  });

  test.each(['bfs', 'dfs'] as const)('a depth limit of 5 is too little, of 6 enough (%s)', (search) => {
    const five = checkSync(waterJugs, { search, maxDepth: 5 });
    expect(five.verdict).toBe('bounded');
    expect(five.stop).toEqual({ kind: 'depth', limit: 5 });
    expect(propertyOf(five, 'nobody measures 4 gallons')).toMatchObject({ verdict: 'unknown' });
    expect(checkSync(waterJugs, { search, maxDepth: 6 }).verdict).toBe('violated');
  });
});

describe('Peterson', () => {
  test('excludes, never deadlocks and lets everybody in', () => {
    const report = checkSync(peterson());
    expect(report.verdict).toBe('holds');
    expect(report.properties.map(({ verdict }) => verdict)).toEqual(['holds', 'holds', 'holds', 'holds']);
  });

  test('without the turn both wait for ever', () => {
    const report = checkSync(peterson('broken'), { keepGoing: true });
    expect(propertyOf(report, 'at most one process is critical').verdict).toBe('holds');
    expect(propertyOf(report, 'some step can always be taken').trace?.steps).toHaveLength(4);
    expect(propertyOf(report, 'process 0 enters once it wants to').verdict).toBe('violated');
  });
});

describe('philosophers', () => {
  test('rude ones deadlock with every left fork taken', () => {
    const { verdict, trace } = propertyOf(checkSync(philosophers(3, 'rude')), 'they never all wait');
    expect(verdict).toBe('violated');
    expect(trace?.steps).toHaveLength(3);
  });

  test('polite ones may starve on a cycle', () => {
    const report = checkSync(philosophers(3, 'polite'));
    expect(propertyOf(report, 'they never all wait').verdict).toBe('holds');
    const { verdict, trace } = propertyOf(report, 'some day somebody eats');
    expect(verdict).toBe('violated');
    expect(trace?.loop).toBeDefined();
    expect(trace?.steps.slice(trace.loop).length).toBeGreaterThanOrEqual(6);
  });
});

describe('limits', () => {
  const options: ReadonlyArray<CheckOptions> = [
    { maxStates: 100 },
    { maxMemoryBytes: 1 },
    { maxMs: 0 },
    { signal: AbortSignal.abort() },
  ];
  test.each(options)('stop the search and say so: %o', (limits) => {
    const { verdict, stop, counts, properties } = checkSync(twoPhaseCommit(5), limits);
    expect(verdict).toBe(limits.signal === undefined ? 'bounded' : 'interrupted');
    expect(stop.kind).not.toBe('complete');
    expect(counts.queue).toBeGreaterThan(0);
    if (limits.signal !== undefined) expect(counts).toMatchObject({ distinct: 1, completeDepth: 0, depth: 0 });
    else expect(counts.completeDepth).toBeLessThan(counts.depth);
    expect(properties[0]).toMatchObject({ verdict: 'unknown', why: 'the search stopped before it had seen every state' });
  });
});

test('a family that the model does not declare is marked, and a simulation says that a boundary kept it', () => {
  const counter: Model<number, number> = {
    name: 'counter',
    initial: [0],
    actions: () => [1],
    next: (n) => n + 1,
    label: () => ({ family: 'up', args: [] }),
    boundary: (n) => n < 5,
    families: ['down'],
    properties: [{ name: 'anything', kind: 'always', holds: () => true }],
  };
  for (const report of [checkSync(counter), simulateSync(counter, { traces: 3 })]) {
    expect(report.coverage.map(({ family, isUndeclared }) => [family, isUndeclared])).toEqual([
      ['down', undefined],
      ['up', true],
    ]);
    expect(report.vacuity.neverEnabled).toEqual(['down']);
    expect(report.counts.cut).toBe(1);
    expect(report.bounds).toContain("within the model's boundary (1 state beyond it judged, not expanded)");
    expect(summaryLines(report)).toContain(
      `  up    ${report.verdict === 'holds' ? 5 : 15} steps, 5 new states (not among the families that the model declares)`,
    );
  }
});
