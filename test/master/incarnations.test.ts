import { describe, expect, test } from 'vitest';
import { incarnationsFor } from '#bayou/master/incarnations.js';

describe('the incarnation of a server without a log (R7)', () => {
  test('is counted where logs are in memory, and end with the master', () => {
    const next = incarnationsFor(null);
    expect([next(0), next(0), next(1), next(0)]).toEqual([0, 1, 0, 2]);
  });

  test('is random where logs are in a folder, which logs from elsewhere may be put beside (R7a)', () => {
    const given = [incarnationsFor('data'), incarnationsFor('data')].flatMap((next) => [next(0), next(0), next(7)]);
    expect(new Set(given).size).toBe(6);
    for (const incarnation of given) expect(Number.isSafeInteger(incarnation) && incarnation > 2 ** 20).toBe(true);
  });
});
