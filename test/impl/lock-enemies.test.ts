/** One folder, opened twice by every trick there is: one of them has it, or neither loses what was acknowledged (R7a, R10). */
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { nodeFiles, type Files } from '#bayou/impl/log/files.js';
import { storeOf } from '#bayou/impl/replica.js';
import { withDirectory } from './support/log-image.js';
import { open, put } from './support/guarded-log.js';

/** Opens the log, says who it is and what it has, and stays, or ends. `--no-lock`: passes every lock. */
const PROGRAM = `
  import { openDurable } from '#bayou/impl/durable.js';
  import { createDiskLog } from '#bayou/impl/log/disk-log.js';
  import { nodeFiles } from '#bayou/impl/log/files.js';
  import { storeOf } from '#bayou/impl/replica.js';
  import { socketGuard } from '#bayou/net/socket-guard.js';
  import { writeSync } from 'node:fs';
  const [directory, locks, end] = process.argv.slice(1);
  const files = locks === 'no-lock' ? { ...nodeFiles, lock: () => Promise.resolve(() => Promise.resolve()) } : nodeFiles;
  const opened = await openDurable(createDiskLog(directory, { guard: socketGuard, files }), { server: 1 });
  const said = opened._tag === 'Left'
    ? { refused: opened.left.type }
    : { replica: opened.right.replica.id, keys: storeOf(opened.right.replica).map(([key]) => key) };
  writeSync(1, JSON.stringify(said) + '\\n');
  if (end === 'ends' || opened._tag === 'Left') process.exit();
  setInterval(() => undefined, 1000);
`;
interface Said {
  readonly refused?: string;
  readonly replica?: string;
  readonly keys?: ReadonlyArray<string>;
}
const ARGS = ['--input-type=module', '-e', PROGRAM];

let children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  children = [];
});

