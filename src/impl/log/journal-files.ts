/**
 * The journal's files, `journal-<number of the first change>.wal`. They have LevelDB's log format, so `level-format.ts` tells a torn end from
 * damage in these files too. A file's first record names the file's log. Each further record is one change.
 */
import { join } from 'node:path';
import { withSession } from '../client-windows.js';
import { encodeLogRecord, readLogFile } from './level-format.js';
import type { Files } from './files.js';
import type { Append } from './log.js';

const NAME = /^journal-(\d{16})\.wal$/;

/** The name of the journal file that begins with this change. */
export const nameOfJournal = (first: number): string => `journal-${String(first).padStart(16, '0')}.wal`;

/** The name that a journal file after a gap gets. The log has no use for the file any more, but its owner may have. */
export const asideName = (name: string): string => name.replace(/wal$/, 'aside');

/** A journal file's first record, which names the log and is no change. */
export const headerOf = (log: string): Buffer => encodeLogRecord(Buffer.from(JSON.stringify({ log }), 'latin1'), 0);

/** One change's record, for a file that ends at `at` now. The record has only the stamps of dropped writes: a recovery needs no more. */
export const recordOf = (append: Append, at: number): Buffer => {
  const drops = append.drops.map(({ t, r }) => ({ t, r }));
  return encodeLogRecord(Buffer.from(JSON.stringify({ ...append, drops }), 'latin1'), at);
};

/** The contents of one journal file. */
export interface JournalContents {
  readonly name: string;
  /** The number of the file's first change. */
  readonly first: number;
  /** The name of the file's log. '': an earlier version wrote the file, or the file is cut off before its first record ends. */
  readonly log: string;
  readonly appends: ReadonlyArray<Append>;
  /** The offset of bytes after the changes that differ from the bytes written. Undefined: no bytes follow, or a death cut them off. */
  readonly spoiltAt?: number;
  /** The offset of such bytes that have valid records after them. The changes there cannot be used: changes before them are missing. */
  readonly damagedAt?: number;
}

/** Gives a session number to puts in changes that were written before sessions had numbers. */
const appendOf = (append: Append): Append =>
  append.seen.length === 0 && append.forgotten.length === 0
    ? append
    : { ...append, seen: append.seen.map(withSession), forgotten: append.forgotten.map(withSession) };

/** The contents of all journal files, in their order. A change that a file's end cuts off is left out, and so is what comes after a spoilt one. */
export const readJournal = (files: Files, directory: string): ReadonlyArray<JournalContents> => {
  const parts: JournalContents[] = [];
  const names = files.names(directory).filter((name) => NAME.test(name));
  for (const name of names.sort()) {
    const file = readLogFile(files.read(join(directory, name)) ?? Buffer.alloc(0));
    const records = file.records.map((record) => JSON.parse(record.toString('latin1')) as Append | { readonly log: string });
    const [header] = records;
    const log = header !== undefined && 'log' in header ? header.log : '';
    const appends = records.flatMap((record) => ('log' in record ? [] : [appendOf(record)]));
    const wrong = file.type === 'spoilt' ? { spoiltAt: file.at } : file.type === 'damaged' ? { damagedAt: file.at } : {};
    parts.push({ name, first: Number(NAME.exec(name)?.[1]), log, appends, ...wrong });
  }
  return parts;
};

/** The journal's changes, compared with the number of the database's last change. */
export interface Continuation {
  /** The changes that follow the database's last change without a gap. */
  readonly next: ReadonlyArray<Append>;
  /** The names of the files whose changes come after a gap. */
  readonly afterGap: ReadonlyArray<string>;
  /** The names of the files with changes that cannot be used: those after a gap, and those that are damaged in their middle. */
  readonly unused: ReadonlyArray<string>;
  /** The number of the last change in the journal; 0: the journal has no change. */
  readonly last: number;
}

/**
 * The number of the last change that the database has. Change 1 is the opening of an empty log and holds nothing. So if the database is
 * empty and the journal begins with change 2, no change is missing between them.
 */
export const databaseMarkOf = (meta: { readonly mark: number } | undefined, parts: ReadonlyArray<JournalContents>): number =>
  meta?.mark ?? (parts[0] !== undefined && parts[0].log !== '' && parts[0].first === 2 ? 1 : 0);

/** The journal's changes after the last one that the database has. */
export const continuationOf = (parts: ReadonlyArray<JournalContents>, databaseMark: number): Continuation => {
  const next: Append[] = [];
  const afterGap: string[] = [];
  let last = 0;
  for (const { name, first, appends } of parts) {
    const known = databaseMark + next.length + 1 - first;
    if (known < 0 && appends.length > 0) afterGap.push(name);
    else next.push(...appends.slice(known));
    if (appends.length > 0) last = Math.max(last, first + appends.length - 1);
  }
  const unused = parts
    .filter(({ name, damagedAt }) => afterGap.includes(name) || damagedAt !== undefined)
    .map(({ name }) => name);
  return { next, afterGap, unused, last };
};
