import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import { createDiskLog } from '#bayou/impl/log/disk-log.js';
import { nodeFiles, type Files } from '#bayou/impl/log/files.js';
import { openLevel } from '#bayou/impl/log/level-directory.js';
import { restore, step } from '#bayou/impl/replica.js';
import { imageOf, openLog, outcomeOf, withDirectory, withJournal, writeImage, type Image } from './support/log-image.js';
import { putOf } from './support/puts.js';
import { right } from '../support/right.js';

describe('a kill in the first start does not refuse the second (R10)', () => {
  const left: Record<string, Record<string, string>> = {
    'before anything': {},
    'with an empty manifest': { 'MANIFEST-000001': '' },
    'between MANIFEST and CURRENT': { 'MANIFEST-000001': 'half of a manifest', LOG: '' },
    'before CURRENT got its name': { 'MANIFEST-000001': 'a manifest', '000001.dbtmp': 'MANIFEST-000001\n' },
  };
  test.each(Object.entries(left))('%s', (_, files) =>
    withDirectory(async (root) => {
      const directory = join(root, 'data');
      mkdirSync(directory);
      for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
      expect(await outcomeOf(directory)).toMatchObject({ found: 'fresh', state: { id: '1.0' } });
    }),
  );
});

/** The files as they are before each call of the log to its disk and its database: what a kill there leaves. */
const imagesOf = async (directory: string, use: (log: ReturnType<typeof createDiskLog>) => Promise<void>): Promise<Image[]> => {
  const images: Image[] = [];
  const keep = (): void => {
    images.push(imageOf(directory));
  };
  const kept = <A extends unknown[], B>(call: (...args: A) => B) => {
    return (...args: A): B => {
      keep();
      return call(...args);
    };
  };
  const files: Files = {
    ...nodeFiles,
    rename: kept(nodeFiles.rename),
    remove: kept(nodeFiles.remove),
    open: (path) => {
      keep();
      const file = nodeFiles.open(path);
      return { ...file, write: kept(file.write), truncate: kept(file.truncate) };
    },
  };
  const log = createDiskLog(directory, {
    files,
    takeInCount: 3,
    fileBytes: 500,
    sealMs: 0,
    openDatabase: async (path) => {
      keep();
      const db = await openLevel(path);
      keep();
      return { ...db, batch: kept(db.batch.bind(db)), iterator: db.iterator.bind(db), close: kept(db.close.bind(db)) };
    },
  });
  await use(log);
  keep();
  return images;
};

test('a kill between any two calls, with LevelDB itself, in a first start, a run, a close and the start after a torn journal (R7, R10)', () =>
  withDirectory(async (root) => {
    const directory = join(root, 'data');
    let acknowledged = 0;
    const counts: number[] = [];
    const life = async (): Promise<Image[]> =>
      imagesOf(directory, async (log) => {
        const opened = right(await log.open({ server: 1 }));
        const replica = restore(opened);
        for (let i = 0; i < 7; i++) {
          await log.commit([step(replica, putOf(++acknowledged, `k${acknowledged}`, 'v'.repeat(50))).append!]);
          await new Promise((resolve) => setImmediate(resolve));
        }
        counts.push(acknowledged);
        await log.close();
      });
    const images = [...(await life()), ...(await life())];
    // The start after a torn journal: the last record of a killed log is cut.
    const torn = new Map(images.findLast((image) => [...image.keys()].some((name) => name.endsWith('.wal'))));
    const journal = [...torn.keys()]
      .filter((name) => name.endsWith('.wal'))
      .sort()
      .at(-1)!;
    torn.set(journal, torn.get(journal)!.subarray(0, -1));
    writeImage(directory, torn);
    images.push(...(await imagesOf(directory, async (log) => expect(E.isRight(await log.open({ server: 1 }))).toBe(true))));

    let greatest = 0;
    for (const image of images) {
      const at = join(root, 'killed');
      writeImage(at, image);
      const outcome = await outcomeOf(at, withJournal());
      if ('error' in outcome) throw new Error(`${outcome.error.message}; there were ${readdirSync(at).join(' ')}`);
      greatest = Math.max(greatest, outcome.state.log.length);
    }
    expect(images.length).toBeGreaterThan(100);
    expect(greatest).toBe(counts.at(-1));
  }));

test('what was acknowledged before a kill is there after it, at every call of a run (R10)', () =>
  withDirectory(async (root) => {
    const directory = join(root, 'data');
    const { log, replica } = await openLog(directory, withJournal({ takeInCount: 3, fileBytes: 500 }));
    for (let i = 1; i <= 10; i++) {
      await log.commit([step(replica, putOf(i, `k${i}`, 'v')).append!]);
      writeImage(join(root, 'killed'), imageOf(directory));
      const outcome = await outcomeOf(join(root, 'killed'), withJournal());
      expect(outcome).toMatchObject({ found: 'whole', state: { id: '1.0', clock: i } });
    }
    await log.close();
  }));
