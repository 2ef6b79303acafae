/** What is said of logs that cannot be opened or written, and of those that go on as new replicas, by the line of docs/errors.md. */
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ClassicLevel } from 'classic-level';
import * as E from 'fp-ts/lib/Either.js';
import { openDurable } from '../../src/impl/durable.js';
import { backUp } from '../../src/impl/log/backup.js';
import { createDiskLog, type DiskLogOptions } from '../../src/impl/log/disk-log.js';
import { nodeFiles } from '../../src/impl/log/files.js';
import { META } from '../../src/impl/log/level-records.js';
import type { Owner } from '../../src/impl/log/log.js';
import { openKillable } from '../impl/support/killable.js';
import { withDirectory } from '../impl/support/log-image.js';
import { putOf } from '../impl/support/puts.js';
import { right } from '../support/right.js';

const EARLIER = fileURLToPath(new URL('../impl/support/earlier-log.json', import.meta.url));

const BEFORE: DiskLogOptions = { machineId: 'a', bootId: 'a', takeInCount: 2, fileBytes: 300 };

const SYNCED = { ...BEFORE, fsync: true };

/** All is in the journal, in several files. */
const JOURNAL: DiskLogOptions = { machineId: 'a', bootId: 'a', fileBytes: 300 };

/** A log of some puts, whose process was killed. */
const made = async (folder: string, options: DiskLogOptions = BEFORE): Promise<void> => {
  const opened = right(await openKillable(folder, options));
  const { replica, kill } = opened;
  for (let n = 1; n <= 5; n++) await new Promise((resolve) => replica.handle(putOf(n, `k${n}`, 'v'), resolve));
  await kill();
};

/** What is said when it is opened: its refusal, or why it goes on as a new replica. */
const opening = async (folder: string, options: DiskLogOptions = {}, owner: Partial<Owner> = {}): Promise<string> => {
  const opened = await openDurable(createDiskLog(folder, { ...BEFORE, ...options }), { server: 1, ...owner });
  if (E.isLeft(opened)) return opened.left.message;
  const { note } = opened.right;
  await opened.right.close();
  return `the log ${note ?? 'is whole'}: `;
};

type Line = () => Promise<string>;

/** Opens a log after something was done to its folder. */
const after =
  (
    hurt: (folder: string, root: string) => unknown,
    options?: DiskLogOptions,
    owner?: Partial<Owner>,
    before?: DiskLogOptions,
  ): Line =>
  () =>
    withDirectory(async (root) => {
      const folder = join(root, 'data');
      await made(folder, before);
      const now = await hurt(folder, root);
      return opening(typeof now === 'string' ? now : folder, options, owner);
    });

/** Opens one whose every look into its folder fails so. */
const failing = (code: string): Line =>
  after(() => undefined, {
    files: {
      ...nodeFiles,
      names: () => {
        throw Object.assign(new Error(`${code}: no`), { code });
      },
    },
  });

const named = (folder: string, pattern: RegExp): string => {
  const name = readdirSync(folder)
    .filter((one) => pattern.test(one))
    .sort()[0];
  if (name === undefined) throw new Error(`nothing in ${folder} is called ${pattern.source}`);
  return join(folder, name);
};
const rewrite = (path: string, change: (bytes: Buffer) => Uint8Array | string): void =>
  writeFileSync(path, change(readFileSync(path)));
const spoil = (path: string): void =>
  rewrite(path, (bytes) => {
    bytes[Math.floor(bytes.length / 2)]! ^= 255;
    return bytes;
  });
/** The same bytes in another file. */
const copied = (path: string): void => {
  copyFileSync(path, `${path}~`);
  renameSync(`${path}~`, path);
};
const removed =
  (pattern: RegExp) =>
  (folder: string): void => {
    for (const name of readdirSync(folder)) if (pattern.test(name)) rmSync(join(folder, name));
  };

/** A log whose process goes on after this was done to its folder: what its put fails of. */
const written =
  (hurt: (folder: string) => unknown, options: DiskLogOptions = {}): Line =>
  () =>
    withDirectory(async (root) => {
      const folder = join(root, 'data');
      let said = '';
      const onFailure = ({ message }: { readonly message: string }): void => void (said = message);
      const opened = await openDurable(createDiskLog(folder, { ...BEFORE, ...options }), { server: 1 }, { onFailure });
      if (E.isLeft(opened)) return opened.left.message;
      hurt(folder);
      await new Promise((resolve) => opened.right.handle(putOf(1, 'k', 'v'), resolve));
      await opened.right.close().catch(() => undefined);
      return said;
    });

/** Does something to the records of its database. */
const inDatabase =
  (change: (database: ClassicLevel) => Promise<void>) =>
  async (folder: string): Promise<void> => {
    const database = new ClassicLevel(folder);
    await database.open();
    await change(database);
    await database.close();
  };
