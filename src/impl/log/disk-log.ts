/* eslint-disable max-lines -- one log: the order of its writes is its meaning, and a reader follows it from top to bottom. */
/**
 * The servers' durable log on disk: a LevelDB database with a journal in front, a high-water mark, and a note of the log's place. With
 * fsync there is no journal: the disk's latency then outweighs the database's, and one batch of the database commits all waiting changes.
 *
 * | in the log's folder | meaning |
 * |---|---|
 * | `lock/` | the lock; a process takes it before it reads anything else (`lock.ts`) |
 * | `CURRENT`, `MANIFEST-*`, `*.ldb`, `*.log` | the database (`level-log.ts`) |
 * | `journal-*.wal` | changes that the database may not have yet (`journal.ts`); `*.aside`: changes after a gap |
 * | `high-water` | the number of changes (`high-water.ts`) |
 * | `replica.json`, `seal-*` | the log's place (`place.ts`) |
 *
 * Changes are numbered from 1, and no opening of the log uses a number twice. An opening is a change too. A copy of the log that is opened goes
 * on with the same numbers, so each opening has a name (`continuation.ts`). `recovery.ts` tells a log that may lack changes
 * from a whole one.
 */
import { dirname, join, resolve } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { errorOf } from '../../core/errors.js';
import type { ReplicaId } from '../../core/ids.js';
import { NODE } from '../../ports/node.js';
import type { Surroundings, Timer } from '../../ports/ports.js';
import { Claim } from './claim.js';
import { closeError, inUse, LostLogError, openError } from './errors.js';
import { nodeFiles, type Files } from './files.js';
import { HighWater, readHighWater } from './high-water.js';
import { asideName, readJournal } from './journal-files.js';
import { Journal, JOURNAL_LIMITS, type JournalLimits } from './journal.js';
import { openLevel, type OpenDatabase } from './level-directory.js';
import { openBase, type Base, type DatabaseIdentity } from './level-log.js';
import type { Guard, Unlock } from './lock.js';
import { NO_CHANGE, type Append, type Log, type LogError, type Owner, type RecoveredLog } from './log.js';
import { bootOfMachine, idOfMachine } from './machine.js';
import { readPlace } from './place.js';
import { recover, type Recovery } from './recovery.js';
import { refusalOfLog } from './refusal.js';

/** The options of a log on disk. Servers set `fsync`, `guard` and `world`. The other options are for tests. */
export interface DiskLogOptions extends Partial<JournalLimits> {
  /** True: every commit is forced to the disk and survives the machine's death. False, the default: a commit survives the process's death. */
  readonly fsync?: boolean;
  /** The name of this boot of the machine. Default: the system's. */
  readonly bootId?: string;
  /** The name of the machine. Default: the system's. */
  readonly machineId?: string;
  /** How long a change may wait for a seal, in milliseconds. */
  readonly sealMs?: number;
  /** Keeps other processes out, in addition to the lock's file. Default: none. */
  readonly guard?: Guard;
  readonly files?: Files;
  /** Default: Node's clock, timers and chance. */
  readonly world?: Surroundings;
  readonly openDatabase?: OpenDatabase;
}

/** How long a change may wait for a seal. With fsync it is longer, because each seal costs three syncs. */
const SEAL_MS = { fsync: 10_000, plain: 2000 };

type Settings = Required<Pick<DiskLogOptions, 'fsync' | 'bootId' | 'machineId' | 'sealMs' | 'files' | 'openDatabase' | 'world'>> &
  Pick<DiskLogOptions, 'guard'> &
  JournalLimits;

const settingsOf = (o: DiskLogOptions): Settings => ({
  ...JOURNAL_LIMITS,
  fsync: false,
  bootId: o.bootId ?? bootOfMachine(),
  machineId: o.machineId ?? idOfMachine(),
  sealMs: o.fsync === true ? SEAL_MS.fsync : SEAL_MS.plain,
  files: nodeFiles,
  openDatabase: openLevel,
  world: NODE,
  ...o,
});

