/** `bayou backup` that is ended at any moment: what it leaves is a whole backup, or nothing that a server takes for one. BAYOU_SEED draws other moments. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backUp } from '#bayou/impl/log/backup.js';
import { openLog, outcomeOf, run, withDirectory, withJournal } from '../impl/support/log-image.js';
import { putOf } from '../impl/support/puts.js';
import { seedOr } from '../support/seeds.js';

const CLI = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const KEYS = 500;

const made = async (data: string): Promise<void> => {
  const { log, replica } = await openLog(data, withJournal({ takeInCount: 100 }));
  const puts = Array.from({ length: KEYS }, (_, i) => putOf(i + 1, `k${i}`, 'v'.repeat(2000)));
  await run(replica, puts, (a) => log.commit([a]));
  await log.close();
};

const left = (data: string): string[] => readdirSync(data).filter((name) => name.startsWith('.'));

test(
  'ended by a signal it leaves nothing, killed nothing that is taken for a backup; the next one is whole',
  () =>
    withDirectory(async (root) => {
      const data = join(root, 'data');
      await made(data);
      let n = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom('SIGTERM', 'SIGKILL', 'SIGINT'),
          fc.integer({ min: 150, max: 700 }),
          async (signal, ms) => {
            const to = join(root, `to${n++}`);
            const child = spawn(process.execPath, [CLI, 'backup', '--data-dir', data, '--to', to], { stdio: 'ignore' });
            const timer = setTimeout(() => child.kill(signal), ms);
            const [status, by] = (await once(child, 'exit')) as [number | null, string | null];
            clearTimeout(timer);
            expect([0, 130, 143, null]).toContain(status);
            if (signal !== 'SIGKILL' && by === null) {
              expect(existsSync(to), `status ${status}`).toBe(status === 0);
              expect(left(data)).toEqual([]);
            }
            if (existsSync(to) && readdirSync(to).length > 0) {
              const outcome = await outcomeOf(to);
              if ('error' in outcome) expect(outcome.error.message).toContain('a part of a backup that is not finished');
              else expect(outcome.state.log).toHaveLength(KEYS);
            }
            const again = join(root, `again${n}`);
            expect(await backUp(data, again)).toEqual({ _tag: 'Right', right: { server: 1, writes: KEYS } });
            expect(left(data)).toEqual([]);
          },
        ),
        { numRuns: 8, seed: seedOr(7) },
      );
    }),
  60_000,
);

test('a folder that has a part of a backup alone takes the next one, and is cleared of it', () =>
  withDirectory(async (root) => {
    const [data, to] = [join(root, 'data'), join(root, 'to')];
    await made(data);
    // No process has this id: it is above the greatest that Linux gives.
    mkdirSync(join(to, '.unfinished-backup-4194305-x'), { recursive: true });
    expect(await backUp(data, to)).toMatchObject({ right: { writes: KEYS } });
    expect(left(to)).toEqual([]);
    expect(await outcomeOf(to)).toMatchObject({ found: 'moved' });
  }));

test('an unwritable target is named, a source that is no folder has no log, and what was made is taken away', () =>
  withDirectory(async (root) => {
    const data = join(root, 'data');
    await made(data);
    expect(await backUp(data, '/proc/x/y')).toMatchObject({ left: expect.stringContaining('was made: /proc/x/y: ') as string });
    expect(await backUp(join(data, 'CURRENT'), join(root, 'to'))).toMatchObject({
      left: `there is no log in ${join(data, 'CURRENT')}`,
    });
    const stopped = AbortSignal.abort();
    expect(await backUp(data, join(root, 'to'), stopped)).toMatchObject({
      left: expect.stringContaining('it was stopped') as string,
    });
    expect(existsSync(join(root, 'to'))).toBe(false);
  }));
