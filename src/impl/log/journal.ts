/**
 * The journal in front of the database.
 *
 * A change survives the death of the process as soon as the kernel has the change. One synchronous `write` hands a change to the kernel in
 * about a microsecond. A batch of LevelDB takes a turn of the thread pool, some 40 µs, which is as long as the rest of a put. So a change is
 * appended to the journal and acknowledged. The database takes the change in later, together with many others, and never writes changes
 * that were superseded meanwhile (R6).
 */
import { join } from 'node:path';
import { errorOf } from '../../core/errors.js';
import type { Timer, Timers } from '../../ports/ports.js';
import { merged } from './contents.js';
import { notInPlace } from './errors.js';
import { closeQuietly, writeAll, type Files, type OpenFile } from './files.js';
import type { HighWater } from './high-water.js';
import { headerOf, nameOfJournal, recordOf } from './journal-files.js';
import type { Append } from './log.js';

/** The limits of a journal. */
export interface JournalLimits {
  /** How long a change may be in the journal and not in the database, in milliseconds. */
  readonly takeInMs: number;
  /** How many changes that only the journal has start the taking-in sooner. */
  readonly takeInCount: number;
  /** How many bytes of changes that only the journal has start the taking-in sooner. */
  readonly takeInBytes: number;
  /** Above this number of changes that only the journal has, a commit waits for the database. */
  readonly maxBehind: number;
  /** Above this size in bytes of changes that only the journal has, a commit waits for the database. */
  readonly maxBehindBytes: number;
  /** Above this size in bytes of a journal file, the next change begins another file. */
  readonly fileBytes: number;
}

/** The limits of a server's journal. */
export const JOURNAL_LIMITS: JournalLimits = {
  takeInMs: 2000,
  takeInCount: 4096,
  takeInBytes: 4 * 1024 * 1024,
  maxBehind: 65_536,
  maxBehindBytes: 64 * 1024 * 1024,
  fileBytes: 16 * 1024 * 1024,
};

/** How many bytes of changes go into the database at once. Encoding them blocks the process for some milliseconds. */
const BATCH_BYTES = 1024 * 1024;

/** A change that the database does not have yet, and its size in the journal. */
interface Behind {
  readonly append: Append;
  readonly bytes: number;
}

/** Changes in runs of about {@link BATCH_BYTES}. */
const batchesOf = (behind: ReadonlyArray<Behind>): ReadonlyArray<ReadonlyArray<Behind>> => {
  const batches: Behind[][] = [];
  let room = 0;
  for (const one of behind) {
    if (room < one.bytes) {
      batches.push([]);
      room = BATCH_BYTES;
    }
    batches.at(-1)?.push(one);
    room -= one.bytes;
  }
  return batches;
};

/** A journal's directory, and the parts of the log that the journal uses. */
export interface JournalPlace {
  readonly directory: string;
  readonly files: Files;
  /** The log's name. */
  readonly log: string;
  /** The name of the log's opening. */
  readonly opening: string;
  readonly highWater: HighWater;
  /** Makes `change` durable in the database. `change` merges several changes, and `last` is the number of the last of them. */
  readonly takeIn: (change: Append, last: number) => Promise<void>;
  /** Is told that a change could not be taken in. The journal takes no more changes. */
  readonly onFailure: (error: Error) => void;
  readonly timers: Timers;
}

interface JournalFile {
  readonly path: string;
  readonly file: OpenFile;
  readonly ino: string;
  size: number;
  /** The number of the last change in this file. */
  last: number;
}

/** An open journal. */
export class Journal {
  readonly #place: JournalPlace;
  readonly #limits: JournalLimits;
  readonly #sealed: JournalFile[] = [];
  #file: JournalFile;
  /** Changes that the database does not have yet. */
  #behind: Behind[] = [];
  /** The size of the changes in `#behind` and of the changes on their way to the database. */
  #behindBytes = 0;
  #takingIn: Promise<void> | undefined;
  #timer: Timer | undefined;
  #failure: Error | undefined;
  /** A file is not in its place: no more changes are taken, and the database gets those that are there. */
  #lost: Error | undefined;

  /** Begins a journal whose first change has this number. */
  constructor(place: JournalPlace, first: number, limits: JournalLimits) {
    this.#place = place;
    this.#limits = limits;
    this.#file = this.#begin(first);
  }

  /** The number of the last change. */
  get last(): number {
    return this.#file.last;
  }

