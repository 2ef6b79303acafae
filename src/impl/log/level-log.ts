/**
 * The durable log on disk: a LevelDB database, and beside it `replica.json`, which says how often the database was opened.
 *
 * What can be wrong and what becomes of it. Torn end (the last record was cut off in the middle, or spoilt with nothing valid
 * after it): opened with every complete record, as the next incarnation. Everything else (an invalid record in the middle,
 * records missing or back from the past, a database older than `replica.json` says, damaged files): refused. A cut exactly
 * between two records cannot be told from a log that ended there; a process that dies never makes one below what it has
 * acknowledged, and a machine that does is recognised by its boot id.
 */
import { ClassicLevel } from 'classic-level';
import * as E from 'fp-ts/lib/Either.js';
import { incarnationOf, replicaId } from '../../core/ids.js';
import type { Write } from '../../core/write.js';
import type { Seen } from '../client-windows.js';
import { makeFolder } from '../folder.js';
import { bootOfMachine, checkFiles, readMarker, writeMarker } from './level-directory.js';
import {
  decodeMeta,
  decodeSeen,
  decodeWrite,
  digestOfWrite,
  encodeMeta,
  encodeSeen,
  encodeWrite,
  keyOfSeen,
  keyOfWrite,
  META,
  type Entry,
  type Meta,
} from './level-records.js';
import { damage, openError, otherServer, reason } from './errors.js';
import type { Append, Log, LogError, Owner, Recovered } from './log.js';
import { entriesOfVector, raise, vectorOfEntries, type Vector } from '../vector.js';

/** How a log on disk is kept. */
export interface LevelLogOptions {
  /** Is every commit forced to the disk, so that it survives the death of the machine too? Default false: of the process. */
  readonly fsync?: boolean;
  /** What names this boot of the machine; default: what the system says. For tests. */
  readonly bootId?: string;
}

type Database = ClassicLevel<string, Buffer>;

/** A log that a journal may stand in front of: it remembers how much of the journal it has taken in. */
export interface MarkedLog extends Log {
  readonly open: (owner: Owner) => Promise<E.Either<LogError, Recovered & { readonly mark: number }>>;
  /** `mark`: the journal's last record among these, remembered in the same atomic batch. */
  readonly commit: (appends: ReadonlyArray<Append>, mark?: number) => Promise<void>;
}

/** The log in a directory, which is made if need be. */
export const createLevelLog = (directory: string, options: LevelLogOptions = {}): MarkedLog => {
  let state: OpenLog | undefined;
  return {
    open: async (owner) => {
      const opened = await openLog(directory, owner, options).catch((error: unknown) => E.left(openError(directory, error)));
      if (E.isLeft(opened)) return opened;
      state = opened.right.log;
      return E.right(opened.right.recovered);
    },
    commit: async (appends, mark) => {
      if (state === undefined) throw new Error('the log is not open');
      await commit(state, appends, mark);
    },
    close: async () => {
      const closing = state;
      state = undefined;
      if (closing !== undefined) await closeLog(closing);
    },
  };
};

/** An open log: the database, and its meta record in parts. */
interface OpenLog {
  readonly db: Database;
  readonly fsync: boolean;
  readonly fixed: Pick<Meta, 'version' | 'server' | 'replica' | 'opens'>;
  readonly vv: Vector;
  unsyncedBoot: string;
  clock: number;
  records: number;
  sum: number;
  mark: number;
  /** A commit failed: what is in the database is not known any more. */
  failed: boolean;
}

// --- writing ---------------------------------------------------------------------------------------------------------------

type Operation = { type: 'put'; key: string; value: Buffer } | { type: 'del'; key: string };

const commit = async (log: OpenLog, appends: ReadonlyArray<Append>, mark = log.mark): Promise<void> => {
  if (log.failed) throw new Error('an earlier commit failed');
  log.mark = mark;
  const operations: Operation[] = [];
  for (const append of appends) addOperations(log, append, operations);
  operations.push({ type: 'put', key: META, value: encodeMeta(metaOf(log)) });
  try {
    await log.db.batch(operations, { sync: log.fsync });
  } catch (error) {
    log.failed = true;
    throw error;
  }
};