const someWrite = async (database: ClassicLevel): Promise<string> => {
  for await (const key of database.keys({ gt: 'w/', lt: 'w0' })) return key;
  throw new Error('the database has no write');
};

const DAMAGED: Readonly<Record<string, Line>> = {
  'CURRENT is missing and … is there': after(removed(/^CURRENT$/)),
  'CURRENT does not name a manifest': after((folder) => writeFileSync(join(folder, 'CURRENT'), 'x')),
  '… is spoilt at byte …, with valid records after it': after((folder) => spoil(named(folder, /^\d+\.log$/)), SYNCED, {}, SYNCED),
  '… is spoilt at byte …, with valid records after it: --new-incarnation goes on without what follows there, and keeps it as …':
    after((folder) => spoil(named(folder, /\.wal$/)), {}, {}, { ...BEFORE, fileBytes: 1_000 }),
  '… is cut off, and … goes on': after((folder) => {
    const log = named(folder, /^\d+\.log$/);
    copyFileSync(log, join(folder, '999999.log'));
    rewrite(log, (bytes) => bytes.subarray(0, -1));
  }),
  'changes … to … are missing…, and … goes on after them with …: --new-incarnation goes on without all of these, and keeps it as …':
    after((folder) => rmSync(named(folder, /\.wal$/)), {}, {}, JOURNAL),
  '… is spoilt at byte …, and the last … of … changes are missing: --new-incarnation goes on without them': after(
    (folder) => {
      const last = readdirSync(folder)
        .filter((name) => name.endsWith('.wal'))
        .sort()
        .at(-1);
      rewrite(join(folder, last ?? ''), (bytes) => {
        bytes[bytes.length - 1]! ^= 1;
        return bytes;
      });
    },
    {},
    {},
    JOURNAL,
  ),
  '… is cut off': after((folder) => rewrite(named(folder, /^MANIFEST/), (bytes) => bytes.subarray(0, -1))),
  '… is spoilt': after((folder) => spoil(named(folder, /^MANIFEST/))),
  '… is missing': after(async (folder) => {
    await opening(folder);
    removed(/\.ldb$/)(folder);
  }),
  'the record that describes it is missing': after(inDatabase((database) => database.del(META))),
  'the record that describes it is damaged': after(inDatabase((database) => database.put(META, 'x'))),
  'record … is damaged': after(inDatabase(async (database) => database.put(await someWrite(database), 'x'))),
  'it should have … records and has …, or not the same ones': after(
    inDatabase(async (database) => database.del(await someWrite(database))),
  ),
  'LevelDB has opened it, and removed the files that its CURRENT does not lead to': after(
    inDatabase((database) => database.del(META)),
  ),
};

const SYSTEM: Readonly<Record<string, Line>> = {
  'the disk is full (…); make room': failing('ENOSPC'),
  'the disk quota is used up (…); make room': failing('EDQUOT'),
  'a file may not grow further (…); raise the limit of file sizes': failing('EFBIG'),
  'this process has too many files open (…); raise its limit (ulimit -n)': failing('EMFILE'),
  'the system has too many files open (…); raise its limit (sysctl fs.file-max)': failing('ENFILE'),
  'this user may not read and write it (…); if it is the folder of this server alone, give it and all that is in it to the user that the server runs as, else use another one':
    failing('EACCES'),
  'the system does not permit it (…); see the attributes of the folder and of its file system': failing('EPERM'),
  'its file system is mounted read-only (…); mount it for writing, after looking why it is not': failing('EROFS'),
  "the disk reports an error (…); see the system's log, and move the folder to another disk": failing('EIO'),
  'a file or folder that it needs is not there (…); see that the path is right and that its disk is mounted before you make anything anew':
    failing('ENOENT'),
  'it is not a folder (…); use another path': failing('ENOTDIR'),
  '…; see that it can be read and written': failing('ESTALE'),
  'its lock, …, is a folder in every log, and here it is a file: move that file away, or use another directory for the log':
    after((folder) => {
      rmSync(join(folder, 'lock'), { recursive: true });
      writeFileSync(join(folder, 'lock'), '');
    }),
  'its lock is spoilt (…); delete …, which holds nothing else, while no server runs here': after((folder) =>
    writeFileSync(join(folder, 'lock/CURRENT'), 'x'),
  ),
  'the system takes no more bytes': after(() => undefined, {
    files: { ...nodeFiles, open: (path) => ({ ...nodeFiles.open(path), write: () => 0 }) },
  }),
  '… has a number that no change can have': after(
    (folder) => copyFileSync(named(folder, /\.wal$/), join(folder, 'journal-9007199254740000.wal')),
    {},
    {},
    JOURNAL,
  ),
  "the database in … is open in a program that does not take the log's lock (an earlier version, or a tool for LevelDB); stop that program":
    () =>
      withDirectory(async (root) => {
        const folder = join(root, 'data');
        await made(folder);
        const tool = new ClassicLevel(folder);
        await tool.open();
        const said = await opening(folder);
        await tool.close();
        return said;
      }),
  'the copy lacks changes that the log had when it was begun (… of …); try again': () =>
    withDirectory(async (root) => {
      const [folder, older] = [join(root, 'data'), join(root, 'older')];
      await made(folder, SYNCED);
      cpSync(folder, older, { recursive: true });
      for (let times = 0; times < 5; times++) await made(folder, SYNCED);
      copyFileSync(join(folder, 'high-water'), join(older, 'high-water'));
      const done = await backUp(older, join(root, 'copy'));
      return E.isLeft(done) ? done.left : 'it was copied';
    }),
  '… is not the file that this server wrote: its folder was removed or moved, or another was put in its place while it ran, or another process has opened the log':
    written((folder) => copied(join(folder, 'replica.json'))),
  '… is not the file that this server opened: it was removed or moved, or another was put in its place while it ran': written(
    (folder) => copied(join(folder, 'high-water')),
    { fsync: true },
  ),
};