/** The log in a directory. `open` makes a missing directory. The path is resolved now, because the process may change its own directory later. */
export const createDiskLog = (folder: string, options: DiskLogOptions = {}): Log => {
  const directory = resolve(folder);
  let log: OpenLog | undefined;
  const opened = (): OpenLog => {
    if (log === undefined) throw new Error('the log is not open');
    return log;
  };
  return {
    open: async (owner, onFailure) => {
      const settings = settingsOf(options);
      const unlock = await takeLock(directory, settings).catch((error: unknown) => E.left(openError(directory, error)));
      if (E.isLeft(unlock)) return unlock;
      const found = await openLocked(directory, owner, settings).catch((error: unknown) => E.left(openError(directory, error)));
      if (E.isLeft(found)) {
        await unlock.right(true);
        return found;
      }
      const [open, recovered] = found.right;
      open.unlock = unlock.right;
      open.onFailure = onFailure;
      log = open;
      return E.right(recovered);
    },
    commit: (appends) => opened().commit(appends),
    look: async () => log?.look(),
    close: async () => {
      const closing = log;
      log = undefined;
      return (await closing?.close()) ?? E.right(undefined);
    },
  };
};

/**
 * Forces the names of the folder and of its parents to the disk. Without its name, a log is gone after the machine's death. The folder may
 * be there already: an earlier process may have made it and died before this call. A parent that this user may not open was not made by
 * a server, so it is skipped.
 */
const syncPath = (files: Files, directory: string): void => {
  for (let at = directory; dirname(at) !== at; at = dirname(at)) {
    try {
      files.syncFolder(dirname(at));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'EACCES' && code !== 'EPERM') throw error;
    }
  }
};

const takeLock = async (directory: string, { files, guard, fsync }: Settings): Promise<E.Either<LogError, Unlock>> => {
  files.makeFolder(directory);
  if (fsync) syncPath(files, directory);
  const unlock = await files.lock(directory, guard);
  return unlock === undefined ? E.left(inUse(directory)) : E.right(unlock);
};

// --- opening ---------------------------------------------------------------------------------------------------------------

/** The names of a log's files. A folder with none of them never held a log. */
const LOG_FILE = /^(CURRENT|MANIFEST-.*|\d+\.(log|ldb|dbtmp)|.*\.wal|high-water)$/;

type Opened = E.Either<LogError, readonly [OpenLog, RecoveredLog]>;

const openLocked = async (directory: string, owner: Owner, settings: Settings): Promise<Opened> => {
  const refusal = refusalOfLog(directory, owner, settings);
  if (refusal !== undefined) return E.left(refusal);
  const claim = new Claim(settings.files, directory, settings.world.chance);
  try {
    const opened = await openClaimed(directory, owner, settings, claim);
    if (E.isLeft(opened)) claim.release();
    return opened;
  } catch (error) {
    claim.release();
    throw error;
  }
};

const openClaimed = async (directory: string, owner: Owner, settings: Settings, claim: Claim): Promise<Opened> => {
  const { files, machineId, bootId, fsync, world } = settings;
  const found = readPlace(files, directory);
  const isNew = found === undefined && !files.names(directory).some((name) => LOG_FILE.test(name));
  const place = isNew ? undefined : found;
  // A new log is sealed before its database is made. So no kill leaves a database without a seal.
  if (isNew) claim.seal({ log: '', replica: null, machine: machineId, last: 0 }, fsync);
  else claim.take();
  const opened = await openBase(directory, owner.server, settings);
  if (E.isLeft(opened)) return opened;
  const base = opened.right;
  try {
    const journal = readJournal(files, directory);
    const highWater = readHighWater(files, directory);
    const evidence = {
      directory,
      owner,
      files,
      chance: world.chance,
      machine: machineId,
      boot: bootId,
      base: base.before,
      highWater,
      place,
    };
    const recovery = recover({ ...evidence, journal });
    if (E.isRight(recovery)) return E.right(await begin(directory, owner, settings, { base, claim }, recovery.right));
    await base.close();
    return recovery;
  } catch (error) {
    await base.close();
    throw error;
  }
};