const addOperations = (log: OpenLog, append: Append, operations: Operation[]): void => {
  for (const write of append.writes) insert(log, encodeWrite(write), operations);
  for (const write of append.drops) {
    const key = keyOfWrite(write);
    remove(log, { key, digest: digestOfWrite(key) }, operations);
  }
  const reused = append.seen.map(keyOfSeen);
  for (const seen of append.forgotten) {
    const entry = encodeSeen(seen);
    if (!reused.includes(entry.key)) remove(log, entry, operations);
    else take(log, entry); // overwritten below
  }
  for (const seen of append.seen) insert(log, encodeSeen(seen), operations);
  for (const [r, t] of append.vv) raise(log.vv, r, t);
  log.clock = Math.max(log.clock, append.clock);
};

const insert = (log: OpenLog, { key, value, digest }: Entry, operations: Operation[]): void => {
  operations.push({ type: 'put', key, value });
  log.records++;
  log.sum += digest;
};

const remove = (log: OpenLog, entry: Pick<Entry, 'key' | 'digest'>, operations: Operation[]): void => {
  operations.push({ type: 'del', key: entry.key });
  take(log, entry);
};

const take = (log: OpenLog, { digest }: Pick<Entry, 'digest'>): void => {
  log.records--;
  log.sum -= digest;
};

const metaOf = (log: OpenLog): Meta => ({
  ...log.fixed,
  clock: log.clock,
  vv: entriesOfVector(log.vv),
  records: log.records,
  sum: log.sum,
  unsyncedBoot: log.unsyncedBoot,
  mark: log.mark,
});

const syncMeta = (log: OpenLog): Promise<void> => log.db.put(META, encodeMeta(metaOf(log)), { sync: true });

/** Forces everything to the disk, and says so, so that a restart of the machine after this loses nothing. */
const closeLog = async (log: OpenLog): Promise<void> => {
  if (!log.failed && log.unsyncedBoot !== '') {
    log.unsyncedBoot = '';
    await syncMeta(log);
  }
  await log.db.close();
};

// --- opening ---------------------------------------------------------------------------------------------------------------

interface Opened {
  readonly log: OpenLog;
  readonly recovered: Recovered & { readonly mark: number };
}

const openLog = async (directory: string, owner: Owner, options: LevelLogOptions): Promise<E.Either<LogError, Opened>> => {
  const damaged = (what: string) => E.left(damage(directory, what));
  makeFolder(directory, 0o700);
  const marker = await readMarker(directory);
  if (marker === 'damaged') return damaged('replica.json cannot be read');
  const files = await checkFiles(directory);
  if (files.type === 'damaged') return damaged(files.what);
  if (files.type === 'none' && marker !== undefined) return damaged('the database is gone (no CURRENT)');

  const torn = files.type === 'torn' || marker?.torn === true;
  if (files.type === 'torn') await writeMarker(directory, { opens: marker?.opens ?? 0, torn });
  // Uncompressed, so that the tables can be checked before LevelDB opens them.
  const db: Database = new ClassicLevel(directory, { keyEncoding: 'utf8', valueEncoding: 'buffer', compression: false });
  try {
    await db.open();
  } catch (error) {
    return E.left(openError(directory, error));
  }
  const opened = await read(directory, db, owner, { opens: marker?.opens, torn }, options);
  if (E.isLeft(opened)) await db.close();
  return opened;
};

