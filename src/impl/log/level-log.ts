/**
 * The log's database: LevelDB records with the log's contents, changed in atomic batches. Only the process with the log's lock may open it.
 *
 * If the last batch is cut off in the middle, the database opens with every complete batch, and its mark says how many changes it has. The
 * database is refused if a record in the middle is invalid, if records are missing or back from the past, or if files are damaged. If the
 * fault can be seen from outside, the refusal comes before LevelDB touches anything.
 */
import * as E from 'fp-ts/lib/Either.js';
import type { NodeId } from '../../core/ids.js';
import type { Transfer, Write } from '../../core/write.js';
import type { SeenPut } from '../client-windows.js';
import { entriesOfVector, raise, vectorOfEntries, type Vector } from '../vector.js';
import { damage, openError, otherServer } from './errors.js';
import { type Database, type OpenDatabase, type RecordChange } from './level-directory.js';
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
  type LevelEntry,
  type Meta,
} from './level-records.js';
import type { Append, LogError } from './log.js';

/** The database's name, and its server, replica, boot and opening. Only `replica` may change while the database is open. */
export type DatabaseIdentity = Pick<Meta, 'server' | 'log' | 'replica' | 'unsyncedBoot' | 'opening' | 'taken'>;

/** The contents of a database when it was opened. `meta` is undefined if the opening made the database. */
export interface BaseContents {
  readonly meta: Meta | undefined;
  readonly writes: ReadonlyArray<Write>;
  readonly seen: ReadonlyArray<SeenPut>;
  readonly waiting: ReadonlyArray<Write>;
}

