import { describe, expect, test } from 'vitest';
import { runAll, runCase } from '../../conformance/io-faults/fault-runs.js';
import { right } from '../support/right.js';

/** The command that repeats a failure is in `npm run faults:io`'s report; `--seed`, `--batches` and `--fsync` are those of the title. */
describe('a fault at every call of a log to its disk, and another in the opening after it (R7, R10)', () => {
  test.each([
    { seed: 1, batches: 3, fsync: false },
    { seed: 2, batches: 3, fsync: true },
  ])(
    'seed $seed, $batches batches, fsync $fsync: nothing acknowledged is lost, nothing refused that can be opened',
    async (base) => {
      const all = right(await runAll(base));
      const { calls, tallies } = all;
      expect(calls).toBeGreaterThan(80);
      for (const { kind, runs, acknowledged } of tallies) {
        expect([kind, runs]).toEqual([kind, 2 * calls]);
        expect(acknowledged, kind).toBeGreaterThan(0);
      }
      expect(tallies.find(({ kind }) => kind === 'full')?.refusals).toMatchObject({ full: expect.any(Number) as number });
      expect(tallies.find(({ kind }) => kind === 'EIO')?.refusals).toMatchObject({ disk: expect.any(Number) as number });
    },
  );

  test('a disk that lies is noticed', async () => {
    const base = { seed: 1, batches: 3, fsync: false, openingFault: undefined };
    const { calls } = await runCase({ ...base, fault: undefined });
    let noticed = 0;
    for (let at = 1; at <= calls; at++) {
      const { wrong } = await runCase({ ...base, fault: { kind: 'lie', at, part: 0.3 } });
      if (wrong.length > 0) noticed++;
    }
    expect(noticed).toBeGreaterThan(5);
  });
});
