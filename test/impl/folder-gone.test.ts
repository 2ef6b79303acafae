/** A folder that goes, or in whose place another is put, while its server runs: nothing more is acknowledged, and the other one is let alone (R7a, R10). */
import { cpSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DurableReplica, openDurable } from '#bayou/impl/durable.js';
import { createDiskLog } from '#bayou/impl/log/disk-log.js';
import { storeOf } from '#bayou/impl/replica.js';
import { withDirectory } from './support/log-image.js';
import { putOf } from './support/puts.js';
import { right } from '../support/right.js';

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
      await old.close();
      expect(there()).toEqual(before);
      if (before.length === 0) return;
      const next = await open(data, fsync);
      expect([...storeOf(next.replica)]).toHaveLength(59);
      expect(next.replica.id).not.toBe(old.replica.id);
      await next.close();
    }),
  );
});