  /** `undefined`: the changes are durable. A promise: the changes are durable when the promise resolves. Throws if they cannot be made durable. */
  commit(appends: ReadonlyArray<Append>): Promise<void> | undefined {
    const failure = this.#failure ?? this.#lost;
    if (failure !== undefined) throw failure;
    const { maxBehind, maxBehindBytes, takeInCount, takeInBytes } = this.#limits;
    if (this.#behind.length > maxBehind || this.#behindBytes > maxBehindBytes)
      return this.#takeIn().then(() => this.commit(appends));
    try {
      if (this.#file.size > this.#limits.fileBytes) this.#rotate();
      this.#write(appends);
    } catch (error) {
      throw this.#fail(error);
    }
    if (this.#behind.length >= takeInCount || this.#behindBytes >= takeInBytes) void this.#takeIn();
    else this.#timer ??= this.#place.timers.after(this.#limits.takeInMs, () => void this.#takeIn(), false);
    return undefined;
  }

  /**
   * Looks whether the journal's files are in their place, without blocking the process: an opening of the log finds them nowhere else. If one is
   * not, the database gets its changes at once, and the call rejects. No commit looks, because the look would cost as much as the write.
   */
  async look(): Promise<void> {
    for (const one of [...this.#sealed, this.#file]) {
      const facts = await this.#place.files.look(one.path);
      const isInUse = one === this.#file || this.#sealed.includes(one);
      if (!isInUse || facts?.ino === one.ino) continue;
      this.#lost ??= notInPlace(one.path);
      // One taking-in is not enough: that under way lacks the changes that came since it began.
      void this.#takeInTheRest();
      throw this.#lost;
    }
  }

  /**
   * Takes every change into the database, and leaves the files for the caller to remove. An error: a step failed, now or earlier, and the files
   * are still needed.
   */
  async close(): Promise<Error | undefined> {
    await this.#takeInTheRest();
    this.#timer?.cancel();
    this.abandon();
    return this.#failure;
  }

  /** Closes the files as they are. A failed close loses nothing: the kernel has every acknowledged change. */
  abandon(): void {
    for (const { file } of [...this.#sealed, this.#file]) closeQuietly(file);
  }

  #begin(first: number): JournalFile {
    const { files, directory, log, opening } = this.#place;
    const path = join(directory, nameOfJournal(first));
    const file = files.open(path);
    const header = headerOf(log, opening);
    try {
      file.truncate(0);
      writeAll(file, header, 0);
      return { path, file, ino: file.facts().ino, size: header.length, last: first - 1 };
    } catch (error) {
      closeQuietly(file);
      throw error;
    }
  }

  #rotate(): void {
    this.#place.highWater.mustBeInPlace();
    const next = this.#begin(this.#file.last + 1);
    this.#sealed.push(this.#file);
    this.#file = next;
  }

  /** Appends all changes or none. On failure the file gets its old size back, if the system permits it. */
  #write(appends: ReadonlyArray<Append>): void {
    const to = this.#file;
    const records: Buffer[] = [];
    let at = to.size;
    for (const append of appends) {
      const record = recordOf(append, at);
      records.push(record);
      at += record.length;
    }
    try {
      writeAll(to.file, records.length === 1 ? records[0]! : Buffer.concat(records), to.size);
    } catch (error) {
      try {
        to.file.truncate(to.size);
      } catch {
        // The written bytes stay: they are unacknowledged changes or a torn end. An opening can read both.
      }
      throw error;
    }
    this.#place.highWater.raise(to.last + appends.length);
    for (const [i, append] of appends.entries()) this.#behind.push({ append, bytes: records[i]!.length });
    this.#behindBytes += at - to.size;
    to.size = at;
    to.last += appends.length;
  }

  #takeIn(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#takingIn ??= this.#takeInAll().finally(() => (this.#takingIn = undefined));
    return this.#takingIn;
  }

  /** Takes every change into the database, unless a step has failed. */
  async #takeInTheRest(): Promise<void> {
    // A taking-in under way must end first: two batches at once may reach the database in either order.
    while ((this.#behind.length > 0 || this.#takingIn !== undefined) && this.#failure === undefined) await this.#takeIn();
  }

  async #takeInAll(): Promise<void> {
    const taken = this.#behind;
    let last = this.#file.last - taken.length;
    this.#behind = [];
    try {
      for (const batch of batchesOf(taken)) {
        last += batch.length;
        await this.#place.takeIn(merged(batch.map(({ append }) => append)), last);
        this.#behindBytes -= batch.reduce((sum, { bytes }) => sum + bytes, 0);
        this.#removeSealed(last);
      }
    } catch (error) {
      // The journal has these changes, so nothing is lost. The log takes no more changes.
      this.#place.onFailure(this.#fail(error));
    }
  }

  #fail(error: unknown): Error {
    this.#failure ??= errorOf(error);
    return this.#failure;
  }

  #removeSealed(last: number): void {
    while (this.#sealed[0] !== undefined && this.#sealed[0].last <= last) {
      const [file] = this.#sealed.splice(0, 1);
      file?.file.close();
      if (file !== undefined) this.#place.files.remove(file.path);
    }
  }
}
