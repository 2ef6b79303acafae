/** What is said of logs that fail while their server runs, when it is closed, in LevelDB, and where copies are mixed, by the line of docs/errors.md. */
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { openDurable } from '../../src/impl/durable.js';
import { createDiskLog, type DiskLogOptions } from '../../src/impl/log/disk-log.js';
import { nodeFiles } from '../../src/impl/log/files.js';
import { headerOf } from '../../src/impl/log/journal-files.js';
import type { Log } from '../../src/impl/log/log.js';
import { createMemoryLog } from '../../src/impl/log/memory-log.js';
import { readPlace } from '../../src/impl/log/place.js';
import { openKillable } from '../impl/support/killable.js';
import { withDirectory } from '../impl/support/log-image.js';
import { putOf } from '../impl/support/puts.js';
import { ask, dialed } from '../net/support.js';
import { right } from '../support/right.js';
import { heard } from './connections.js';

type Line = () => Promise<string>;

const failingLog = (code: string): Log => ({
  ...createMemoryLog(),
  commit: () => Promise.reject(Object.assign(new Error(code), { code })),
});

/** What a server with this log says of a put. */
const heardPutting = (log: Log, before: () => void = () => undefined): Promise<string> =>
  heard(
    async (server) => {
      const client = await dialed({ role: 'client', id: 9 }, server);
      before();
      await ask(client, putOf(1, 'k', 'v'));
    },
    { log },
  );

/** What the close of a log says after this was done to its folder. */
const ending =
  (hurt: (folder: string) => unknown, options: DiskLogOptions = {}): Line =>
  () =>
    withDirectory(async (root) => {
      const folder = join(root, 'data');
      const log = right(await openDurable(createDiskLog(folder, options), { server: 1 }));
      hurt(folder);
      const closed = await log.close();
      return E.isLeft(closed) ? closed.left.message : 'it is closed';
    });

/** A disk that takes no new file from the moment on in which it is full. */
const disk = { isFull: false };
const filling: DiskLogOptions = {
  files: {
    ...nodeFiles,
    rename: (from, to) => {
      if (disk.isFull) throw Object.assign(new Error('ENOSPC: no'), { code: 'ENOSPC' });
      nodeFiles.rename(from, to);
    },
  },
};

/** What LevelDB says of damage that it alone has seen. */
const CORRUPTION = Object.assign(new Error('not open'), {
  code: 'LEVEL_DATABASE_NOT_OPEN',
  cause: Object.assign(new Error('Corruption: what LevelDB says'), { code: 'LEVEL_CORRUPTION' }),
});

export const LOST: Readonly<Record<string, Line>> = {
  'the log cannot be written: …; …, and restart the server; until then it takes no writes, and shows what it has acknowledged':
    () => heardPutting(failingLog('ENOSPC')),
  'the log cannot be written: …; …; let another server pull all that this one has before it is restarted; until then it takes no writes, and shows what it has acknowledged':
    () => heardPutting(failingLog('EIO')),
  'the log cannot be written: …; before a restart put back what was moved; if it is gone, let another server pull all that this one has before it is stopped; until then it takes no writes, and shows what it has acknowledged':
    () =>
      withDirectory((root) => {
        const folder = join(root, 'data');
        return heardPutting(createDiskLog(folder), () => rmSync(folder, { recursive: true }));
      }),
  'the log is not in its place: …; what this server acknowledged may be lost: put the folder back if it was moved, and look at what is in it before the server is started again':
    ending((folder) => rmSync(folder, { recursive: true })),
  '… was not written by the opening of the log that its database is from: files of two copies are mixed: --new-incarnation goes on without it, and keeps it as …':
    () =>
      withDirectory(async (root) => {
        await right(await openKillable(root)).kill();
        const place = readPlace(nodeFiles, root);
        const name = readdirSync(root).find((one) => one.endsWith('.wal')) ?? '';
        writeFileSync(join(root, name), headerOf(typeof place === 'object' ? place.log : '', 'another'));
        const opened = await createDiskLog(root).open({ server: 1 });
        return E.isLeft(opened) ? opened.left.message : 'it is open';
      }),
  'LevelDB cannot read its database (…)': () =>
    withDirectory(async (root) => {
      const opened = await createDiskLog(root, { openDatabase: () => Promise.reject(CORRUPTION) }).open({ server: 1 });
      return E.isLeft(opened) ? opened.left.message : 'it is open';
    }),
  'the log could not be closed: …; …; it has what was acknowledged': ending(() => (disk.isFull = true), filling),
};
