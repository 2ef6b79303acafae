import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DiskLogOptions } from '#bayou/impl/log/disk-log.js';
import { storeOf } from '#bayou/impl/replica.js';
import { withDirectory } from './support/log-image.js';
import { openKillable, type Killable } from './support/killable.js';
import { putOf } from './support/puts.js';
import { TOOLS } from './support/tools.js';
import { seedOr } from '../support/seeds.js';
import { right } from '../support/right.js';

let clientTime = 0;

/** Puts so many keys; every one is acknowledged. */
const put = ({ replica }: Killable, count: number): string[] => {
  const stamps: string[] = [];
  for (let i = 0; i < count; i++) {
    replica.handle(putOf(++clientTime, `k${i % 3}`, `v${clientTime}`), (answer) => {
      if (answer.type === 'accepted') stamps.push(`${answer.stamp.t}@${answer.stamp.r}`);
    });
  }
  return stamps;
};

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const open = async (directory: string, options: DiskLogOptions = {}, owner = {}): Promise<Killable> =>
  right(await openKillable(directory, options, owner));

const stop = async (log: Killable, how: 'close' | 'kill'): Promise<void> => {
  if (how === 'close') right(await log.replica.close());
  else await log.kill();
};

describe('the same replica goes on (R7)', () => {
  test.each(['close', 'kill'] as const)('after %s, again and again, also through a link to its folder', (how) =>
    withDirectory(async (root) => {
      const folder = join(root, 'data');
      symlinkSync(folder, join(root, 'link'));
      for (let again = 0; again < 4; again++) {
        const log = await open(join(root, again % 2 === 0 ? 'data' : 'link'), { sealMs: again * 1000 });
        expect([log.replica.found, log.replica.replica.id]).toEqual([again === 0 ? 'fresh' : 'whole', '1.0']);
        put(log, 5);
        await nextTurn();
        await stop(log, how);
      }
    }),
  );

  test('while somebody only reads its files', () =>
    withDirectory(async (root) => {
      const log = await open(join(root, 'data'));
      put(log, 5);
      execFileSync('cp', ['-a', join(root, 'data'), join(root, 'copy')]);
      execFileSync('tar', ['-C', root, '-cf', join(root, 'a.tar'), 'data']);
      await nextTurn();
      await log.kill();
      const again = await open(join(root, 'data'));
      expect(again.replica.found).toBe('whole');
      await again.kill();
    }));
});

/** When a copy was made, how much came after it, how the server ended. */
const history = fc.record({
  tool: fc.constantFrom(...Object.keys(TOOLS)),
  copied: fc.constantFrom('running', 'killed', 'closed'),
  fsync: fc.boolean(),
  before: fc.integer({ min: 0, max: 6 }),
  after: fc.integer({ min: 1, max: 6 }),
  end: fc.constantFrom('close' as const, 'kill' as const),
  sealMs: fc.constantFrom(0, 60_000),
});