/** Writes the recovered changes down under the replica's identity, before the log takes a new change. */
const begin = async (
  directory: string,
  { server }: Owner,
  settings: Settings,
  { base, claim }: { readonly base: Base; readonly claim: Claim },
  { changes, last, names, recovered, journals, aside }: Recovery,
): Promise<readonly [OpenLog, RecoveredLog]> => {
  const { files, fsync, bootId } = settings;
  const { replica } = recovered;
  const identity = { ...names, server, replica, unsyncedBoot: fsync ? '' : bootId };
  await base.commit(changes, last, true, identity);
  const highWater = new HighWater(files, directory, claim);
  try {
    highWater.raise(last);
    if (fsync) highWater.sync();
    for (const name of journals) files.remove(join(directory, name));
    for (const name of aside) files.rename(join(directory, name), join(directory, asideName(name)));
    return [new OpenLog(directory, settings, base, claim, highWater, { identity, last }), recovered];
  } catch (error) {
    highWater.close();
    throw error;
  }
};

// --- writing ---------------------------------------------------------------------------------------------------------------

class OpenLog {
  unlock: Unlock | undefined;
  onFailure: ((error: unknown) => void) | undefined;
  readonly #directory: string;
  readonly #settings: Settings;
  readonly #base: Base;
  readonly #claim: Claim;
  readonly #highWater: HighWater;
  /** The identity that the opening has written down. */
  readonly #opened: DatabaseIdentity;
  readonly #journal: Journal | undefined;
  #replica: ReplicaId;
  #last: number;
  #sealedAt = 0;
  #sealedLast = 0;
  #isCommitting = false;
  /** A seal was due while a commit was under way. */
  #isSealDue = false;
  #sealTimer: Timer | undefined;
  #isClosing = false;
  /** The error of which every later commit fails. */
  #failure: Error | undefined;
  #looking: Promise<void> | undefined;

  constructor(
    directory: string,
    settings: Settings,
    base: Base,
    claim: Claim,
    highWater: HighWater,
    { identity, last }: { readonly identity: DatabaseIdentity; readonly last: number },
  ) {
    this.#directory = directory;
    this.#settings = settings;
    this.#base = base;
    this.#claim = claim;
    this.#highWater = highWater;
    this.#opened = identity;
    this.#last = last;
    this.#replica = identity.replica;
    this.#journal = settings.fsync ? undefined : this.#begin();
    try {
      this.#seal(settings.fsync);
    } catch (error) {
      this.#journal?.abandon();
      throw error;
    }
  }

