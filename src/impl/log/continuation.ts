/**
 * Which changes of the journal go on after the database (R8, R10).
 *
 * A log's name and a change's number do not say which change it is: a copy of the log that was opened goes on with the same numbers. So each
 * opening has a random name. The database and the journal's files name the opening that wrote them, and an opening and a number name one change. A
 * file of another opening is one of these:
 * - The database names the opening among those whose files its own opening has found (`taken`), and the file has no change beyond the last one
 *   that was found there. The database has all of the file, and a kill kept the file from being removed.
 * - That opening was to set the file aside, and a kill came before it.
 * - Else files of two copies are mixed. No change of the file may be merged: the vector would claim the changes between the two.
 */
import type { JournalContents } from './journal-files.js';
import type { Meta, TakenFiles } from './level-records.js';
import type { Append } from './log.js';
import type { LogPlace } from './place.js';

/** The end of the database, after which the journal may go on. */
export interface DatabaseEnd {
  /** The number of the database's last change. */
  readonly mark: number;
  /** The name of the log. '': not known. */
  readonly log: string;
  /** The name of the opening that wrote the database. '': an earlier version wrote it. */
  readonly opening: string;
  readonly taken: ReadonlyArray<TakenFiles>;
}

const lastOf = ({ first, appends }: JournalContents): number => first + appends.length - 1;

/**
 * The end of the database. Change 1 is the opening of an empty log and holds nothing. So if the database is empty and the journal begins with
 * change 2, no change is missing between them.
 */
export const databaseEnd = (
  meta: Meta | undefined,
  parts: ReadonlyArray<JournalContents>,
  place: LogPlace | undefined,
): DatabaseEnd => {
  const [part] = parts;
  if (meta === undefined) {
    const mark = part !== undefined && part.log !== '' && part.first === 2 ? 1 : 0;
    return {
      mark,
      log: place === undefined || place.log === '' ? (part?.log ?? '') : place.log,
      opening: part?.opening ?? '',
      taken: [],
    };
  }
  const { mark, log, opening, taken = [] } = meta;
  if (opening !== undefined) return { mark, log, opening, taken };
  return { mark, log, opening: isOfCopy(meta, parts, place) ? OF_COPY : '', taken };
};

/** The name of an opening that no file has. */
const OF_COPY = 'copied';

/**
 * Is it the database of a copy that was opened, beside another log's journal? An earlier version named no openings. But in its log the database and
 * `replica.json` name one replica, unless a kill came within an opening, which then has the number after the journal's last change, or the journal
 * has the change of the replica's name.
 */
const isOfCopy = (meta: Meta, parts: ReadonlyArray<JournalContents>, place: LogPlace | undefined): boolean => {
  if (meta.log === '' || place?.isProved !== true || place.replica === null || place.replica === meta.replica) return false;
  const last = Math.max(0, ...parts.filter(({ appends }) => appends.length > 0).map(lastOf));
  const isRenamed = parts.some(({ appends }) => appends.some(({ replica }) => replica === meta.replica));
  return last > 0 && last + 1 !== meta.mark && !isRenamed;
};

type Relation = 'own' | 'taken' | 'aside' | 'another-log' | 'another-opening';

const relationOf = (part: JournalContents, end: DatabaseEnd): Relation => {
  const { name, log, opening, appends } = part;
  const taken = end.taken.find((one) => one.opening === opening);
  if (taken?.aside.includes(name) === true) return 'aside';
  // The file is cut off before its first record ends.
  if (log === '' && appends.length === 0) return 'own';
  if (log !== '' && end.log !== '' && log !== end.log) return 'another-log';
  if (opening === end.opening) return 'own';
  return taken !== undefined && lastOf(part) <= taken.known ? 'taken' : 'another-opening';
};

/** The journal's changes, compared with the database's end. */
export interface Continuation {
  /** The number of the last change that follows the database's changes without a gap. */
  readonly have: number;
  /** The changes that follow the database's last change without a gap. */
  readonly next: ReadonlyArray<Append>;
  /** The files that may have changes for the database. */
  readonly own: ReadonlyArray<JournalContents>;
  /** The names of the files whose changes come after a gap. */
  readonly afterGap: ReadonlyArray<string>;
  /** The name of a file of another log. */
  readonly ofAnotherLog: string | undefined;
  /** The name of a file of another opening whose changes do not come after a gap. */
  readonly ofAnotherOpening: string | undefined;
  /** The names of the files with changes that cannot be used: those after a gap, those that are damaged in their middle, and foreign ones. */
  readonly unused: ReadonlyArray<string>;
  /** The number of the last change in the journal; 0: the journal has no change. */
  readonly last: number;
}

/** The journal's changes after the last one that the database has. */
export const continuationOf = (parts: ReadonlyArray<JournalContents>, end: DatabaseEnd): Continuation => {
  const next: Append[] = [];
  const own: JournalContents[] = [];
  const afterGap: string[] = [];
  const unused: string[] = [];
  let ofAnotherLog: string | undefined;
  let ofAnotherOpening: string | undefined;
  let last = 0;
  for (const part of parts) {
    const { name, first, appends, damagedAt } = part;
    if (appends.length > 0) last = Math.max(last, lastOf(part));
    const relation = relationOf(part, end);
    if (relation === 'taken') continue;
    const known = end.mark + next.length + 1 - first;
    // A database that lacks its last file may lack the opening too.
    const isAfterGap = known < 0 && appends.length > 0 && (relation === 'own' || relation === 'another-opening');
    if (isAfterGap) afterGap.push(name);
    else if (relation === 'own') next.push(...appends.slice(Math.max(known, 0)));
    else if (relation === 'another-log') ofAnotherLog ??= name;
    else if (relation === 'another-opening') ofAnotherOpening ??= name;
    if (relation === 'own') own.push(part);
    if (isAfterGap || relation !== 'own' || damagedAt !== undefined) unused.push(name);
  }
  return { have: end.mark + next.length, next, own, afterGap, ofAnotherLog, ofAnotherOpening, unused, last };
};

/** What the database notes of the journal's files that it has taken in, before they are removed or set aside. */
export const takenOf = (
  parts: ReadonlyArray<JournalContents>,
  { taken }: DatabaseEnd,
  { have, own, unused }: Continuation,
): ReadonlyArray<TakenFiles> => {
  const notes = new Map<string, TakenFiles>();
  for (const part of parts) {
    const { opening, name } = part;
    const before = notes.get(opening) ?? { opening, known: 0, aside: [] };
    const known = own.includes(part) ? have : (taken.find((one) => one.opening === opening)?.known ?? 0);
    notes.set(opening, {
      opening,
      known: Math.max(before.known, known),
      aside: unused.includes(name) ? [...before.aside, name] : before.aside,
    });
  }
  return [...notes.values()];
};