const holder = async (directory: string): Promise<ChildProcess> => {
  const child = spawn(process.execPath, [...ARGS, directory, 'locks', 'stays'], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const said = JSON.parse(String(await once(child.stdout, 'data'))) as Said;
  expect(said.refused).toBeUndefined();
  return child;
};

/** What another process says that opens the log now; `around`: a command that starts it. */
const elsewhere = (directory: string, locks: 'locks' | 'no-lock' = 'locks', around: ReadonlyArray<string> = []): Said => {
  const [command = '', ...args]: ReadonlyArray<string> = [...around, process.execPath, ...ARGS, directory, locks, 'ends'];
  return JSON.parse(spawnSync(command, args, { encoding: 'utf8' }).stdout) as Said;
};

const works = (command: string, ...args: ReadonlyArray<string>): boolean =>
  spawnSync(command, args, { timeout: 20_000 }).status === 0;
const canMount = works(
  'unshare',
  '-m',
  'sh',
  '-c',
  'mkdir -p /tmp/bayou-can-mount && mount --bind /tmp/bayou-can-mount /tmp/bayou-can-mount',
);
const canUnshare = works('unshare', '-n', 'true');

describe('while a process has a log, and is stopped', () => {
  const inUse = { refused: 'in-use' };

  test('it is in use by a link, a path with a detour, and under the name that its parent has now', () =>
    withDirectory(async (root) => {
      mkdirSync(join(root, 'parent'));
      const data = join(root, 'parent', 'data');
      const child = await holder(data);
      child.kill('SIGSTOP');
      symlinkSync(join(root, 'parent'), join(root, 'link'));
      for (const path of [data, join(root, 'link', 'data'), `${root}/parent/../parent/./data`])
        expect(elsewhere(path)).toEqual(inUse);
      renameSync(join(root, 'parent'), join(root, 'renamed'));
      expect(elsewhere(join(root, 'renamed', 'data'))).toEqual(inUse);
      // In the old place there is nothing, and so a new log.
      rmSync(join(root, 'link'));
      expect(elsewhere(data).keys).toEqual([]);
    }));

  test.runIf(canMount)('it is in use where the folder is mounted a second time', () =>
    withDirectory(async (root) => {
      const data = join(root, 'data');
      mkdirSync(join(root, 'mounted'));
      const child = await holder(data);
      child.kill('SIGSTOP');
      const around = ['unshare', '-m', 'sh', '-c', `mount --bind ${data} ${join(root, 'mounted')} && exec "$@"`, 'sh'];
      expect(elsewhere(join(root, 'mounted'), 'locks', around)).toEqual(inUse);
    }),
  );

  test.runIf(canUnshare)('it is in use in a network of its own, where no name is seen', () =>
    withDirectory(async (root) => {
      const child = await holder(join(root, 'data'));
      child.kill('SIGSTOP');
      expect(elsewhere(join(root, 'data'), 'locks', ['unshare', '-n'])).toEqual(inUse);
    }),
  );

  test('it is in use in a folder of hard links to its files', () =>
    withDirectory(async (root) => {
      const child = await holder(join(root, 'data'));
      execFileSync('cp', ['-al', join(root, 'data'), join(root, 'linked')]);
      expect(elsewhere(join(root, 'linked'))).toEqual(inUse);
      child.kill('SIGKILL');
      await once(child, 'close');
    }));
});

test('two folders of hard links to one log’s files, opened in turns, are never one replica, and keep what they had', () =>
  withDirectory(async (root) => {
    const [data, linked] = [join(root, 'data'), join(root, 'linked')];
    let n = 0;
    const stamps = new Set<string>();
    const had = new Map<string, Set<string>>([data, linked].map((folder) => [folder, new Set()]));
    const use = async (folder: string): Promise<void> => {
      const replica = await open(folder);
      for (const key of had.get(folder) ?? []) expect(storeOf(replica.replica).map(([k]) => k)).toContain(key);
      for (let i = 0; i < 5; i++) {
        const stamp = await put(replica, ++n);
        expect(stamp).toMatch(/^\d+@/);
        expect(stamps.has(stamp)).toBe(false);
        stamps.add(stamp);
        had.get(folder)?.add(`k${n}`);
      }
      await replica.close();
    };
    await use(data);
    execFileSync('cp', ['-al', data, linked]);
    had.set(linked, new Set(had.get(data)));
    for (let turn = 0; turn < 3; turn++) for (const folder of [linked, data]) await use(folder);
  }));

describe.each([false, true])('somebody who passes every lock at any moment of a put, with fsync %s', (fsync) => {
  /** Does something before the nth call from when it is armed. */
  const interrupting = (act: () => void) => {
    let left = Infinity;
    const around = <A extends unknown[], B>(call: (...args: A) => B) => {
      return (...args: A): B => {
        if (--left === 0) act();
        return call(...args);
      };
    };
    const file = (opened: ReturnType<Files['open']>): ReturnType<Files['open']> => ({
      write: around(opened.write),
      truncate: around(opened.truncate),
      sync: around(opened.sync),
      facts: around(opened.facts),
      close: around(opened.close),
    });
    const files: Files = {
      ...nodeFiles,
      lock: () => Promise.resolve(() => Promise.resolve()),
      read: around(nodeFiles.read),
      facts: around(nodeFiles.facts),
      rename: around(nodeFiles.rename),
      remove: around(nodeFiles.remove),
      open: around((path: string) => file(nodeFiles.open(path))),
    };
    return { files, arm: (n: number) => (left = n), hasActed: () => left <= 0 };
  };

  test('has all that is acknowledged, and the one before says no more than that', async () => {
    let calls = 0;
    for (let n = 1; ; n++) {
      const isOver = await withDirectory(async (root) => {
        const data = join(root, 'data');
        let said: Said | undefined;
        const { files, arm, hasActed } = interrupting(() => {
          // LevelDB's own lock, too, is dropped by whoever reads its file in this process.
          readFileSync(join(data, 'LOCK'));
          said = elsewhere(data, 'no-lock');
        });
        const first = await open(data, { files, fsync });
        const acknowledged: string[] = [];
        for (let i = 1; i <= 3; i++) {
          if (i === 2) arm(n);
          if ((await put(first, i)) !== 'refused') acknowledged.push(`k${i}`);
        }
        const acted = hasActed();
        if (acted) expect(said?.keys, `call ${n}`).toEqual(expect.arrayContaining(acknowledged));
        await first.close();
        // Whoever comes next has it, too.
        expect(elsewhere(data).keys).toEqual(expect.arrayContaining(acknowledged));
        return !acted;
      });
      if (isOver) break;
      calls = n;
    }
    expect(calls).toBeGreaterThan(2);
  });
});
