/**
 * The durable log as servers use it: a journal in front of the database of `level-log.ts`.
 *
 * A change is durable against the death of the process as soon as the kernel has it. One synchronous `write` hands it over in
 * about a microsecond; a batch of LevelDB's takes a turn of the thread pool, some 40 µs, which is as long as everything else that
 * a put costs. So a change is appended to the journal, acknowledged, and taken into the database later with many others, of which
 * those that were superseded meanwhile (R6) are never written there at all. With fsync there is no journal: the disk's latency
 * is what counts then, and the database commits together what waits together.
 *
 * The journal is files `journal-<first record>.wal` in LevelDB's log format, so that a torn end and damage are told apart in one
 * way (`level-format.ts`). Records are numbered from 1; the database remembers the last that it has (`mark`), and each file
 * begins with a record of its own, so that a journal that is gone, or lacks its latest part, is noticed. A log that is closed
 * has no journal: `mark` is negative then.
 */
import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { nameOfSlot, type Seen, withSession } from '../client-windows.js';
import { makeFolder } from '../folder.js';
import { readMarker, writeMarker } from './level-directory.js';
import { encodeLogRecord, readLogFile } from './level-format.js';
import { createLevelLog, type LevelLogOptions, type MarkedLog } from './level-log.js';
import { applyAppend, contentsOf, recoveredFrom } from './contents.js';
import { damage, openError } from './errors.js';
import type { Append, Log, LogError, Owner, Recovered } from './log.js';
import { raise, type Vector } from '../vector.js';
import type { Stamp, Write } from '../../core/write.js';

/** The limits of a journal. */
export interface JournalLimits {
  /** How long a change may be in the journal alone, in milliseconds. */
  readonly takeInMs: number;
  /** How many changes in the journal alone start the taking-in sooner. */
  readonly takeInCount: number;
  /** Changes in the journal alone above which a commit waits for the database. */
  readonly maxBehind: number;
  /** The size in bytes from which on a journal file is followed by another. */
  readonly fileBytes: number;
}

const LIMITS: JournalLimits = { takeInMs: 2000, takeInCount: 4096, maxBehind: 65_536, fileBytes: 16 * 1024 * 1024 };

const EMPTY: Append = { writes: [], drops: [], vv: [], clock: 0, seen: [], forgotten: [] };

/** The log in a directory, which is made if need be. */
export const createJournaledLog = (directory: string, options: LevelLogOptions & Partial<JournalLimits> = {}): Log => {
  const limits: JournalLimits = { ...LIMITS, ...options };
  const base = createLevelLog(directory, options);
  let journal: Journal | undefined;
  return {
    open: async (owner) => {
      const opened = await recover(directory, base, owner).catch((error: unknown) => E.left(openError(directory, error)));
      if (E.isLeft(opened)) return opened;
      const { recovered, files } = opened.right;
      try {
        const last = Math.abs(recovered.mark);
        journal = options.fsync === true ? undefined : await Journal.start(directory, base, last + 1, limits);
        if (journal === undefined) await base.commit([], -last);
        await removeFiles(files.filter((file) => file !== journal?.path));
      } catch (error) {
        await base.close();
        return E.left({
          type: 'failed',
          message: `the journal in ${directory} cannot be written: ${String(error)}; make room or repair`,
        });
      }
      return E.right(recovered);
    },
    commit: (appends) => (journal === undefined ? base.commit(appends) : journal.commit(appends)),
    close: async () => {
      await journal?.close();
      await base.close();
    },
  };
};

// --- writing ---------------------------------------------------------------------------------------------------------------

interface JournalFile {
  readonly path: string;
  readonly fd: number;
  size: number;
  /** The number of its last record. */
  last: number;
}

/** Of dropped writes only the stamps are needed again. */
const textOf = (append: Append): string => JSON.stringify({ ...append, drops: append.drops.map(({ t, r }) => ({ t, r })) });

class Journal {
  readonly #directory: string;
  readonly #base: MarkedLog;
  readonly #limits: JournalLimits;
  readonly #sealed: JournalFile[] = [];
  #file: JournalFile;
  /** Changes that the database does not have yet. */
  #behind: Append[] = [];
  #takingIn: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #failure: unknown;

  private constructor(directory: string, base: MarkedLog, first: number, limits: JournalLimits) {
    this.#limits = limits;
    this.#directory = directory;
    this.#base = base;
    this.#file = this.#begin(first);
  }

