/**
 * The journal's files, `journal-<number of the first change>.wal`, in LevelDB's log format, so that a torn end and damage are told
 * apart in one way (`level-format.ts`). The first record of a file names the log that it belongs to; each of the others is one change.
 */
import { join } from 'node:path';
import { withSession } from '../client-windows.js';
import { encodeLogRecord, readLogFile } from './level-format.js';
import type { Files } from './files.js';
import type { Append } from './log.js';

const NAME = /^journal-(\d{16})\.wal$/;

/** The name of the journal file that begins with this change. */
export const nameOfJournal = (first: number): string => `journal-${String(first).padStart(16, '0')}.wal`;

/** The name that a journal file gets which is of no use to its log, and may be to its owner. */
export const asideName = (name: string): string => name.replace(/wal$/, 'aside');

/** Its first record, which is no change. */
export const headerOf = (log: string): Buffer => encodeLogRecord(Buffer.from(JSON.stringify({ log }), 'latin1'), 0);

/** One change's record, for a file that ends at `at` now. Of dropped writes only the stamps are needed again. */
export const recordOf = (append: Append, at: number): Buffer => {
  const drops = append.drops.map(({ t, r }) => ({ t, r }));
  return encodeLogRecord(Buffer.from(JSON.stringify({ ...append, drops }), 'latin1'), at);
};

/** What one file holds. */
export interface JournalPart {
  readonly name: string;
  /** The number of its first change. */
  readonly first: number;
  /** The log that it belongs to; '' when an earlier version wrote it, or it is cut off before it says. */
  readonly log: string;
  readonly appends: ReadonlyArray<Append>;
  /** Where what follows them is not what was written; undefined when nothing follows, or what a death leaves. */
  readonly spoiltAt?: number;
}

/** Changes that were written before sessions had numbers remember puts without one. */
const appendOf = (append: Append): Append =>
  append.seen.length === 0 && append.forgotten.length === 0
    ? append
    : { ...append, seen: append.seen.map(withSession), forgotten: append.forgotten.map(withSession) };

/** What all files hold, in their order; a string says what cannot be read. What is cut off at a file's end is not among it. */
export const readJournal = (files: Files, directory: string): ReadonlyArray<JournalPart> | string => {
  const parts: JournalPart[] = [];
  const names = files.names(directory).filter((name) => NAME.test(name));
  for (const name of names.sort()) {
    const file = readLogFile(files.read(join(directory, name)) ?? Buffer.alloc(0));
    if (file.type === 'damaged') return `${name} is spoilt at byte ${file.at}, with valid records after it`;
    const records = file.records.map((record) => JSON.parse(record.toString('latin1')) as Append | { readonly log: string });
    const [header] = records;
    const log = header !== undefined && 'log' in header ? header.log : '';
    const appends = records.flatMap((record) => ('log' in record ? [] : [appendOf(record)]));
    const spoilt = file.type === 'spoilt' ? { spoiltAt: file.at } : {};
    parts.push({ name, first: Number(NAME.exec(name)?.[1]), log, appends, ...spoilt });
  }
  return parts;
};

/** The journal beside the number of changes that the database has. */
export interface Continuation {
  /** The changes that follow, without a gap. */
  readonly next: ReadonlyArray<Append>;
  /** The files with changes before which others are missing. */
  readonly afterGap: ReadonlyArray<string>;
  /** The number of the last change in the journal; 0: there is none. */
  readonly last: number;
}

/**
 * The number of the last change that the database has. Change 1 is the opening of an empty log, which holds nothing: where the database has nothing at all, and
 * the journal begins with the change after it, nothing is missing between them.
 */
export const markOf = (meta: { readonly mark: number } | undefined, parts: ReadonlyArray<JournalPart>): number =>
  meta?.mark ?? (parts[0] !== undefined && parts[0].log !== '' && parts[0].first === 2 ? 1 : 0);

/** What of the journal comes after this change. */
export const continuationOf = (parts: ReadonlyArray<JournalPart>, mark: number): Continuation => {
  const next: Append[] = [];
  const afterGap: string[] = [];
  let last = 0;
  for (const { name, first, appends } of parts) {
    const known = mark + next.length + 1 - first;
    if (known < 0 && appends.length > 0) afterGap.push(name);
    else next.push(...appends.slice(known));
    if (appends.length > 0) last = Math.max(last, first + appends.length - 1);
  }
  return { next, afterGap, last };
};
