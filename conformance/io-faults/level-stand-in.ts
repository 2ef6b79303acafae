/**
 * Stands in for LevelDB. Each of its steps is a call of the file port. It has the same files as LevelDB: tables, a write-ahead file of batches, a manifest
 * that names both, and CURRENT, which names the manifest and is replaced by a rename. It makes them in LevelDB's order, too: the manifest of a new database
 * before CURRENT; at each opening a table of the write-ahead files' records, then an empty write-ahead file, the manifest, and CURRENT. Replaced files are
 * removed last.
 */
import { join } from 'node:path';
import { replaceFile, writeAll, writeFile, type Files, type OpenFile } from '#bayou/impl/log/files.js';
import type { Database, OpenDatabase, RecordChange } from '#bayou/impl/log/level-directory.js';
import { encodeLogRecord, readLogFile, readManifest } from '#bayou/impl/log/level-format.js';
import { bytesIn, editOf, tableOf } from './level-table.js';

type Records = Map<string, Buffer>;
type LoggedOperation = readonly ['put', string, string] | readonly ['del', string];

const lineOf = (o: RecordChange): LoggedOperation =>
  o.type === 'put' ? ['put', o.key, o.value.toString('base64')] : ['del', o.key];

const apply = (records: Records, lines: ReadonlyArray<LoggedOperation>): void => {
  for (const [type, key, value] of lines) {
    if (type === 'put') records.set(key, Buffer.from(value, 'base64'));
    else records.delete(key);
  }
};

const numbered = (n: number): string => String(n).padStart(6, '0');

/** Opens the database of a folder, or makes it. */
export const openStandIn =
  (files: Files): OpenDatabase =>
  (directory) =>
    Promise.resolve().then(() => openIn(files, directory));

const openIn = (files: Files, directory: string): Database => {
  const read = (name: string): Buffer => files.read(join(directory, name)) ?? Buffer.alloc(0);
  if (!files.names(directory).includes('CURRENT')) writeManifest(files, directory, 1, editOf(0, undefined));
  const names = files.names(directory);
  const manifest = read('CURRENT').toString('latin1').trim();
  const { tables, firstLog } = readManifest(readLogFile(read(manifest)).records) ?? {
    tables: new Map<number, number>(),
    firstLog: 0,
  };
  const records: Records = new Map();
  for (const table of tables.keys()) apply(records, linesIn(bytesIn(read(`${numbered(table)}.ldb`))));
  const logs = names.filter((name) => /^\d+\.log$/.test(name) && Number.parseInt(name) >= firstLog).sort();
  for (const name of logs) for (const batch of readLogFile(read(name)).records) apply(records, linesIn(batch));
  return rewritten(files, directory, records);
};

const linesIn = (bytes: Buffer): LoggedOperation[] => JSON.parse(bytes.toString('latin1')) as LoggedOperation[];

/** Writes all records to a new table, makes an empty write-ahead file and a manifest that names both, and then removes the earlier files. */
const rewritten = (files: Files, directory: string, records: Records): Database => {
  const old = files.names(directory).filter((name) => /^(\d+\.(log|ldb)|MANIFEST-\d+)$/.test(name));
  const number = Math.max(...old.map((name) => Number(/\d+/.exec(name)?.[0]))) + 1;
  const table = tableOf(Buffer.from(JSON.stringify([...records].map(([key, value]) => ['put', key, value.toString('base64')]))));
  writeFile(files, join(directory, `${numbered(number)}.ldb`), table, true);
  const file = files.open(join(directory, `${numbered(number + 1)}.log`));
  writeManifest(files, directory, number + 2, editOf(number + 1, { number, size: table.length }));
  for (const name of old) files.remove(join(directory, name));
  return databaseOf(file, records);
};

/** Writes a manifest with one edit, and CURRENT, which names the manifest. */
const writeManifest = (files: Files, directory: string, number: number, edit: Buffer): void => {
  const name = `MANIFEST-${numbered(number)}`;
  writeFile(files, join(directory, name), encodeLogRecord(edit, 0), true);
  replaceFile(files, directory, 'CURRENT', `${name}\n`, true);
};

const databaseOf = (file: OpenFile, records: Records): Database => {
  let size = 0;
  const append = (lines: ReadonlyArray<LoggedOperation>): void => {
    const record = encodeLogRecord(Buffer.from(JSON.stringify(lines), 'latin1'), size);
    writeAll(file, record, size);
    size += record.length;
  };
  // LevelDB, too, writes nothing after a batch that failed.
  let failed = false;
  const write = (operations: RecordChange[], sync: boolean): void => {
    if (failed) throw new Error('an earlier batch failed');
    failed = true;
    const lines = operations.map(lineOf);
    append(lines);
    if (sync) file.sync();
    apply(records, lines);
    failed = false;
  };
  return {
    batch: (operations, { sync }) => Promise.resolve().then(() => write(operations, sync)),
    iterator: () => {
      const left = [...records].sort(([a], [b]) => (a < b ? -1 : 1));
      return { nextv: (size) => Promise.resolve(left.splice(0, size)), close: () => Promise.resolve() };
    },
    close: () => Promise.resolve().then(() => file.close()),
  };
};