  /** Begins a journal with this record number. */
  static async start(directory: string, base: MarkedLog, first: number, limits: JournalLimits): Promise<Journal> {
    const journal = new Journal(directory, base, first, limits);
    await base.commit([], first);
    return journal;
  }

  /** The file being written. */
  get path(): string {
    return this.#file.path;
  }

  commit(appends: ReadonlyArray<Append>): Promise<void> | undefined {
    if (this.#failure !== undefined) throw new Error('an earlier write failed', { cause: this.#failure });
    if (this.#behind.length > this.#limits.maxBehind) return this.#takeIn().then(() => this.commit(appends));
    this.#write(appends.map(textOf));
    this.#behind.push(...appends);
    if (this.#file.size > this.#limits.fileBytes) this.#rotate();
    if (this.#behind.length >= this.#limits.takeInCount) void this.#takeIn();
    else this.#timer ??= setTimeout(() => void this.#takeIn(), this.#limits.takeInMs).unref();
    return undefined;
  }

  async close(): Promise<void> {
    // One that is on its way must end first: two batches at once may reach the database in either order.
    while ((this.#behind.length > 0 || this.#takingIn !== undefined) && this.#failure === undefined) await this.#takeIn();
    clearTimeout(this.#timer);
    const files = [...this.#sealed, this.#file];
    for (const file of files) closeSync(file.fd);
    if (this.#failure !== undefined) return;
    await this.#base.commit([], -this.#file.last);
    await removeFiles(files.map((file) => file.path));
  }

  /** A file whose first record says nothing but that the journal goes on here. */
  #begin(first: number): JournalFile {
    const path = join(this.#directory, `journal-${String(first).padStart(16, '0')}.wal`);
    const file: JournalFile = { path, fd: openSync(path, 'w', 0o600), size: 0, last: first - 1 };
    this.#file = file;
    this.#write([textOf(EMPTY)]);
    return file;
  }

  #rotate(): void {
    this.#sealed.push(this.#file);
    this.#behind.push(EMPTY);
    this.#begin(this.#file.last + 1);
  }

  /** Appends records, all or none; on failure the file is as it was, and nothing is written any more. */
  #write(texts: ReadonlyArray<string>): void {
    const file = this.#file;
    const records: Buffer[] = [];
    let at = file.size;
    for (const text of texts) {
      const record = encodeLogRecord(Buffer.from(text, 'latin1'), at);
      records.push(record);
      at += record.length;
    }
    const bytes = records.length === 1 ? records[0]! : Buffer.concat(records);
    try {
      for (let done = 0; done < bytes.length;) done += writeSync(file.fd, bytes, done);
    } catch (error) {
      this.#failure = error;
      ftruncateSync(file.fd, file.size);
      throw error;
    }
    file.size = at;
    file.last += texts.length;
  }

  #takeIn(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#takingIn ??= this.#takeInAll().finally(() => (this.#takingIn = undefined));
    return this.#takingIn;
  }

  async #takeInAll(): Promise<void> {
    const taken = this.#behind;
    const last = this.#file.last;
    this.#behind = [];
    try {
      await this.#base.commit([merged(taken)], last);
      await this.#removeSealed(last);
    } catch (error) {
      // The changes are in the journal; nothing is lost, but no more can be promised.
      this.#failure = error;
    }
  }

  async #removeSealed(last: number): Promise<void> {
    while (this.#sealed[0] !== undefined && this.#sealed[0].last <= last) {
      const [file] = this.#sealed.splice(0, 1);
      if (file === undefined) return;
      closeSync(file.fd);
      await rm(file.path);
    }
  }
}

/** Changes as one: what was added and superseded in between does not show. */
const merged = (appends: ReadonlyArray<Append>): Append => {
  const writes = new Map<string, Write>();
  const drops: Stamp[] = [];
  const seen = new Map<string, Seen>();
  const forgotten: Seen[] = [];
  const vv: Vector = new Map();
  let clock = 0;
  for (const append of appends) {
    for (const w of append.writes) writes.set(`${w.r} ${w.t}`, w);
    for (const w of append.drops) if (!writes.delete(`${w.r} ${w.t}`)) drops.push(w);
    for (const s of append.forgotten) if (!seen.delete(nameOfSlot(s))) forgotten.push(s);
    for (const s of append.seen) seen.set(nameOfSlot(s), s);
    for (const [r, t] of append.vv) raise(vv, r, t);
    clock = Math.max(clock, append.clock);
  }
  return { writes: [...writes.values()], drops, vv: [...vv], clock, seen: [...seen.values()], forgotten };
};

// --- opening ---------------------------------------------------------------------------------------------------------------

/** What the journal files of a directory hold. */
export interface Found {
  readonly files: ReadonlyArray<string>;
  readonly torn: boolean;
  /** The number of the first record; 0 when there is none. */
  readonly first: number;
  readonly records: ReadonlyArray<Append>;
}

const NAME = /^journal-(\d{16})\.wal$/;

/** Records that were written before sessions had numbers remember puts without one. */
const appendOf = (record: Buffer): Append => {
  const append = JSON.parse(record.toString('latin1')) as Append;
  return append.seen.length === 0 && append.forgotten.length === 0
    ? append
    : { ...append, seen: append.seen.map(withSession), forgotten: append.forgotten.map(withSession) };
};

/** Reads all journal files; a string says what is wrong with them. */
export const readJournal = async (directory: string): Promise<Found | string> => {
  const names = (await readdir(directory)).filter((name) => NAME.test(name)).sort();
  const records: Append[] = [];
  let first = 0;
  let torn: string | undefined;
  for (const name of names) {
    const begins = Number(NAME.exec(name)?.[1]);
    const file = readLogFile(await readFile(join(directory, name)));
    if (file.type === 'damaged') return `${name} is spoilt at byte ${file.at}, with valid records after it`;
    if (torn !== undefined && file.records.length > 0) return `${torn} is cut off, and ${name} goes on`;
    if (first === 0) first = begins;
    else if (begins !== first + records.length && file.records.length > 0) return `records before ${name} are missing`;
    if (file.type === 'torn' || file.records.length === 0) torn = name;
    for (const record of file.records) records.push(appendOf(record));
  }
  return { files: names.map((name) => join(directory, name)), torn: torn !== undefined, first, records };
};

interface Recovery {
  readonly recovered: Recovered & { readonly mark: number };
  readonly files: ReadonlyArray<string>;
}

/** Opens the database and takes in what only the journal has. */
const recover = async (directory: string, base: MarkedLog, owner: Owner): Promise<E.Either<LogError, Recovery>> => {
  makeFolder(directory, 0o700);
  const journal = await readJournal(directory);
  if (typeof journal === 'string') return E.left(damage(directory, journal));
  if (journal.torn) await noteTorn(directory);
  const opened = await base.open(owner);
  if (E.isLeft(opened)) return opened;
  const { mark, found } = opened.right;
  const last = journal.first + journal.records.length - 1;
  const wrong = found === 'rebooted' ? undefined : disagreement(journal, mark, last);
  if (wrong !== undefined) {
    await base.close();
    return E.left(damage(directory, wrong));
  }
  const pending = journal.first <= mark + 1 && last > mark && mark >= 0 ? journal.records.slice(mark + 1 - journal.first) : [];
  if (pending.length === 0) return E.right({ recovered: opened.right, files: journal.files });
  await base.commit([merged(pending)], last);
  const contents = contentsOf(opened.right);
  for (const append of pending) applyAppend(contents, append);
  return E.right({ recovered: { ...recoveredFrom(contents, opened.right.replica, found), mark: last }, files: journal.files });
};

/** The database then takes the next incarnation (R7): the record that was cut off may have been acknowledged. */
const noteTorn = async (directory: string): Promise<void> => {
  const marker = await readMarker(directory);
  if (marker !== 'damaged' && marker !== undefined) await writeMarker(directory, { ...marker, torn: true });
};

/** What is wrong between journal and database. The journal is written first, so it can't be behind, unless the machine died. */
const disagreement = (journal: Found, mark: number, last: number): string | undefined => {
  const older = 'the database is older than its journal';
  if (mark <= 0) return journal.records.length > 1 && last > -mark ? older : undefined;
  if (journal.files.length === 0) return 'its journal is gone';
  if (journal.records.length > 0 && journal.first > mark + 1) return older;
  // The file that was begun last may have been cut off within its first record, which says nothing.
  return last < mark && !(journal.torn && last === mark - 1) ? 'the latest part of its journal is missing' : undefined;
};

const removeFiles = async (files: ReadonlyArray<string>): Promise<void> => {
  for (const file of files) await rm(file, { force: true });
};
