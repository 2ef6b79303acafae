/** Sessions of the library in a simulated world (R11a, R14): the code of `connect`, judged by the soak's judge. */
import { describe, expect, it } from 'vitest';
import { runLibrary } from '../../conformance/simulation/library-run.js';

describe('sessions of the library in a simulated world', () => {
  it('keep what they promise, anew and from tokens old and new, and do the same for a seed', async () => {
    const runs = [];
    for (const seed of [1, 2]) {
      const run = await runLibrary(seed);
      expect(run.failures, `runLibrary(${seed})`).toEqual([]);
      runs.push(run);
    }
    for (const began of ['fresh', 'latest', 'old', 'twice', 'crashed'] as const)
      expect(
        runs.reduce((sum, { sessions }) => sum + sessions[began], 0),
        began,
      ).toBeGreaterThan(0);
    expect(Math.min(...runs.map(({ judged }) => judged.acknowledged))).toBeGreaterThan(100);
    const again = await runLibrary(1);
    expect([again.trace.hash(), again.judged]).toEqual([runs[0]!.trace.hash(), runs[0]!.judged]);
  });

  it('are found out where puts ignore what a session has seen (V1), and pulls have an older log than their vector (V2)', async () => {
    for (const faults of [{ originalClock: true }, { tornAnswer: true }]) {
      const { failures } = await runLibrary(1, { faults });
      expect(failures, JSON.stringify(faults)).not.toEqual([]);
    }
  });
});
