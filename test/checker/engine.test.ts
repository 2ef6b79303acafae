import { checkSync } from '#bayou/checker/check.js';
import { toModel } from '#bayou/checker/component-model/as-model.js';
import { checkComponents } from '#bayou/checker/factored/check-components.js';
import type { Report } from '#bayou/checker/report.js';
import { describe, expect, test } from 'vitest';
import { bayouS } from './fixtures/bayou-s.js';

const size = (servers: number, clients: number, keys: number, puts: number) => ({ servers, clients, keys, puts });

describe.each(['bfs', 'sweep'] as const)('bayou-s by %s', (search) => {
  test.each([
    [size(2, 1, 1, 2), 55],
    [size(2, 2, 1, 2), 689],
    [size(2, 2, 1, 3), 10_031],
    [size(3, 1, 1, 3), 5728],
    [size(3, 2, 1, 2), 6373],
    [size(2, 2, 2, 3), 110_677],
    [size(3, 2, 1, 3), 279_445],
  ])('%o has %i states', async (config, states) => {
    const report = await checkComponents(bayouS(config), { search });
    expect(report.counts).toMatchObject({ distinct: states, queue: 0 });
    expect(report.verdict).toBe('holds');
    expect(report.coverage.reduce((sum, { fresh }) => sum + fresh, 1)).toBe(states);
    expect(report.coverage.reduce((sum, { steps }) => sum + steps, 1)).toBe(report.counts.generated);
  });
});

test.each([
  [size(2, 2, 1, 3), 10],
  [size(3, 1, 1, 3), 10],
  [size(3, 2, 1, 2), 9],
  [size(2, 2, 2, 3), 11],
])('bayou-s %o is %i steps deep', async (config, depth) => {
  for (const search of ['bfs', 'sweep'] as const) {
    const report = await checkComponents(bayouS(config), { search });
    expect(report.counts).toMatchObject({ depth, completeDepth: depth });
    // Steps inside a group that go through the symmetry come back to it one depth after the other.
    const reduced = await checkComponents(bayouS(config), { search, symmetry: true });
    expect(reduced.counts.depth).toBe(depth);
  }
});

test.each([
  [size(2, 2, 2, 3), 27_670],
  [size(3, 2, 1, 3), 139_723],
])('bayou-s %o has %i states up to symmetry', async (config, states) => {
  const reports = await Promise.all(
    (['bfs', 'sweep'] as const).map((search) => checkComponents(bayouS(config), { search, symmetry: true })),
  );
  expect(reports.map((report) => report.counts.distinct)).toEqual([states, states]);
  expect(reports.map((report) => report.verdict)).toEqual(['holds', 'holds']);
});

const violations = (report: Report): ReadonlyArray<string> =>
  report.properties.filter(({ verdict }) => verdict === 'violated').map(({ name }) => name);

/** The lengths of the counterexamples. */
const lengths = (report: Report): ReadonlyArray<number | undefined> =>
  report.properties.filter(({ verdict }) => verdict === 'violated').map(({ trace }) => trace?.steps.length);

describe('V1, a put that ignores the session clock (R2)', () => {
  const config = { ...size(2, 2, 1, 3), seed: true };

  test.each([
    ['bfs', false],
    ['bfs', true],
    ['sweep', false],
    ['sweep', true],
  ] as const)('breaks a guarantee by %s (symmetry: %s), with a shortest trace', async (search, symmetry) => {
    const plain = checkSync(toModel(bayouS(config)), { keepGoing: true });
    const report = await checkComponents(bayouS(config), { search, symmetry, keepGoing: true });
    expect(violations(report)).toEqual(violations(plain));
    expect(violations(report)).toContain('MR');
    expect(lengths(report)).toEqual(lengths(plain));
    expect(report.verdict).toBe('violated');
  });

  test('stops at the first violation', async () => {
    const report = await checkComponents(bayouS(config));
    const plain = checkSync(toModel(bayouS(config)));
    expect(report.stop).toEqual({ kind: 'violation' });
    expect(Math.min(...lengths(report).map(Number))).toBe(Math.min(...lengths(plain).map(Number)));
  });
});
