/** `bayou backup` says which of its two folders an error is about, and copies a log in whose folder nothing can be made. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { imageOf, openLog, outcomeOf, run, withDirectory, withJournal } from '../impl/support/log-image.js';
import { putOf } from '../impl/support/puts.js';

const CLI = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const FAULTY = new URL('../errors/faulty.mjs', import.meta.url).href;
const KEYS = 20;

/** A log with tables, and with files of its journal: a copy of one whose process was killed. */
const made = async (root: string): Promise<string> => {
  const make = withJournal({ takeInCount: 4, takeInMs: 60_000 });
  for (let n = 0; n < 3; n++) {
    const { log, replica } = await openLog(join(root, 'first'), make);
    const puts = Array.from({ length: KEYS }, (_, i) => putOf(n * KEYS + i + 1, `k${i}`, 'v'.repeat(100)));
    await run(replica, puts, (a) => log.commit([a]));
    if (n === 2) cpSync(join(root, 'first'), join(root, 'data'), { recursive: true });
    await log.close();
  }
  return join(root, 'data');
};

/** Makes a backup where `fault` befalls the calls of Node to the file system (`faulty.mjs`). */
const backUp = (
  data: string,
  to: string,
  fault = 'none none none',
): { readonly status: number | null; readonly said: string } => {
  const env = { ...process.env, FAULT: fault, NODE_OPTIONS: `--import=${FAULTY}` };
  const done = spawnSync(process.execPath, [CLI, 'backup', '--data-dir', data, '--to', to], { env, encoding: 'utf8' });
  return { status: done.status, said: done.stdout + done.stderr };
};

describe('a backup of a log', () => {
  test.each(['mkdtempSync,rmSync /data/ EROFS', 'mkdtempSync /data/ ENOSPC', 'linkSync /data/ EPERM'])(
    'in whose folder nothing can be made is whole: %s',
    (fault) =>
      withDirectory(async (root) => {
        const data = await made(root);
        const before = [...imageOf(data)];
        expect(before.filter(([name]) => name.endsWith('.ldb'))).not.toEqual([]);
        expect(backUp(data, join(root, 'to'), fault)).toEqual({ status: 0, said: `server 1: ${KEYS} keys\n` });
        expect([...imageOf(data)]).toEqual(before);
        const outcome = await outcomeOf(join(root, 'to'));
        if ('error' in outcome) throw new Error(outcome.error.message);
        expect(outcome.state.log).toHaveLength(KEYS);
      }),
  );

  const FAULTS: ReadonlyArray<readonly [fault: string, of: 'data' | 'to', says: string]> = [
    ['copyFileSync,readFileSync data/CURRENT EACCES', 'data', 'make the backup as the user that the folder belongs to'],
    ['readdirSync /data EACCES', 'data', 'make the backup as the user that the folder belongs to'],
    [
      'copyFileSync,readFileSync data/CURRENT EIO',
      'data',
      "see the system's log, and let another server pull all that its server has, if that runs",
    ],
    ['copyFileSync data/CURRENT ENOSPC', 'to', 'make room'],
    ['copyFile .ldb ENOSPC', 'to', 'make room'],
    ['mkdirSync /to EACCES', 'to', 'name a folder that this user may write'],
    ['mkdirSync /to EPERM', 'to', 'name a folder on another file system, or see the attributes of this one'],
    ['mkdtempSync /to/ EROFS', 'to', 'name a folder on another file system'],
    ['copyFileSync data/CURRENT EIO', 'to', "see the system's log, and name a folder on another disk"],
  ];
  test.each(FAULTS)('to which this befalls, %s, says that of its %s', (fault, of, says) =>
    withDirectory(async (root) => {
      const data = await made(root);
      const { status, said } = backUp(data, join(root, 'to'), fault);
      expect([status, said.split('\n').length]).toEqual([1, 2]);
      expect(said).toContain(`bayou backup: no backup of ${data} was made: ${join(root, of)}: `);
      expect(said).toContain(`; ${says}\n`);
      expect(existsSync(join(root, 'to'))).toBe(false);
    }),
  );

  test('that is damaged says so of the log, and not of the copy that it throws away', () =>
    withDirectory(async (root) => {
      const data = await made(root);
      const name = readdirSync(data).find((one) => one.endsWith('.wal'))!;
      const bytes = readFileSync(join(data, name));
      bytes[Math.floor(bytes.length / 2)]! ^= 1;
      writeFileSync(join(data, name), bytes);
      mkdirSync(join(root, 'to'));
      const { status, said } = backUp(data, join(root, 'to'));
      expect(status).toBe(1);
      expect(said).toContain(
        `no backup of ${data} was made: the log in ${data} is damaged, as its copy shows: ${name} is spoilt at byte `,
      );
      expect(said).toContain('if its server runs, let another server pull all that it has before it is stopped');
      expect(said).not.toContain('.unfinished-backup-');
      expect(readdirSync(join(root, 'to'))).toEqual([]);
    }));
});
