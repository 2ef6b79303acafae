/** What is kept of how a check went on. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CheckLog } from '#bayou/cli/explore/check-log.js';

test('however long a check takes a few hundred samples are kept, in order, the first among them', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(100), { minLength: 1, maxLength: 3000 }), (steps) => {
      const log = new CheckLog();
      let distinct = 0;
      steps.forEach((more, i) => {
        distinct += more;
        log.add({ elapsedMs: i * 200, generated: 2 * distinct, distinct, perSecond: more, queue: 1, depth: i, bytes: 1000 });
      });
      const { samples } = log;
      expect(samples.length).toBeLessThan(240);
      expect(samples.length).toBeGreaterThanOrEqual(Math.min(steps.length, 119));
      expect(samples[0]).toMatchObject({ ms: 0, states: steps[0], depth: 0 });
      const times = samples.map(({ ms }) => ms);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
      expect(new Set(times).size).toBe(times.length);
    }),
    { numRuns: 50 },
  );
});

test('a search that goes on as one that knows no depth is no less deep for it', () => {
  const log = new CheckLog();
  const at = (elapsedMs: number, distinct: number, depth: number) =>
    log.add({ elapsedMs, distinct, generated: 0, perSecond: 0, queue: 0, depth, bytes: 0 });
  at(100, 10, 3);
  at(200, 20, 7);
  at(300, 30, 0);
  expect(log.samples.map(({ depth }) => depth)).toEqual([3, 7, 7]);
});

test('a second search, which counts its states anew, is no part of it', () => {
  const log = new CheckLog();
  const at = (elapsedMs: number, distinct: number) =>
    log.add({ elapsedMs, distinct, generated: 0, perSecond: 0, queue: 0, depth: 0, bytes: 0 });
  at(100, 10);
  at(200, 20);
  at(50, 5);
  at(300, 30);
  expect(log.samples.map(({ states }) => states)).toEqual([10, 20, 30]);
});