/** An open database. */
export interface Base {
  readonly before: BaseContents;
  /**
   * Makes these changes, in this order, all or none. `databaseMark`: the number of the last change. `sync`: the changes are on the disk afterwards.
   * `identity` is written down from now on; the first commit has to give it. The caller makes one call at a time.
   */
  readonly commit: (
    appends: ReadonlyArray<Append>,
    databaseMark: number,
    sync: boolean,
    identity?: DatabaseIdentity,
  ) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Opens the database in a folder of this server, or makes the database. The caller has checked the files before (`checkFiles`). */
export const openBase = async (
  directory: string,
  server: NodeId,
  ports: { readonly openDatabase: OpenDatabase },
): Promise<E.Either<LogError, Base>> => {
  const db = await ports.openDatabase(directory);
  const opened = await readBase(directory, server, db).catch((error: unknown) => E.left(openError(directory, error, true)));
  if (E.isLeft(opened)) await closeDatabaseQuietly(db);
  return opened;
};

const readBase = async (directory: string, server: NodeId, db: Database): Promise<E.Either<LogError, Base>> => {
  const contents = await readAll(db);
  if (typeof contents === 'string') return E.left(damage(directory, contents, true));
  const refused = check(directory, contents, server);
  return refused === undefined ? E.right(baseOf(db, contents)) : E.left(refused);
};

// --- writing ---------------------------------------------------------------------------------------------------------------

/** Sums of digests are taken modulo this number, so they stay exact for any number of records. */
const SUMS = 2 ** 52;

/** The parts of `meta`, and the database. */
interface State {
  readonly db: Database;
  identity: DatabaseIdentity | undefined;
  readonly vv: Vector;
  transfers: ReadonlyArray<Transfer>;
  clock: number;
  records: number;
  sum: number;
  /** True: a commit failed, and the database's contents are not known any more. */
  failed: boolean;
}

const baseOf = (db: Database, contents: ReadContents): Base => {
  const { meta, records, sum } = contents;
  const state: State = {
    db,
    identity: meta,
    vv: vectorOfEntries(meta?.vv ?? []),
    transfers: meta?.transfers ?? [],
    clock: meta?.clock ?? 0,
    records,
    sum,
    failed: false,
  };
  return {
    before: contents,
    commit: (appends, databaseMark, sync, identity) => commit(state, appends, databaseMark, sync, identity),
    close: () => closeDatabaseQuietly(db),
  };
};

/** Closes the database and ignores a failure, because the database has every batch that it reported as written. */
const closeDatabaseQuietly = (db: Database): Promise<void> => db.close().catch(() => undefined);

const commit = async (
  state: State,
  appends: ReadonlyArray<Append>,
  databaseMark: number,
  sync: boolean,
  identity = state.identity,
): Promise<void> => {
  if (state.failed) throw new Error('an earlier commit failed');
  if (identity === undefined) throw new Error('a database of nobody');
  state.identity = identity;
  const operations: RecordChange[] = [];
  for (const append of appends) addOperations(state, append, operations);
  operations.push({ type: 'put', key: META, value: encodeMeta(metaOf(state, state.identity, databaseMark)) });
  try {
    await state.db.batch(operations, { sync });
  } catch (error) {
    state.failed = true;
    throw error;
  }
};

const metaOf = (state: State, identity: DatabaseIdentity, mark: number): Meta => ({
  version: 2,
  server: identity.server,
  log: identity.log,
  replica: identity.replica,
  unsyncedBoot: identity.unsyncedBoot,
  opening: identity.opening,
  taken: identity.taken,
  clock: state.clock,
  vv: entriesOfVector(state.vv),
  transfers: state.transfers,
  records: state.records,
  sum: state.sum,
  mark,
});

const addOperations = (state: State, append: Append, operations: RecordChange[]): void => {
  for (const write of append.writes) insert(state, encodeWrite(write), operations);
  for (const write of append.waiting ?? []) insert(state, encodeWrite(write, true), operations);
  for (const write of append.drops) {
    const key = keyOfWrite(write);
    remove(state, { key, digest: digestOfWrite(key) }, operations);
  }
  const reused = append.seen.map(keyOfSeen);
  for (const seen of append.forgotten) {
    const entry = encodeSeen(seen);
    if (!reused.includes(entry.key)) remove(state, entry, operations);
    else take(state, entry); // A record of `append.seen` takes its place below.
  }
  for (const seen of append.seen) insert(state, encodeSeen(seen), operations);
  for (const [r, t] of append.vv) raise(state.vv, r, t);
  state.transfers = append.transfers ?? state.transfers;
  state.clock = Math.max(state.clock, append.clock);
  if (append.replica !== undefined && state.identity !== undefined) {
    state.identity = { ...state.identity, replica: append.replica };
  }
};

const insert = (state: State, { key, value, digest }: LevelEntry, operations: RecordChange[]): void => {
  operations.push({ type: 'put', key, value });
  state.records++;
  state.sum = (state.sum + digest) % SUMS;
};

const remove = (state: State, entry: Pick<LevelEntry, 'key' | 'digest'>, operations: RecordChange[]): void => {
  operations.push({ type: 'del', key: entry.key });
  take(state, entry);
};

const take = (state: State, { digest }: Pick<LevelEntry, 'digest'>): void => {
  state.records--;
  state.sum = (state.sum - digest + SUMS) % SUMS;
};

// --- reading ---------------------------------------------------------------------------------------------------------------

interface ReadContents extends BaseContents {
  readonly records: number;
  readonly sum: number;
}

/** The refusal of a database that is not complete in itself or is another server's; undefined: it is complete and this server's. */
const check = (directory: string, { meta, records, sum }: ReadContents, server: NodeId): LogError | undefined => {
  if (meta === undefined) return records > 0 ? damage(directory, 'the record that describes it is missing', true) : undefined;
  if (meta.server !== server) return otherServer(directory, meta.server, server);
  if (meta.records === records && meta.sum === sum) return undefined;
  return damage(directory, `it should have ${meta.records} records and has ${records}, or not the same ones`, true);
};

/** Reads and checks every record of the database. A string: the line that says what is wrong. */
const readAll = async (db: Database): Promise<ReadContents | string> => {
  const writes: Write[] = [];
  const waiting: Write[] = [];
  const seen: SeenPut[] = [];
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
          const record = decodeWrite(key, value);
          if (record === undefined) return `record ${JSON.stringify(key)} is damaged`;
          (record.waits ? waiting : writes).push(record.write);
          sum = (sum + digestOfWrite(key)) % SUMS;
        } else {
          const put = decodeSeen(key, value);
          if (put === undefined) return `record ${JSON.stringify(key)} is damaged`;
          seen.push(put);
          sum = (sum + encodeSeen(put).digest) % SUMS;
        }
      }
    }
  } finally {
    await iterator.close();
  }
  return { meta, writes, seen, waiting, records: writes.length + waiting.length + seen.length, sum };
};