test('an older copy that is put back, whenever and however, goes on as a new replica with the writes that it has (R7a, V10)', async () => {
  let notBelieved = 0;
  await fc.assert(
    fc.asyncProperty(history, (h) =>
      withDirectory(async (root) => {
        const [folder, copy] = [join(root, 'data'), join(root, 'copy')];
        // A copy of a running server that is younger than the last seal, and written over in place by what keeps no times: the docs say so.
        fc.pre(h.tool !== 'rsync -rc --inplace --delete' || h.copied !== 'running' || h.sealMs === 0);
        const options = { fsync: h.fsync, sealMs: h.sealMs, takeInCount: 4, fileBytes: 600 };
        let log = await open(folder, options);
        put(log, h.before);
        await nextTurn();
        if (h.copied !== 'running') await stop(log, h.copied === 'closed' ? 'close' : 'kill');
        execFileSync('cp', ['-a', folder, copy]);
        if (h.copied !== 'running') log = await open(folder, options);
        const stamps = put(log, h.after);
        for (let i = 0; i < 20 && (log.replica.waiting > 0 || i < 3); i++) await nextTurn();
        const store = [...storeOf(log.replica.replica)];
        await stop(log, h.end);
        TOOLS[h.tool]!(copy, folder);
        const opened = await openKillable(folder, options);
        if (E.isLeft(opened)) {
          // A tool that does not copy files that look alike may mix two copies into a log that nobody can read.
          expect([opened.left.type, h.tool]).toEqual(['damaged', expect.stringMatching(/^rsync/) as string]);
          return;
        }
        const back = opened.right;
        if (back.replica.found === 'whole') {
          // Such a tool may also leave every file of the log as it was.
          expect([h.tool, [...storeOf(back.replica.replica)]]).toEqual([expect.stringMatching(/^rsync -a/) as string, store]);
          await back.kill();
          return;
        }
        notBelieved++;
        expect(back.replica.found).not.toBe('fresh');
        expect(back.replica.note).toMatch(/^\w+ .*[^.]$/);
        const id = back.replica.replica.id;
        expect(id).not.toBe(log.replica.replica.id);
        const again = put(back, 3);
        await nextTurn();
        for (const stamp of again) expect(stamps).not.toContain(stamp);
        await back.kill();
        const later = await open(folder, options);
        expect([later.replica.found, later.replica.replica.id]).toEqual(['whole', id]);
        await later.replica.close();
      }),
    ),
    { numRuns: 60, seed: seedOr(7) },
  );
  expect(notBelieved).toBeGreaterThan(40);
});

describe('what else shows that a log is not in its place (R7a)', () => {
  const cases: Record<string, { readonly note: RegExp; readonly move: (root: string) => string; readonly machineId?: string }> = {
    'its folder has another name': {
      note: /^was last written in .*data and is in .*moved$/,
      move: (root) => {
        renameSync(join(root, 'data'), join(root, 'moved'));
        return join(root, 'moved');
      },
    },
    'its machine is another': {
      note: /^was last written on another machine$/,
      move: (root) => join(root, 'data'),
      machineId: 'b',
    },
    'an older journal was copied over its own': {
      note: /^lacks the last \d+ of the \d+ changes/,
      move: (root) => {
        const name = 'journal-0000000000000002.wal';
        const bytes = readFileSync(join(root, 'data', name));
        writeFileSync(join(root, 'data', name), bytes.subarray(0, 200));
        return join(root, 'data');
      },
    },
    'its replica.json is gone': {
      note: /^lacks its replica.json/,
      move: (root) => {
        rmSync(join(root, 'data', 'replica.json'));
        return join(root, 'data');
      },
    },
  };
  test.each(Object.entries(cases))('%s', (_, { note, move, machineId }) =>
    withDirectory(async (root) => {
      const log = await open(join(root, 'data'), { machineId: 'a' });
      put(log, 5);
      await nextTurn();
      await log.kill();
      const back = await open(move(root), { machineId: machineId ?? 'a' });
      expect(back.replica.note).toMatch(note);
      expect(back.replica.replica.id).not.toBe('1.0');
      await back.kill();
    }),
  );

  test('a new incarnation is taken when it is asked for, with everything that there is', () =>
    withDirectory(async (root) => {
      const log = await open(join(root, 'data'));
      put(log, 5);
      await nextTurn();
      const store = [...storeOf(log.replica.replica)];
      await log.replica.close();
      const back = await open(join(root, 'data'), {}, { newIncarnation: true });
      expect([back.replica.found, [...storeOf(back.replica.replica)]]).toEqual(['asked', store]);
      expect(back.replica.replica.id).not.toBe('1.0');
      await back.kill();
    }));

  test('files of another log are not taken for its own', () =>
    withDirectory(async (root) => {
      for (const name of ['data', 'other']) {
        const log = await open(join(root, name));
        put(log, 5);
        await nextTurn();
        await log.kill();
      }
      mkdirSync(join(root, 'data'), { recursive: true });
      const name = 'journal-0000000000000002.wal';
      writeFileSync(join(root, 'data', 'journal-0000000000000007.wal'), readFileSync(join(root, 'other', name)));
      const opened = await openKillable(join(root, 'data'));
      expect(opened).toMatchObject({
        left: { type: 'damaged', message: expect.stringContaining('belongs to another log') as string },
      });
    }));
});
