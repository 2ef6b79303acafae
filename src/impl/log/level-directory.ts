/** Checks the files of a LevelDB database before LevelDB opens them. Also opens the database. */
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { readLogFile, readManifest, type Manifest } from './level-format.js';
import { latestPeek, peekAtBatch, peekAtTable, type Peek } from './level-peek.js';
import { META } from './level-records.js';
import { isTableWhole } from './level-tables.js';
import type { Files } from './files.js';

// --- the database ----------------------------------------------------------------------------------------------------------

/** One change of a record. */
export type RecordChange =
  { readonly type: 'put'; readonly key: string; readonly value: Buffer } | { readonly type: 'del'; readonly key: string };

/** A database with the calls that the log uses: LevelDB, or a test's stand-in. */
export interface Database {
  /** Makes all operations or none, even if the process is killed during the call. `sync`: the operations are on the disk afterwards. */
  readonly batch: (operations: RecordChange[], options: { readonly sync: boolean }) => Promise<void>;
  /** Reads all records, in the order of their keys. */
  readonly iterator: () => {
    /** The next records, at most `size`. An empty array: there are no more records. */
    readonly nextv: (size: number) => Promise<ReadonlyArray<readonly [string, Buffer]>>;
    readonly close: () => Promise<void>;
  };
  readonly close: () => Promise<void>;
}

/** Opens the database in a folder, or makes the database. Rejects with LevelDB's error. */
export type OpenDatabase = (directory: string) => Promise<Database>;

/** Opens LevelDB. It writes tables without compression, so the log can check them before the next opening. */
export const openLevel: OpenDatabase = async (directory) => {
  const db = new ClassicLevel<string, Buffer>(directory, { keyEncoding: 'utf8', valueEncoding: 'buffer', compression: false });
  await db.open();
  return db;
};

// --- its files -------------------------------------------------------------------------------------------------------------

/** The result of {@link checkFiles}. `none`: there is no database yet. */
export type ExaminedDatabase = { readonly type: 'none' } | Sound | { readonly type: 'damaged'; readonly what: string };

/** The result for a database that LevelDB can open. */
interface Sound {
  readonly type: 'some';
  /** The record that describes the database. `unknown`: the record cannot be read from outside. */
  readonly meta: Buffer | 'unknown' | undefined;
  /** The line that shows that the files were spoilt and not cut off. It is harmless if no change is missing in the end. */
  readonly spoilt: string | undefined;
}

const damaged = (what: string): ExaminedDatabase => ({ type: 'damaged', what });

/** The files that a kill may leave without a CURRENT while the database is made. */
const FIRST_FILES = /^(MANIFEST-000001|000001\.dbtmp)$/;

/** Checks every file that LevelDB would use. `level-format.ts` says which checks LevelDB lacks. The function only reads. */
export const checkFiles = (files: Files, directory: string): ExaminedDatabase => {
  const names = files.names(directory);
  if (!names.includes('CURRENT')) {
    const left = names.find((name) => /^(\d+\.(log|ldb|dbtmp)|MANIFEST-\d+)$/.test(name) && !FIRST_FILES.test(name));
    return left === undefined ? { type: 'none' } : damaged(`CURRENT is missing and ${left} is there`);
  }
  const current = /^(MANIFEST-\d+)\n$/.exec(files.read(join(directory, 'CURRENT'))?.toString('latin1') ?? '')?.[1];
  if (current === undefined) return damaged('CURRENT does not name a manifest');
  const edits = files.read(join(directory, current));
  if (edits === undefined) return damaged(`${current} is missing`);
  const read = readLogFile(edits);
  // LevelDB opens no database whose manifest has a wrong byte. But a kill may cut the manifest's last edit off: the files that the edit would
  // have replaced are still there.
  const isReadable = read.type === 'whole' || read.type === 'torn';
  const manifest = isReadable ? readManifest(read.records) : undefined;
  if (manifest === undefined) return damaged(`${current} is spoilt`);
  if (!manifest.isComplete) return damaged(`${current} is cut off`);
  const peeks: Peek[] = [];
  const look = checkTables(files, directory, manifest, peeks) ?? checkWriteAhead(files, directory, { ...manifest, names, peeks });
  if (look.type !== 'some') return look;
  const unnamed = names.find((name) => /^\d+\.ldb$/.test(name) && !manifest.tables.has(Number.parseInt(name)));
  return unnamed === undefined ? look : { ...look, spoilt: look.spoilt ?? `${current} does not name ${unnamed}` };
};

const checkTables = (files: Files, directory: string, { tables }: Manifest, peeks: Peek[]): ExaminedDatabase | undefined => {
  for (const [number, size] of tables) {
    const name = `${String(number).padStart(6, '0')}.ldb`;
    const file = files.read(join(directory, name));
    if (file === undefined) return damaged(`${name} is missing`);
    if (file.length !== size || !isTableWhole(file)) return damaged(`${name} is spoilt`);
    peeks.push(peekAtTable(file, META));
  }
  return undefined;
};

/** Checks the write-ahead files. Only the last file with records may be torn. The high-water mark shows whether the torn end held changes. */
const checkWriteAhead = (
  files: Files,
  directory: string,
  { firstLog, names, peeks }: Manifest & { readonly names: ReadonlyArray<string>; readonly peeks: Peek[] },
): ExaminedDatabase => {
  const logs = names
    .filter((name) => /^\d+\.log$/.test(name) && Number.parseInt(name) >= firstLog)
    .sort((a, b) => Number.parseInt(a) - Number.parseInt(b));
  let torn: string | undefined;
  let spoilt: string | undefined;
  for (const name of logs) {
    const file = readLogFile(files.read(join(directory, name)) ?? Buffer.alloc(0), 'batches');
    if (file.type === 'damaged') return damaged(`${name} is spoilt at byte ${file.at}, with valid records after it`);
    if (torn !== undefined && file.records.length > 0) return damaged(`${torn} is cut off, and ${name} goes on`);
    if (file.type !== 'whole') torn = name;
    if (file.type === 'spoilt') spoilt = `${name} is spoilt at byte ${file.at}`;
    for (const record of file.records) peeks.push(peekAtBatch(record, META));
  }
  return { type: 'some', meta: latestPeek(peeks), spoilt };
};
