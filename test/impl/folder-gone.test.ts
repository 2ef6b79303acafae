/** A folder that goes, or in whose place another is put, while its server runs: nothing more is acknowledged, and the other one is let alone (R7a, R10). */
import { cpSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import { DurableReplica, openDurable } from '#bayou/impl/durable.js';
import { createDiskLog } from '#bayou/impl/log/disk-log.js';
import { openLevel, type OpenDatabase } from '#bayou/impl/log/level-directory.js';
import { storeOf } from '#bayou/impl/replica.js';
import { NODE } from '#bayou/ports/node.js';
import type { Timers } from '#bayou/ports/ports.js';
import { openKillable } from './support/killable.js';
import { withDirectory } from './support/log-image.js';
import { putOf } from './support/puts.js';
import { right } from '../support/right.js';
import { until } from '../support/until.js';

const LIMITS = { takeInCount: 20, fileBytes: 2_000, takeInMs: 2, sealMs: 1 };

const open = async (directory: string, fsync: boolean): Promise<DurableReplica> =>
  right(await openDurable(createDiskLog(directory, { fsync, ...LIMITS }), { server: 1 }));

const put = (replica: DurableReplica, n: number): Promise<string> =>
  new Promise((resolve) => replica.handle(putOf(n, `k${n}`, 'v'.repeat(100)), (answer) => resolve(answer.type)));

const puts = async (replica: DurableReplica, from: number, to: number): Promise<ReadonlySet<string>> => {
  const answers = new Set<string>();
  for (let n = from; n < to; n++) answers.add(await put(replica, n));
  return answers;
};

/** Every file's bytes. LevelDB's own log of what it did is nobody's data. */
const bytesOf = (directory: string): ReadonlyArray<readonly [string, string]> =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('LOG'))
    .map((entry) => [join(entry.parentPath, entry.name), readFileSync(join(entry.parentPath, entry.name), 'latin1')] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));

const WAYS: ReadonlyArray<readonly [string, (data: string, aside: string) => void]> = [
  ['removed', (data) => rmSync(data, { recursive: true })],
  ['moved', (data, aside) => renameSync(data, aside)],
  [
    'replaced by a copy',
    (data, aside) => {
      renameSync(data, aside);
      cpSync(aside, data, { recursive: true });
    },
  ],
  [
    'moved aside, and a copy of it put in its place by name',
    (data, aside) => {
      cpSync(data, aside, { recursive: true });
      rmSync(data, { recursive: true });
      renameSync(aside, data);
    },
  ],
];

describe.each([false, true])('with fsync %s, a folder that is', (fsync) => {
  test.each(WAYS)('%s', (_name, hurt) =>
    withDirectory(async (root) => {
      const [data, aside] = [join(root, 'data'), join(root, 'aside')];
      const old = await open(data, fsync);
      expect(await puts(old, 1, 60)).toEqual(new Set(['accepted']));
      hurt(data, aside);
      const there = (): ReadonlyArray<readonly [string, string]> => (readdirSync(root).includes('data') ? bytesOf(data) : []);
      const before = there();
      expect(await puts(old, 60, 160)).toEqual(new Set(['refused']));
      expect(old.failure?.message).toContain('was removed or moved, or another was put in its place while it ran');
      expect(E.isLeft(await old.close())).toBe(true);
      expect(there()).toEqual(before);
      if (before.length === 0) return;
      const next = await open(data, fsync);
      expect([...storeOf(next.replica)]).toHaveLength(59);
      expect(next.replica.id).not.toBe(old.replica.id);
      await next.close();
    }),
  );
});

/** How long a change waits for a seal, in a world whose timers act when they are told to. */
const SEAL_MS = 60_001;
/** A log that seals when it is closed, and takes nothing in before. */
const QUIET = { takeInMs: 60_000, sealMs: 60_000 };
const PUT_BACK = /before a restart put back what was moved; if it is gone, let another server pull all that this one has/;

/** A log whose seal is made when `seal` is called. */
const openToSeal = async (directory: string, fsync: boolean) => {
  const due: (() => void)[] = [];
  const after: Timers['after'] = (ms, act) => {
    if (ms === SEAL_MS) due.push(act);
    return { cancel: () => undefined };
  };
  const world = { ...NODE, timers: { ...NODE.timers, after } };
  const log = right(
    await openDurable(createDiskLog(directory, { fsync, takeInMs: 60_000, sealMs: SEAL_MS, world }), { server: 1 }),
  );
  return { log, seal: () => due.forEach((act) => act()) };
};

describe.each([false, true])('with fsync %s, nothing is put any more, and', (fsync) => {
  test.each(WAYS)('a folder that is %s is noticed by a look, by the seal that is due, and at the close', (_name, hurt) =>
    withDirectory(async (root) => {
      for (const by of ['look', 'seal', 'close']) {
        const [data, aside] = [join(root, by, 'data'), join(root, by, 'aside')];
        const { log, seal } = await openToSeal(data, fsync);
        await log.look();
        expect(await put(log, 1)).toBe('accepted');
        await log.look();
        expect(log.failure).toBeUndefined();
        hurt(data, aside);
        if (by === 'look') await log.look();
        if (by === 'seal') seal();
        if (by !== 'close')
          expect(log.failure).toMatchObject({ type: 'lost', message: expect.stringMatching(PUT_BACK) as string });
        expect(await log.close(), by).toMatchObject({ left: { type: 'lost' } });
      }
    }),
  );
});

