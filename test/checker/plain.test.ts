import { checkSync } from '#bayou/checker/check.js';
import { describe, expect, test } from 'vitest';
import { twoPhaseCommit } from '../../examples/models/two-phase-commit.js';

describe('two-phase commit', () => {
  test.each([
    [3, 288],
    [5, 8832],
    [7, 296448],
  ])('has with %i resource managers %i states', (managers, states) => {
    const report = checkSync(twoPhaseCommit(managers));
    expect(report.counts.distinct).toBe(states);
    expect(report.verdict).toBe('holds');
  });
});
