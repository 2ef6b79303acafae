/** What is refused by its files is refused before LevelDB opens it, and stays as it is (R10). */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { expect, test } from 'vitest';
import { backUp } from '../../src/impl/log/backup.js';
import { createDiskLog } from '../../src/impl/log/disk-log.js';
import { lockFolder } from '../../src/impl/log/lock.js';
import { socketGuard } from '../../src/net/socket-guard.js';
import { withDirectory } from './support/log-image.js';
import { openKillable } from './support/killable.js';
import { putOf } from './support/puts.js';
import { right } from '../support/right.js';

const make = async (data: string, count: number): Promise<void> => {
  const opened = right(await openKillable(data));
  for (let n = 1; n <= count; n++) opened.replica.handle(putOf(n, `k${n}`, `v${n}`), () => undefined);
  await new Promise((resolve) => setImmediate(resolve));
  await opened.kill();
};

/** Every file of the log itself, with its bytes. */
const filesOf = (data: string): ReadonlyArray<readonly [string, string]> =>
  readdirSync(data, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => [name, readFileSync(join(data, name), 'latin1')] as const);

const rewriteManifest = (data: string, change: (bytes: Buffer) => Buffer): void => {
  const path = join(
    data,
    readdirSync(data).find((name) => name.startsWith('MANIFEST'))!,
  );
  writeFileSync(path, change(readFileSync(path)));
};

const CASES: Record<
  string,
  { readonly owner: number; readonly hurt: (data: string, other: string) => void; readonly says: RegExp }
> = {
  "another server's": { owner: 2, hurt: () => undefined, says: /is server 1's, not server 2's/ },
  "with another log's journal": {
    owner: 1,
    hurt: (data, other) => {
      const name = readdirSync(other).find((n) => n.endsWith('.wal'))!;
      writeFileSync(join(data, 'journal-0000000000000099.wal'), readFileSync(join(other, name)));
    },
    says: /belongs to another log; nothing in it was changed/,
  },
  'without its manifest': {
    owner: 1,
    hurt: (data) => writeFileSync(join(data, 'CURRENT'), 'MANIFEST-999999\n'),
    says: /: MANIFEST-999999 is missing; nothing in it was changed/,
  },
  'with a CURRENT that names none': {
    owner: 1,
    hurt: (data) => writeFileSync(join(data, 'CURRENT'), 'MANIFEST'),
    says: /CURRENT does not name a manifest; nothing in it was changed/,
  },
  'with a manifest that lacks its last byte': {
    owner: 1,
    hurt: (data) => rewriteManifest(data, (bytes) => bytes.subarray(0, -1)),
    says: /: MANIFEST-\d+ is cut off; nothing in it was changed/,
  },
  'with a manifest whose last byte is another': {
    owner: 1,
    hurt: (data) => rewriteManifest(data, (bytes) => Buffer.from([...bytes.subarray(0, -1), bytes.at(-1)! ^ 1])),
    says: /: MANIFEST-\d+ is spoilt; nothing in it was changed/,
  },
};

test.each(Object.entries(CASES))('%s: refused, untouched', (_, { owner, hurt, says }) =>
  withDirectory(async (root) => {
    const [data, other] = [join(root, 'data'), join(root, 'other')];
    await make(data, 5);
    await make(other, 5);
    cpSync(data, join(root, 'kept'), { recursive: true });
    hurt(data, other);
    const before = filesOf(data);
    const opened = await openKillable(data, {}, { server: owner });
    expect(opened).toMatchObject({ left: { message: expect.stringMatching(says) as string } });
    expect(filesOf(data)).toEqual(before);
  }),
);

test.each([
  ['with its lock', (): void => undefined],
  [
    'without',
    (data: string): void => ['lock', 'guard'].forEach((name) => rmSync(join(data, name), { recursive: true, force: true })),
  ],
])('a refused start leaves nothing in the folder that it has made itself: %s (R10)', (_, hurt) =>
  withDirectory(async (root) => {
    const data = join(root, 'data');
    await make(data, 5);
    hurt(data);
    const before = readdirSync(data).sort();
    for (const guard of [undefined, socketGuard]) {
      const refused = await createDiskLog(data, { ...(guard && { guard }) }).open({ server: 2 });
      expect(refused).toMatchObject({ left: { type: 'other-server' } });
      expect(readdirSync(data).sort()).toEqual(before);
    }
  }),
);

test('one that comes while a refused start takes away what it has made has a lock of its own', () =>
  withDirectory(async (root) => {
    const data = join(root, 'data');
    mkdirSync(data);
    const first = (await lockFolder(data))!;
    const away = first(true);
    expect(await lockFolder(data)).toBeUndefined();
    await away;
    expect(readdirSync(data)).toEqual([]);
    const second = (await lockFolder(data))!;
    expect(readdirSync(data)).toEqual(['lock']);
    expect(await lockFolder(data)).toBeUndefined();
    // It has made it, and has opened a log under it.
    await second();
    expect(readdirSync(data)).toEqual(['lock']);
    // This one has found it.
    await (await lockFolder(data))!(true);
    expect(readdirSync(data)).toEqual(['lock']);
  }));

test('a start that is refused for half a backup does not keep the next backup from the folder', () =>
  withDirectory(async (root) => {
    const [data, to] = [join(root, 'data'), join(root, 'to')];
    await make(data, 5);
    mkdirSync(join(to, '.unfinished-backup-4194305-x'), { recursive: true });
    const refused = await createDiskLog(to, { guard: socketGuard }).open({ server: 1 });
    expect(refused).toMatchObject({ left: { message: expect.stringContaining('make the backup again') as string } });
    expect(readdirSync(to)).toEqual(['.unfinished-backup-4194305-x']);
    // One that was killed before it could take away what it had made.
    mkdirSync(join(to, 'lock'));
    expect(await backUp(data, to)).toEqual(E.right({ server: 1, writes: 5 }));
  }));