test('a folder that was moved, and is back when the server stops, has everything: the close is none of a lost log', () =>
  withDirectory(async (root) => {
    const [data, aside] = [join(root, 'data'), join(root, 'aside')];
    const log = right(await openDurable(createDiskLog(data, QUIET), { server: 1 }));
    expect(await put(log, 1)).toBe('accepted');
    renameSync(data, aside);
    expect(await put(log, 2)).toBe('refused');
    expect(log.failure?.type).toBe('lost');
    renameSync(aside, data);
    right(await log.close());
    const next = await open(data, false);
    expect([...storeOf(next.replica)]).toContainEqual(['k1', 'v'.repeat(100)]);
    right(await next.close());
  }));

test('a folder that was moved while the database took changes in, and is back when the server stops, has everything too', () =>
  withDirectory(async (root) => {
    const [data, aside] = [join(root, 'data'), join(root, 'aside')];
    const due: (() => void)[] = [];
    const after: Timers['after'] = (ms, act) => {
      if (ms === 1234) due.push(act);
      return { cancel: () => undefined };
    };
    const world = { ...NODE, timers: { ...NODE.timers, after } };
    const log = right(await openDurable(createDiskLog(data, { sealMs: 60_000, takeInMs: 1234, world }), { server: 1 }));
    expect(await put(log, 1)).toBe('accepted');
    renameSync(data, aside);
    await log.look();
    for (const act of due) act();
    renameSync(aside, data);
    right(await log.close());
    const next = await open(data, false);
    expect(next.found).toBe('whole');
    expect([...storeOf(next.replica)]).toEqual([['k1', 'v'.repeat(100)]]);
    right(await next.close());
  }));

test('with fsync a seal that is due while a commit is under way follows it, whatever the clock on the wall says (R7a)', () =>
  withDirectory(async (root) => {
    const due: (() => void)[] = [];
    const after: Timers['after'] = (ms, act) => {
      if (ms === SEAL_MS) due.push(act);
      return { cancel: () => undefined };
    };
    let wall = 10_000_000;
    const world = { ...NODE, clock: { wallMs: () => (wall -= 1000), nowMs: () => 1 }, timers: { ...NODE.timers, after } };
    const openDatabase: OpenDatabase = async (path) => {
      const database = await openLevel(path);
      return {
        ...{ iterator: () => database.iterator(), close: () => database.close() },
        batch: (operations, options) => {
          const done = database.batch(operations, options);
          for (const act of due.splice(0)) act();
          return done;
        },
      };
    };
    const log = right(
      await openDurable(createDiskLog(root, { fsync: true, sealMs: SEAL_MS, world, openDatabase }), { server: 1 }),
    );
    const sealed = (): unknown => (JSON.parse(readFileSync(join(root, 'replica.json'), 'utf8')) as { last: unknown }).last;
    expect(await put(log, 1)).toBe('accepted');
    expect(sealed()).toBe(1);
    expect(await put(log, 2)).toBe('accepted');
    expect(sealed()).toBe(3);
    right(await log.close());
  }));

describe('a file of the journal that is', () => {
  test('removed while a taking-in is under way: the database gets what came since, too', () =>
    withDirectory(async (root) => {
      let release = (): void => undefined;
      let batches = 0;
      const openDatabase: OpenDatabase = async (path) => {
        const database = await openLevel(path);
        return {
          ...{ iterator: () => database.iterator(), close: () => database.close() },
          batch: async (operations, options) => {
            // The first batch is the opening's.
            if (++batches === 2) await new Promise<void>((resolve) => (release = resolve));
            await database.batch(operations, options);
          },
        };
      };
      const log = createDiskLog(root, { sealMs: 60_000, takeInMs: 60_000, takeInCount: 1, openDatabase });
      const replica = right(await openDurable(log, { server: 1 }));
      expect(await put(replica, 1)).toBe('accepted');
      expect(await put(replica, 2)).toBe('accepted');
      for (const name of readdirSync(root)) if (name.endsWith('.wal')) rmSync(join(root, name));
      await replica.look();
      expect(await put(replica, 3)).toBe('refused');
      release();
      await until(() => batches === 3);
      right(await replica.close());
      const next = await open(root, false);
      expect([...storeOf(next.replica)].map(([key]) => key)).toEqual(['k1', 'k2']);
      right(await next.close());
    }));

  const HURT: ReadonlyArray<readonly [string, (path: string) => void]> = [
    ['removed', (path) => rmSync(path)],
    [
      'replaced',
      (path) => {
        const bytes = readFileSync(path);
        rmSync(path);
        writeFileSync(path, bytes);
      },
    ],
  ];
  test.each(HURT)('%s under the server is noticed by a look; what was acknowledged is in the database at once', (_how, hurt) =>
    withDirectory(async (root) => {
      const log = right(await openKillable(root, { sealMs: 60_000 }));
      expect(await put(log.replica, 1)).toBe('accepted');
      for (const name of readdirSync(root)) if (name.endsWith('.wal')) hurt(join(root, name));
      await log.replica.look();
      expect(log.replica.failure?.message).toContain('is not the file that this server opened: it was removed or moved');
      expect(await put(log.replica, 2)).toBe('refused');
      await log.kill();
      const next = await open(root, false);
      expect([...storeOf(next.replica)]).toEqual([['k1', 'v'.repeat(100)]]);
      right(await next.close());
    }),
  );
});
