/**
 * The journal's files, `journal-<number of the first change>.wal`. They have LevelDB's log format, so `level-format.ts` tells a torn end from
 * damage in these files too. A file's first record names the file's log and opening. Each further record is one change.
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

/** A journal file's first record, which names the log and the opening that writes the file, and is no change. */
export const headerOf = (log: string, opening: string): Buffer =>
  encodeLogRecord(Buffer.from(JSON.stringify({ log, opening }), 'latin1'), 0);

/** One change's record, for a file that ends at `at` now. The record has only the stamps of dropped writes: a recovery needs no more. */
export const recordOf = (append: Append, at: number): Buffer => {
  const drops = append.drops.map(({ t, r }) => ({ t, r }));
  return encodeLogRecord(Buffer.from(JSON.stringify({ ...append, drops }), 'latin1'), at);
};

interface Header {
  readonly log: string;
  readonly opening?: string;
}

/** The contents of one journal file. */
export interface JournalContents {
  readonly name: string;
  /** The number of the file's first change. */
  readonly first: number;
  /** The name of the file's log. '': an earlier version wrote the file, or the file is cut off before its first record ends. */
  readonly log: string;
  /** The name of the opening that wrote the file. '': an earlier version wrote the file, or its first record is cut off. */
  readonly opening: string;
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
    const records = file.records.map((record) => JSON.parse(record.toString('latin1')) as Append | Header);
    const [header] = records;
    const { log, opening = '' } = header !== undefined && 'log' in header ? header : { log: '' };
    const appends = records.flatMap((record) => ('log' in record ? [] : [appendOf(record)]));
    const wrong = file.type === 'spoilt' ? { spoiltAt: file.at } : file.type === 'damaged' ? { damagedAt: file.at } : {};
    parts.push({ name, first: Number(NAME.exec(name)?.[1]), log, opening, appends, ...wrong });
  }
  return parts;
};
