/** The files of a LevelDB database, looked at before LevelDB opens them, and its opening. */
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { readLogFile, readManifest, type Manifest } from './level-format.js';
import { latestOf, peekAtBatch, peekAtTable, type Peek } from './level-peek.js';
import { META } from './level-records.js';
import { isTableWhole } from './level-tables.js';
import type { Files } from './files.js';

// --- the database ----------------------------------------------------------------------------------------------------------

/** One change of a record. */
export type Operation =
  { readonly type: 'put'; readonly key: string; readonly value: Buffer } | { readonly type: 'del'; readonly key: string };

/** A database, as far as the log uses it: LevelDB, or what a test puts in its place. */
export interface Database {
  /** All or none, also when the process is killed meanwhile. `sync`: on the disk. */
  readonly batch: (operations: Operation[], options: { readonly sync: boolean }) => Promise<void>;
  /** All records, in the order of their keys. */
  readonly iterator: () => {
    /** At most this many more; none at the end. */
    readonly nextv: (size: number) => Promise<ReadonlyArray<readonly [string, Buffer]>>;
    readonly close: () => Promise<void>;
  };
  readonly close: () => Promise<void>;
}

/** Opens the database in a folder, or makes it. Rejects with LevelDB's error. */
export type OpenDatabase = (directory: string) => Promise<Database>;

/** LevelDB. Uncompressed, so that the tables can be checked before. */
export const openLevel: OpenDatabase = async (directory) => {
  const db = new ClassicLevel<string, Buffer>(directory, { keyEncoding: 'utf8', valueEncoding: 'buffer', compression: false });
  await db.open();
  return db;
};

// --- its files -------------------------------------------------------------------------------------------------------------

/** What a look at the files says; `none`: there is no database yet. */
export type Examined = { readonly type: 'none' } | Sound | { readonly type: 'damaged'; readonly what: string };

/** LevelDB can open it. */
interface Sound {
  readonly type: 'some';
  /** The record that describes it; `unknown`: that cannot be read from outside. */
  readonly meta: Buffer | 'unknown' | undefined;
  /** Harmless where nothing is missing in the end; where something is, what shows that the files were spoilt, and not cut off. */
  readonly spoilt: string | undefined;
}

const damaged = (what: string): Examined => ({ type: 'damaged', what });

/** What there may be before there is a CURRENT, when a kill comes while the database is made. */
const FIRST_FILES = /^(MANIFEST-000001|000001\.dbtmp)$/;

/** Checks every file that LevelDB would use, in the way that LevelDB would not: see `level-format.ts`. Reads only. */
export const checkFiles = (files: Files, directory: string): Examined => {
  const names = files.names(directory);
  if (!names.includes('CURRENT')) {
    const left = names.find((name) => /^(\d+\.(log|ldb|dbtmp)|MANIFEST-\d+)$/.test(name) && !FIRST_FILES.test(name));
    return left === undefined ? { type: 'none' } : damaged(`CURRENT is missing and ${left} is there`);
  }
  const current = /^(MANIFEST-\d+)\n$/.exec(files.read(join(directory, 'CURRENT'))?.toString('latin1') ?? '')?.[1];
  const edits = current === undefined ? undefined : files.read(join(directory, current));
  if (current === undefined || edits === undefined) return damaged('CURRENT does not name a manifest');
  const read = readLogFile(edits);
  // A kill may cut its last edit off; what the edit would have replaced is there still.
  const manifest = read.type === 'damaged' || read.records.length === 0 ? undefined : readManifest(read.records);
  if (manifest === undefined) return damaged(`${current} is spoilt`);
  const peeks: Peek[] = [];
  const look = checkTables(files, directory, manifest, peeks) ?? checkWriteAhead(files, directory, { ...manifest, names, peeks });
  if (look.type !== 'some') return look;
  const unnamed = names.find((name) => /^\d+\.ldb$/.test(name) && !manifest.tables.has(Number.parseInt(name)));
  if (read.type === 'spoilt') return { ...look, spoilt: `${current} is spoilt` };
  return unnamed === undefined ? look : { ...look, spoilt: look.spoilt ?? `${current} does not name ${unnamed}` };
};

const checkTables = (files: Files, directory: string, { tables }: Manifest, peeks: Peek[]): Examined | undefined => {
  for (const [number, size] of tables) {
    const name = `${String(number).padStart(6, '0')}.ldb`;
    const file = files.read(join(directory, name));
    if (file === undefined) return damaged(`${name} is missing`);
    if (file.length !== size || !isTableWhole(file)) return damaged(`${name} is spoilt`);
    peeks.push(peekAtTable(file, META));
  }
  return undefined;
};

/** Only the last file that holds anything may be torn. What a torn end held is missed, if it is, by the high-water mark. */
const checkWriteAhead = (
  files: Files,
  directory: string,
  { firstLog, names, peeks }: Manifest & { readonly names: ReadonlyArray<string>; readonly peeks: Peek[] },
): Examined => {
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
  return { type: 'some', meta: latestOf(peeks), spoilt };
};
