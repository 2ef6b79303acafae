import { mkdirSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isLeft } from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import { createDiskLog } from '#bayou/impl/log/disk-log.js';
import { openError, writeError } from '#bayou/impl/log/errors.js';
import { nodeFiles, type Files } from '#bayou/impl/log/files.js';
import { imageOf, openLog, withDirectory, withJournal, writeImage } from './support/log-image.js';

/** What the system says, in Node's words and in LevelDB's, and what is made of it. */
const TROUBLES = [
  ['ENOSPC', 'No space left on device', 'full', /the disk is full \(.*\); make room/],
  ['EDQUOT', 'Disk quota exceeded', 'full', /the disk quota is used up \(.*\); make room/],
  ['EFBIG', 'File too large', 'full', /a file may not grow further \(.*\); raise the limit of file sizes/],
  [
    'EMFILE',
    'Too many open files',
    'too-many-files',
    /this process has too many files open \(.*\); raise its limit \(ulimit -n\)/,
  ],
  ['ENFILE', 'Too many open files in system', 'too-many-files', /the system has too many files open \(.*\); raise its limit/],
  [
    'EACCES',
    'Permission denied',
    'not-permitted',
    /this user may not read and write it \(.*\); (if it is the folder of this server alone, give it and all that is in it to the user|let the user that the server runs as read and write it again)/,
  ],
  ['EPERM', 'Operation not permitted', 'not-permitted', /the system does not permit it \(.*\); see the attributes/],
  ['EROFS', 'Read-only file system', 'not-permitted', /its file system is mounted read-only \(.*\); mount it for writing/],
  ['EIO', 'Input/output error', 'disk', /the disk reports an error \(.*\); see the system's log/],
] as const;

/** What is done to a table. */
const blocked = (path: string): void => {
  rmSync(path);
  mkdirSync(path);
};
const cutOff = (path: string): void => truncateSync(path, 100);

describe('"damaged" is only said of damage', () => {
  test.each(TROUBLES)('%s has its own line, opening and writing, from Node and from LevelDB', (code, text, type, line) => {
    const node = Object.assign(new Error(`${code}: ${text.toLowerCase()}, open '/data/x'`), { code });
    const cause = Object.assign(new Error(`IO error: /data/000005.log: ${text}`), { code: 'LEVEL_IO_ERROR' });
    const level = Object.assign(new Error('Database failed to open', { cause }), { code: 'LEVEL_DATABASE_NOT_OPEN' });
    for (const error of [node, level]) {
      expect(openError('/data', error)).toMatchObject({ type, message: expect.stringMatching(line) as string });
      expect(writeError(error)).toMatchObject({ type, message: expect.stringMatching(line) as string });
      expect(openError('/data', error).message).toMatch(/^the log in \/data cannot be opened: [^\n]*$/);
      expect(writeError(error).message).toMatch(
        /^the log cannot be written: [^\n]*(, and restart the server|; let another server pull all that this one has before it is restarted)$/,
      );
    }
  });

  test('an error of input or output in LevelDB is none where a folder is in the way, and is where a table is cut off', () =>
    withDirectory(async (root) => {
      for (const [name, hurt, type, line] of [
        ['in the way', blocked, 'failed', /a folder is where a log has a file .*; move that folder away/],
        ['empty', truncateSync, 'damaged', /is damaged: /],
        ['cut off', cutOff, 'damaged', /is damaged: /],
      ] as const) {
        const directory = join(root, name);
        await (await openLog(directory, withJournal())).log.close();
        await (await openLog(directory, withJournal())).log.close();
        const table = readdirSync(directory).find((file) => file.endsWith('.ldb'));
        hurt(join(directory, table!));
        const opened = await createDiskLog(directory).open({ server: 1 });
        expect(isLeft(opened) && opened.left, name).toMatchObject({ type, message: expect.stringMatching(line) as string });
      }
    }));

  test.each(TROUBLES)('%s at any call of an opening is no damage, and changes nothing that matters', (code, _, type) =>
    withDirectory(async (root) => {
      const directory = join(root, 'data');
      const { log, replica } = await openLog(directory, withJournal());
      await log.close();
      const failing = (name: keyof Files): Files => ({
        ...nodeFiles,
        [name]: () => {
          throw Object.assign(new Error(`${code}: ${name}`), { code });
        },
      });
      for (const name of ['makeFolder', 'names', 'read', 'real', 'facts', 'open', 'rename', 'lock'] as const) {
        const opened = await createDiskLog(directory, { files: failing(name) }).open({ server: 1 });
        expect(isLeft(opened) && opened.left.type, name).toBe(type);
      }
      const again = await openLog(directory, withJournal());
      expect([again.recovered.found, again.replica.id]).toEqual(['whole', replica.id]);
      await again.log.close();
    }),
  );

  test('what is no folder, or a path that leads through a file, is said to be none', () =>
    withDirectory(async (root) => {
      writeFileSync(join(root, 'file'), '');
      for (const path of [join(root, 'file'), join(root, 'file', 'data')]) {
        const opened = await createDiskLog(path).open({ server: 1 });
        expect(opened).toMatchObject({
          left: { type: 'failed', message: expect.stringContaining('it is not a folder') as string },
        });
      }
    }));

  test('a folder in the place of any file of a log is said to be in the way', () =>
    withDirectory(async (root) => {
      const directory = join(root, 'data');
      const { log } = await openLog(directory, withJournal());
      await log.close();
      const image = imageOf(directory);
      for (const name of [...image.keys()].filter((file) => !/^(LOG|LOCK|CURRENT|MANIFEST|\d)/.test(file))) {
        rmSync(directory, { recursive: true });
        writeImage(directory, image);
        const there = name.startsWith('seal-') ? readdirSync(directory).find((one) => one.startsWith('seal-'))! : name;
        rmSync(join(directory, there));
        mkdirSync(join(directory, there));
        const opened = await createDiskLog(directory).open({ server: 1 });
        expect(isLeft(opened) && opened.left.message, name).toMatch(
          /a folder is where a log has a file \(.*\); move that folder away/,
        );
      }
    }));

  test('a lock that is spoilt is said to be one, and the log is not touched', () =>
    withDirectory(async (root) => {
      const directory = join(root, 'data');
      const { log } = await openLog(directory, withJournal());
      await log.close();
      const before = imageOf(directory);
      mkdirSync(join(directory, 'lock'), { recursive: true });
      writeFileSync(join(directory, 'lock', 'CURRENT'), 'nonsense');
      const opened = await createDiskLog(directory).open({ server: 1 });
      expect(opened).toMatchObject({
        left: {
          type: 'failed',
          message: expect.stringMatching(/its lock is spoilt \(.*\); delete .*lock, which holds nothing else/) as string,
        },
      });
      expect([...imageOf(directory)]).toEqual([...before]);
    }));
});
