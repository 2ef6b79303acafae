import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Put } from '#bayou/core/messages.js';
import { snapshot, step } from '#bayou/impl/replica.js';
import { copyOpen, openLog, outcomeOf, withDirectory, withJournal } from './support/log-image.js';
import { putOf } from './support/puts.js';
import { seedOr } from '../support/seeds.js';

const put = (clientTime: number, key: string, value = `\u00ff${clientTime}`): Put => putOf(clientTime, key, value);

const journalsIn = (directory: string) => readdirSync(directory).filter((name) => name.startsWith('journal-'));

test('a kill at any point, with the journal ahead of LevelDB by as much as you like, loses nothing (R3, R10)', async () => {
  const options = fc.record({
    fileBytes: fc.constantFrom(100, 1000, 1_000_000),
    maxBehind: fc.constantFrom(1, 8, 1000),
    takeInMs: fc.constantFrom(1, 60_000),
  });
  const puts = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(options, fc.array(puts, { minLength: 1, maxLength: 3 }), (limits, lives) =>
      withDirectory(async (directory) => {
        let clientTime = 0;
        for (const [life, keys] of lives.entries()) {
          const { log, replica } = await openLog(join(directory, String(life)), withJournal(limits));
          for (const key of keys) await log.commit([step(replica, put(++clientTime, key)).append!]);
          const next = join(directory, String(life + 1));
          copyOpen(join(directory, String(life)), next);
          expect(await outcomeOf(next, withJournal(limits))).toEqual({
            found: 'whole',
            state: snapshot(replica),
          });
          await log.close();
        }
      }),
    ),
    { numRuns: 40, seed: seedOr(2) },
  );
});

test('journals are deleted once LevelDB has them; what is on disk follows the live data (R6)', () =>
  withDirectory(async (directory) => {
    const { log, replica } = await openLog(
      directory,
      withJournal({ fileBytes: 20_000, takeInMs: 1, takeInCount: 50, maxBehind: 100 }),
    );
    const value = 'x'.repeat(1000);
    for (let i = 1; i <= 2000; i++) await log.commit([step(replica, put(i, `k${i % 5}`, value)).append!]);
    expect(journalsIn(directory).length).toBeLessThanOrEqual(8);
    await log.close();
    const size = journalsIn(directory).reduce((sum, name) => sum + statSync(join(directory, name)).size, 0);
    expect(size).toBeLessThan(200_000);
    expect(await outcomeOf(directory, withJournal())).toEqual({ found: 'whole', state: snapshot(replica) });
  }));

test('with fsync, and back, the log is the same (R10)', () =>
  withDirectory(async (directory) => {
    let clientTime = 0;
    for (const fsync of [false, true, true, false, true]) {
      const { log, replica } = await openLog(directory, withJournal({ fsync }));
      await log.commit([step(replica, put(++clientTime, 'k')).append!, step(replica, put(++clientTime, 'l')).append!]);
      await log.close();
      expect(await outcomeOf(directory, withJournal({ fsync }))).toEqual({ found: 'whole', state: snapshot(replica) });
    }
  }));

test('after a restart of the machine both may have lost their ends: what is left is opened as a new replica (R7)', () =>
  withDirectory(async (directory) => {
    const [live, copy] = [join(directory, 'live'), join(directory, 'copy')];
    const before = withJournal({ bootId: 'before', takeInMs: 60_000 });
    const { log, replica } = await openLog(live, before);
    await log.commit([step(replica, put(1, 'k')).append!]);
    copyOpen(live, copy);
    await log.close();
    const outcome = await outcomeOf(copy, withJournal({ bootId: 'after' }));
    if ('error' in outcome) throw new Error(outcome.error.message);
    const { id, ...rest } = snapshot(replica);
    expect(outcome).toMatchObject({ found: 'rebooted', state: rest });
    expect(outcome.state.id).not.toBe(id);
  }));