  commit(appends: ReadonlyArray<Append>): Promise<void> | undefined {
    if (this.#failure !== undefined) throw this.#failure;
    try {
      return this.#commit(appends)?.catch((error: unknown) => {
        throw this.#failed(error);
      });
    } catch (error) {
      throw this.#failed(error);
    }
  }

  #commit(appends: ReadonlyArray<Append>): Promise<void> | undefined {
    const replica = appends.findLast((append) => append.replica !== undefined)?.replica;
    const committed = this.#journal === undefined ? this.#commitBase(appends) : this.#journal.commit(appends);
    // The seal is planned after the commit: an earlier seal would lack this commit, and nothing would plan another seal.
    if (committed === undefined) this.#sealLater();
    else
      committed.then(
        () => this.#sealLater(),
        () => undefined,
      );
    if (replica === undefined) return committed;
    // The new identity is sealed before any answer leaves: an opening takes a replica.json with another identity for another log's.
    const noted = (): void => {
      this.#replica = replica;
      this.#seal(this.#settings.fsync);
    };
    if (committed !== undefined) return committed.then(noted);
    noted();
    return undefined;
  }

  /** Looks whether the log's files are in their place. One look is under way at a time: on a disk that hangs it does not end. */
  look(): Promise<void> {
    return (this.#looking ??= this.#lookNow().finally(() => (this.#looking = undefined)));
  }

  async close(): Promise<E.Either<LogError, void>> {
    this.#isClosing = true;
    this.#sealTimer?.cancel();
    const ended = await this.#end();
    this.#highWater.close();
    this.#claim.release();
    await this.#base.close();
    await this.unlock?.();
    return ended;
  }

  /**
   * Writes everything down in its place. A failure that was told before is told again only if the log is lost: otherwise every acknowledged
   * change is in the journal or the database, and the next opening reads both.
   */
  async #end(): Promise<E.Either<LogError, void>> {
    const before = this.#failure;
    try {
      const failure = await this.#journal?.close();
      if (failure === undefined) {
        await this.#syncAndSeal();
        return E.right(undefined);
      }
      this.#highWater.mustBeInPlace();
      await this.#journal?.look();
      // What stands in its place again has every acknowledged change. What was told before is not told again.
      return before === undefined ? E.left(closeError(failure)) : E.right(undefined);
    } catch (error) {
      return before === undefined || error instanceof LostLogError ? E.left(closeError(error)) : E.right(undefined);
    }
  }

  async #lookNow(): Promise<void> {
    try {
      await this.#highWater.look();
      await this.#journal?.look();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Notes the error of which every later commit fails. */
  #failed(error: unknown): Error {
    return (this.#failure ??= errorOf(error));
  }

  /** Fails the log while no commit is made. At a close the error is the close's. */
  #fail(error: unknown): void {
    if (this.#failure === undefined && !this.#isClosing) this.onFailure?.(this.#failed(error));
  }

  /** Forces everything to the disk and notes it in the database's identity. A restart of the machine after this call loses nothing. */
  async #syncAndSeal(): Promise<void> {
    const last = this.#lastChange;
    this.#highWater.mustBeInPlace();
    const identity = { ...this.#opened, replica: this.#replica, unsyncedBoot: '' };
    await this.#base.commit([NO_CHANGE], last, true, identity);
    const { files } = this.#settings;
    for (const name of files.names(this.#directory).filter((n) => n.endsWith('.wal'))) files.remove(join(this.#directory, name));
    this.#seal(true);
  }

  async #commitBase(appends: ReadonlyArray<Append>): Promise<void> {
    const last = this.#last + appends.length;
    this.#highWater.mustBeInPlace();
    this.#isCommitting = true;
    await this.#base.commit(appends, last, true).finally(() => (this.#isCommitting = false));
    this.#last = last;
    this.#highWater.raise(last);
    if (this.#isSealDue) this.#sealAgain();
    else this.#sealSometimes();
  }

  #begin(): Journal {
    const { files, world } = this.#settings;
    const takeIn = async (change: Append, last: number): Promise<void> => {
      this.#highWater.mustBeInPlace();
      await this.#base.commit([change], last, false);
      this.#sealSometimes();
    };
    const place = {
      directory: this.#directory,
      files,
      log: this.#opened.log,
      opening: this.#opened.opening ?? '',
      highWater: this.#highWater,
      takeIn,
      onFailure: (error: Error) => this.#fail(error),
      timers: world.timers,
    };
    return new Journal(place, this.#last + 1, this.#settings);
  }

  #sealSometimes(): void {
    if (this.#settings.world.clock.nowMs() - this.#sealedAt >= this.#settings.sealMs) this.#sealAgain();
  }

  /** Seals the last changes before a pause too: without this seal, older files put in the log's place would look like the whole log. */
  #sealLater(): void {
    if (this.#isClosing) return;
    const { sealMs, world } = this.#settings;
    this.#sealTimer ??= world.timers.after(
      sealMs,
      () => {
        this.#sealTimer = undefined;
        // The process blocks while it seals. If a disk does not answer the write under way, the process would block for ever. A write that
        // comes back makes the seal then.
        this.#isSealDue = this.#isCommitting;
        if (!this.#isCommitting && this.#lastChange > this.#sealedLast) this.#sealAgain();
      },
      false,
    );
  }

  get #lastChange(): number {
    return this.#journal?.last ?? this.#last;
  }

  /**
   * A seal that cannot be made since the log is not in its folder any more fails the log. Another failure, as of a full disk, leaves the seal before in place. That
   * one is still true, and the next is tried later.
   */
  #sealAgain(): void {
    if (this.#failure !== undefined) return;
    try {
      this.#seal(this.#settings.fsync);
    } catch (error) {
      this.#sealedAt = this.#settings.world.clock.nowMs();
      if (error instanceof LostLogError) this.#fail(error);
      else this.#sealLater();
    }
  }

  #seal(sync: boolean): void {
    this.#highWater.mustBeInPlace();
    const last = this.#lastChange;
    const known = { log: this.#opened.log, replica: this.#replica, machine: this.#settings.machineId, last };
    this.#claim.seal(known, sync);
    this.#sealedAt = this.#settings.world.clock.nowMs();
    this.#sealedLast = last;
    this.#isSealDue = false;
  }
}