const read = async (
  directory: string,
  db: Database,
  owner: Owner,
  marker: { readonly opens: number | undefined; readonly torn: boolean },
  options: LevelLogOptions,
): Promise<E.Either<LogError, Opened>> => {
  const contents = await readAll(db);
  if (typeof contents === 'string') return E.left(damage(directory, contents));
  const before = contents.meta;
  const error = check(directory, contents, marker.opens ?? 0, owner);
  if (error !== undefined) return E.left(error);

  const bootId = options.bootId ?? (await bootOfMachine());
  const found = howFound(before, marker.torn, bootId);
  const fsync = options.fsync ?? false;
  const log: OpenLog = {
    db,
    fsync,
    fixed: { version: 1, server: owner.server, replica: identity(before, found, owner), opens: (before?.opens ?? 0) + 1 },
    vv: vectorOfEntries(before?.vv ?? []),
    unsyncedBoot: fsync ? '' : bootId,
    clock: before?.clock ?? 0,
    records: contents.records,
    sum: contents.sum,
    mark: before?.mark ?? 0,
    failed: false,
  };
  // In this order: a marker ahead of the database means that a part of the database is missing.
  await syncMeta(log);
  await writeMarker(directory, { opens: log.fixed.opens, torn: false });
  const { writes, seen } = contents;
  return E.right({
    log,
    recovered: { replica: log.fixed.replica, found, clock: log.clock, vv: entriesOfVector(log.vv), writes, seen, mark: log.mark },
  });
};

/** Is the database the one that was left, and this server's? */
const check = (directory: string, contents: Contents, opensAtLeast: number, owner: Owner): LogError | undefined => {
  const { meta, records, sum } = contents;
  if (meta === undefined) {
    return opensAtLeast > 0 || records > 0 ? damage(directory, 'the record that describes it is missing') : undefined;
  }
  if (meta.server !== owner.server) return otherServer(directory, meta.server, owner.server);
  if (meta.opens < opensAtLeast) return damage(directory, 'its latest part is missing');
  if (meta.records === records && meta.sum === sum) return undefined;
  return damage(directory, `it should have ${meta.records} records and has ${records}, or not the same ones`);
};

const howFound = (before: Meta | undefined, torn: boolean, bootId: string): Recovered['found'] => {
  if (before === undefined) return 'fresh';
  if (torn) return 'torn';
  return before.unsyncedBoot !== '' && bootId !== '' && before.unsyncedBoot !== bootId ? 'rebooted' : 'whole';
};

/** R7. */
const identity = (before: Meta | undefined, found: Recovered['found'], owner: Owner): Recovered['replica'] => {
  if (before === undefined) return replicaId(owner.server, owner.freshIncarnation);
  if (found === 'whole') return before.replica;
  return replicaId(owner.server, Math.max(incarnationOf(before.replica) + 1, owner.freshIncarnation ?? 0));
};

interface Contents {
  readonly meta: Meta | undefined;
  readonly writes: Write[];
  readonly seen: Seen[];
  readonly records: number;
  readonly sum: number;
}

/** Everything in the database, each record checked; a string says what is wrong. */
const readAll = async (db: Database): Promise<Contents | string> => {
  const writes: Write[] = [];
  const seen: Seen[] = [];
  let meta: Meta | undefined;
  let sum = 0;
  const iterator = db.iterator();
  try {
    for (;;) {
      const page = await iterator.nextv(1000);
      if (page.length === 0) break;
      for (const [key, value] of page) {
        if (key === META) {
          meta = decodeMeta(value);
          if (meta === undefined) return 'the record that describes it is damaged';
        } else if (key.startsWith('w/')) {
          const write = decodeWrite(key, value);
          if (write === undefined) return `record ${JSON.stringify(key)} is damaged`;
          writes.push(write);
          sum += digestOfWrite(key);
        } else {
          const put = decodeSeen(key, value);
          if (put === undefined) return `record ${JSON.stringify(key)} is damaged`;
          seen.push(put);
          sum += encodeSeen(put).digest;
        }
      }
    }
  } catch (error) {
    return reason(error);
  } finally {
    await iterator.close();
  }
  return { meta, writes, seen, records: writes.length + seen.length, sum };
};