const NEW: Readonly<Record<string, Line>> = {
  'was last written in … and is in …': after((folder, root) => {
    renameSync(folder, join(root, 'moved'));
    return join(root, 'moved');
  }),
  'was last written on another machine': after(() => undefined, { machineId: 'b' }),
  'was put back from a copy': after((folder) => copied(named(folder, /^seal-/))),
  'was written by something else than its server': after((folder) => rewrite(named(folder, /^seal-/), (bytes) => bytes)),
  'lacks its latest seal: files of two copies are mixed in its folder': after(removed(/^seal-/)),
  'has … from a copy': after((folder) => copied(named(folder, /\.wal$/))),
  'has … as something else than its server left it': after((folder) => utimesSync(named(folder, /\.wal$/), 1, 1)),
  'was open, without fsync, when the machine went down': after(() => undefined, { bootId: 'b' }),
  'is whole, and a new incarnation was asked for': after(() => undefined, {}, { newIncarnation: true }),
  'was open, without fsync, when the machine went down, and …': after(removed(/\.wal$/), { bootId: 'b' }, {}, JOURNAL),
  'lacks its database, and has all changes in its journal': after(
    removed(/^(CURRENT|MANIFEST.*|\d+\.(log|ldb))$/),
    {},
    {},
    { ...JOURNAL, fileBytes: 10_000 },
  ),
  'lacks its database, with the last … of the … changes that it had': after(
    removed(/^(CURRENT|MANIFEST.*|\d+\.(log|ldb)|.*\.wal)$/),
  ),
  'has a high-water mark that cannot be read': after((folder) => spoil(join(folder, 'high-water'))),
  'lacks its high-water mark': after(removed(/^high-water$/)),
  'lacks the last … of the … changes that it had…': after(removed(/\.wal$/), {}, {}, JOURNAL),
  '(some of them are in …)': after((folder) => rmSync(named(folder, /\.wal$/)), {}, { newIncarnation: true }, JOURNAL),
  'was last written by an earlier version, which did not note its place': after((folder) => {
    rmSync(folder, { recursive: true });
    mkdirSync(folder);
    const { synced } = JSON.parse(readFileSync(EARLIER, 'utf8')) as Readonly<Record<string, Readonly<Record<string, string>>>>;
    for (const [name, bytes] of Object.entries(synced ?? {})) writeFileSync(join(folder, name), Buffer.from(bytes, 'base64'));
  }),
  'lacks its replica.json, as copies may': after(removed(/^replica\.json$/)),
  'has a replica.json that cannot be read': after((folder) => spoil(join(folder, 'replica.json'))),
  'has the replica.json of another log': () =>
    withDirectory(async (root) => {
      for (const name of ['data', 'other']) await made(join(root, name), SYNCED);
      copyFileSync(join(root, 'other/replica.json'), join(root, 'data/replica.json'));
      return opening(join(root, 'data'), SYNCED);
    }),
  'has the replica.json of a log that was only begun': after((folder) =>
    rewrite(join(folder, 'replica.json'), (bytes) =>
      bytes
        .toString()
        .replace(/"replica":"[^"]*"/, '"replica":null')
        .replace(/,"sum":"\w+"/, ''),
    ),
  ),
  'has a replica.json of another time': after(async (folder) => {
    const before = readFileSync(join(folder, 'replica.json'));
    await opening(folder, {}, { newIncarnation: true });
    writeFileSync(join(folder, 'replica.json'), before);
  }),
};

export const LOGS: Readonly<Record<string, Line>> = { ...DAMAGED, ...SYSTEM, ...NEW };
