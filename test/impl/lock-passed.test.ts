/** Whoever passes a folder's lock, or loses it: there are never two that acknowledge puts as one replica (R7a, R10). */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { DurableReplica } from '#bayou/impl/durable.js';
import { createDiskLog } from '#bayou/impl/log/disk-log.js';
import { nodeFiles, type Files } from '#bayou/impl/log/files.js';
import { storeOf } from '#bayou/impl/replica.js';
import { withDirectory } from './support/log-image.js';
import { open, put } from './support/guarded-log.js';

const IN_USE = { left: { type: 'in-use', message: expect.stringMatching(/is in use; stop the process/) as string } };

/** Opens the log in a process of its own, and says how that went. */
const OTHER = `
  import { createDiskLog } from '#bayou/impl/log/disk-log.js';
  import { socketGuard } from '#bayou/net/socket-guard.js';
  const opened = await createDiskLog(process.argv[1], { guard: socketGuard }).open({ server: 1 });
  console.log(opened._tag === 'Left' ? opened.left.type : 'opened');
  process.exit();
`;

const openElsewhere = async (directory: string): Promise<string> => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', OTHER, directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('latin1').on('data', (text: string) => (output += text));
  await once(child, 'close');
  return output.trim();
};

/** Every file's bytes. */
const bytesOf = (directory: string): ReadonlyArray<readonly [string, string]> =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => [join(entry.parentPath, entry.name), readFileSync(join(entry.parentPath, entry.name), 'latin1')] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));

describe('within one process', () => {
  const SPELLINGS: Record<string, (data: string, root: string) => string> = {
    'the same path': (data) => data,
    'a path from the working directory': (data) => relative(process.cwd(), data),
    'a path with a detour': (_data, root) => `${root}/data/../data/.`,
    'a link': (data, root) => {
      symlinkSync(data, join(root, 'link'));
      return join(root, 'link');
    },
  };
  test.each(Object.entries(SPELLINGS))('a folder is opened once, whatever it is called: %s', (_, spell) =>
    withDirectory(async (root) => {
      const data = join(root, 'data');
      const first = await open(data);
      expect(await put(first, 1)).toBe('1@1.0');
      const before = bytesOf(data);
      const other = spell(data, root);
      for (const server of [1, 2]) expect(await createDiskLog(other).open({ server })).toMatchObject(IN_USE);
      expect(bytesOf(data)).toEqual(before);
      // What was refused has not dropped the lock of the one that has it, either.
      expect(await openElsewhere(data)).toBe('in-use');
      expect(await put(first, 2)).toBe('2@1.0');
      await first.close();
      const again = await open(data);
      expect([again.found, storeOf(again.replica).length]).toEqual(['whole', 2]);
      await again.close();
    }),
  );
});

describe('across processes, the lock stays while somebody in its process', () => {
  const LOSSES: Record<string, (data: string, root: string) => void> = {
    'copies the folder': (data, root) => cpSync(data, join(root, 'copy'), { recursive: true }),
    "reads the locks' files": (data) => ['LOCK', 'lock/LOCK'].forEach((name) => readFileSync(join(data, name))),
    "deletes the locks' files": (data) => ['LOCK', 'lock'].forEach((name) => rmSync(join(data, name), { recursive: true })),
  };
  test.runIf(process.platform === 'linux').each(Object.entries(LOSSES))('%s', (_, lose) =>
    withDirectory(async (root) => {
      const data = join(root, 'data');
      const first = await open(data);
      expect(await put(first, 1)).toBe('1@1.0');
      lose(data, root);
      expect(await openElsewhere(data)).toBe('in-use');
      expect(await put(first, 2)).toBe('2@1.0');
      await first.close();
      const again = await open(data);
      expect([again.found, storeOf(again.replica).length]).toEqual(['whole', 2]);
      await again.close();
    }),
  );
});

describe.each([true, false])('where no lock holds, with fsync %s', (fsync) => {
  /** No locks at all: LevelDB's is passed by a second folder that is the first by a link, for its own table goes by names. */
  const files: Files = { ...nodeFiles, lock: () => Promise.resolve(() => Promise.resolve()) };

  test.each(['closed', 'killed'] as const)(
    'the one before acknowledges nothing more, and nothing is lost, when it is %s',
    (end) =>
      withDirectory(async (root) => {
        const data = join(root, 'data');
        symlinkSync(data, join(root, 'link'));
        const used: DurableReplica[] = [];
        let holder = await open(data, { files, fsync, sealMs: 1 });
        const stamps = new Map<string, number>();
        let n = 0;
        for (let turn = 0; turn < 6; turn++) {
          for (let i = 0; i < 5; i++) {
            const stamp = await put(holder, ++n);
            expect(stamp).toMatch(/^\d+@/);
            expect(stamps.has(stamp)).toBe(false);
            stamps.set(stamp, n);
          }
          // LevelDB's own lock is dropped, as by any program that has read its file, and its table of names is passed by a link.
          readFileSync(join(data, 'LOCK'));
          const link = join(root, `link${turn}`);
          symlinkSync(data, link);
          used.push(holder);
          const next = await open(link, { files, fsync, sealMs: 1 });
          expect(next.found === 'fresh').toBe(false);
          for (let i = 0; i < 3; i++) expect(await put(holder, 10_000 + n + i)).toBe('refused');
          expect(holder.failure?.message).toContain('another process has opened the log');
          for (const done of stamps.values()) expect(storeOf(next.replica).some(([key]) => key === `k${done}`)).toBe(true);
          if (end === 'closed') await holder.close();
          holder = next;
        }
        await holder.close();
      }),
  );
});

test('a log stays open when the process changes its directory', () =>
  withDirectory(async (root) => {
    const before = process.cwd();
    try {
      process.chdir(root);
      const log = await open('data', { takeInMs: 1, sealMs: 1, fileBytes: 200 });
      process.chdir('/');
      for (let n = 1; n < 40; n++) expect(await put(log, n)).toBe(`${n}@1.0`);
      await log.close();
      const again = await open(join(root, 'data'));
      expect([again.found, storeOf(again.replica).length]).toEqual(['whole', 39]);
      await again.close();
    } finally {
      process.chdir(before);
    }
  }));

test('a lock that is a file is named, with what to do', () =>
  withDirectory(async (root) => {
    mkdirSync(join(root, 'data'));
    writeFileSync(join(root, 'data', 'lock'), '');
    const opened = await createDiskLog(join(root, 'data')).open({ server: 1 });
    expect(opened).toMatchObject({
      left: { message: expect.stringMatching(/its lock, .*data\/lock, is .* a file: move that file away[^;]*$/) as string },
    });
  }));
