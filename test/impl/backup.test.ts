import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import { backUp } from '#bayou/impl/log/backup.js';
import { NO_CHANGE } from '#bayou/impl/log/log.js';
import { storeOf } from '#bayou/impl/replica.js';
import { openKillable, type Killable } from './support/killable.js';
import { copyOpen, openLog, outcomeOf, withDirectory, withJournal } from './support/log-image.js';
import { putOf } from './support/puts.js';
import { right } from '../support/right.js';

const open = async (directory: string, fsync = false): Promise<Killable> =>
  right(await openKillable(directory, { fsync, takeInCount: 20, fileBytes: 2000, takeInMs: 2 }));

let clientTime = 0;
const put = ({ replica }: Killable, key: string): Promise<number> =>
  new Promise((resolve) => {
    const n = ++clientTime;
    replica.handle(putOf(n, key, `${n}`), () => resolve(n));
  });

describe('a backup (R7a)', () => {
  test.each([false, true])('of a running server has what was acknowledged before it began, fsync %s', (fsync) =>
    withDirectory(async (root) => {
      const log = await open(join(root, 'data'), fsync);
      const load = { goesOn: true };
      const last = new Map<string, number>();
      const writer = (async () => {
        for (let i = 0; load.goesOn; i++) {
          const key = `k${i % 7}`;
          last.set(key, await put(log, key));
          if (i % 5 === 0) await new Promise((resolve) => setImmediate(resolve));
        }
      })();
      for (let again = 0; again < 5; again++) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        const before = new Map(last);
        const to = join(root, `backup-${again}`);
        expect(await backUp(join(root, 'data'), to)).toMatchObject({ right: { server: 1 } });
        const outcome = await outcomeOf(to);
        if ('error' in outcome) throw new Error(outcome.error.message);
        const now = new Map(outcome.state.log.map((w) => [w.key, Number(w.value)]));
        for (const [key, n] of before) expect(now.get(key), key).toBeGreaterThanOrEqual(n);
        expect(outcome.found).toBe('moved');
      }
      load.goesOn = false;
      await writer;
      await log.kill();
      expect(readdirSync(join(root, 'data')).filter((name) => name.startsWith('.'))).toEqual([]);
      expect(await outcomeOf(join(root, 'data'), withJournal())).toMatchObject({ found: 'whole' });
    }),
  );

  test('is whole or fails, also when several are made at once, and what failed leaves nothing behind', () =>
    withDirectory(async (root) => {
      const log = await open(join(root, 'data'));
      for (let i = 0; i < 40; i++) await put(log, `k${i}`);
      for (let round = 0; round < 5; round++) {
        const folders = ['a', 'b', 'c'].map((name) => join(root, `${name}${round}`));
        const done = await Promise.all(folders.map((to) => backUp(join(root, 'data'), to)));
        expect(done).toEqual(folders.map(() => E.right({ server: 1, writes: 40 })));
      }
      writeFileSync(join(root, 'data', '.backup-0-left'), '');
      expect(E.isRight(await backUp(join(root, 'data'), join(root, 'last')))).toBe(true);
      expect(readdirSync(join(root, 'data')).filter((name) => name.startsWith('.backup'))).toEqual([]);
      await log.kill();
    }));

  test('is restored in place and elsewhere by putting it there: each time as a new replica with all that it had', () =>
    withDirectory(async (root) => {
      const [data, backup] = [join(root, 'data'), join(root, 'backup')];
      const log = await open(data);
      await put(log, 'a');
      const store = [...storeOf(log.replica.replica)];
      expect(await backUp(data, backup)).toEqual(E.right({ server: 1, writes: 1 }));
      await put(log, 'a');
      await log.kill();
      rmSync(data, { recursive: true });
      const ids = [];
      for (const place of [data, join(root, 'elsewhere'), join(root, 'again')]) {
        execFileSync('cp', ['-a', backup, place]);
        const back = await open(place);
        expect([back.replica.found, [...storeOf(back.replica.replica)]]).toEqual(['moved', store]);
        ids.push(back.replica.replica.id);
        await back.kill();
      }
      expect(new Set([...ids, '1.0']).size).toBe(4);
    }));

  test('is refused in one line where there is no log, or something else already', () =>
    withDirectory(async (root) => {
      mkdirSync(join(root, 'empty'));
      expect(await backUp(join(root, 'empty'), join(root, 'to'))).toEqual(E.left(`there is no log in ${join(root, 'empty')}`));
      expect(await backUp(join(root, 'none'), join(root, 'to'))).toEqual(E.left(`there is no log in ${join(root, 'none')}`));
      const log = await open(join(root, 'data'));
      writeFileSync(join(root, 'file'), '');
      mkdirSync(join(root, 'full/of'), { recursive: true });
      symlinkSync(join(root, 'data'), join(root, 'link'));
      const outcomes = { file: 'is there already', full: 'is there already' };
      const live = {
        data: 'in the folder of the log',
        'data/sub/sub': 'in the folder of the log',
        'link/x': 'in the folder of the log',
      };
      for (const [to, why] of Object.entries({ ...outcomes, ...live })) {
        expect(await backUp(join(root, 'data'), join(root, to))).toMatchObject({ left: expect.stringContaining(why) as string });
        expect(await backUp(join(root, 'link'), join(root, to))).toMatchObject({ left: expect.stringContaining(why) as string });
      }
      await log.kill();
    }));
});

test('a running replica that changes its identity has it after a restart, killed or closed, with a journal and with fsync (R7a)', () =>
  withDirectory(async (root) => {
    for (const fsync of [false, true]) {
      for (const close of [false, true]) {
        const directory = join(root, `${fsync}-${close}`);
        const make = withJournal({ fsync, takeInMs: 60_000 });
        const { log } = await openLog(directory, make);
        await log.commit([{ ...NO_CHANGE, replica: '1.77' }]);
        await log.commit([{ ...NO_CHANGE, vv: [['1.77', 1]], clock: 1 }]);
        if (!close) copyOpen(directory, `${directory}-killed`);
        await log.close();
        const outcome = await outcomeOf(close ? directory : `${directory}-killed`, make);
        expect(outcome).toMatchObject({ found: 'whole', state: { id: '1.77', vv: [['1.77', 1]] } });
      }
    }
  }));
