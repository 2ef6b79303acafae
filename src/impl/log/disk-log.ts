/* eslint-disable max-lines -- one log: its order of writes is its meaning, and is read from top to bottom. */
/**
 * The durable log on disk, as servers use it: a LevelDB database with a journal in front, a high-water mark, and a note of its
 * place. With fsync there is no journal: the disk's latency is what counts then, and the database commits together what waits.
 *
 * | in its folder | what it is |
 * |---|---|
 * | `lock/` | held by whoever has the log open, before anything else is read (`lock.ts`) |
 * | `CURRENT`, `MANIFEST-*`, `*.ldb`, `*.log` | the database (`level-log.ts`) |
 * | `journal-*.wal` | changes that the database may not have yet (`journal.ts`); `*.aside`: some before which others are missing |
 * | `high-water` | how many changes there are (`high-water.ts`) |
 * | `replica.json`, `seal-*` | where the log is (`place.ts`) |
 *
 * Changes are numbered from 1, and no number is used twice: also an opening is one. How a log that may lack something is told from
 * one that is whole is in `recovery.ts`.
 */
import { dirname, join, resolve } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import type { ReplicaId } from '../../core/ids.js';
import { NODE } from '../../ports/node.js';
import type { Surroundings, Timer } from '../../ports/ports.js';
import { Claim } from './claim.js';
import { damage, inUse, openError } from './errors.js';
import { nodeFiles, type Files } from './files.js';
import { HighWater, readHighWater } from './high-water.js';
import { asideName, readJournal } from './journal-files.js';
import { Journal, JOURNAL_LIMITS, type JournalLimits } from './journal.js';
import { openLevel, type OpenDatabase } from './level-directory.js';
import { openBase, type Base } from './level-log.js';
import type { Guard, Unlock } from './lock.js';
import { NO_CHANGE, type Append, type Log, type LogError, type Owner, type Recovered } from './log.js';
import { bootOfMachine, idOfMachine } from './machine.js';
import { readPlace } from './place.js';
import { recover, type Recovery } from './recovery.js';
import { refusalOf } from './refusal.js';

/** How a log on disk is kept. What is not `fsync` is for tests. */
export interface DiskLogOptions extends Partial<JournalLimits> {
  /** Is every commit forced to the disk, so that it survives the death of the machine too? Default false: of the process. */
  readonly fsync?: boolean;
  /** What names this boot of the machine; default: what the system says. */
  readonly bootId?: string;
  /** What names the machine; default: what the system says. */
  readonly machineId?: string;
  /** How long a change may wait for a seal, in milliseconds. */
  readonly sealMs?: number;
  /** Keeps other processes out, beside the lock's file. Default: nothing does. */
  readonly guard?: Guard;
  readonly files?: Files;
  /** Default: Node's clock, timers and chance. */
  readonly world?: Surroundings;
  readonly openDatabase?: OpenDatabase;
}

/** With fsync each seal costs three turns of the disk. */
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

/** The log in a directory, which is made if need be. Its path is resolved now: the process may change its own directory later. */
export const createDiskLog = (folder: string, options: DiskLogOptions = {}): Log => {
  const directory = resolve(folder);
  let log: OpenLog | undefined;
  const opened = (): OpenLog => {
    if (log === undefined) throw new Error('the log is not open');
    return log;
  };
  return {
    open: async (owner) => {
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
      log = open;
      return E.right(recovered);
    },
    commit: (appends) => opened().commit(appends),
    close: async () => {
      const closing = log;
      log = undefined;
      await closing?.close();
    },
  };
};

/**
 * Forces the names of the folder, and of those that lead to it, to the disk: a log of which the machine's death leaves no name was never there. Whoever was
 * here before may have made them and not come so far. What may not be opened was not made here.
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

/** The names of files that are in no folder where there never was a log. */
const A_LOGS = /^(CURRENT|MANIFEST-.*|\d+\.(log|ldb|dbtmp)|.*\.wal|high-water)$/;

type Opened = E.Either<LogError, readonly [OpenLog, Recovered]>;

const openLocked = async (directory: string, owner: Owner, settings: Settings): Promise<Opened> => {
  const refusal = refusalOf(directory, owner, settings);
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
  const isNew = found === undefined && !files.names(directory).some((name) => A_LOGS.test(name));
  const place = isNew ? undefined : found;
  // So that a kill before there is an identity does not leave a database that nobody has sealed.
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
    const recovery = typeof journal === 'string' ? E.left(damage(directory, journal)) : recover({ ...evidence, journal });
    if (E.isRight(recovery)) return E.right(await begin(directory, owner, settings, { base, claim }, recovery.right));
    await base.close();
    return recovery;
  } catch (error) {
    await base.close();
    throw error;
  }
};

/** Writes down what was recovered, under its identity, before anything is added to it. */
const begin = async (
  directory: string,
  { server }: Owner,
  settings: Settings,
  { base, claim }: { readonly base: Base; readonly claim: Claim },
  { changes, last, log, recovered, journals, aside }: Recovery,
): Promise<readonly [OpenLog, Recovered]> => {
  const { files, fsync, bootId } = settings;
  const { replica } = recovered;
  await base.commit(changes, last, true, { server, log, replica, unsyncedBoot: fsync ? '' : bootId });
  const highWater = new HighWater(files, directory, claim);
  try {
    highWater.raise(last);
    if (fsync) highWater.sync();
    for (const name of journals) files.remove(join(directory, name));
    for (const name of aside) files.rename(join(directory, name), join(directory, asideName(name)));
    return [new OpenLog(directory, settings, base, claim, highWater, { log, last, replica }), recovered];
  } catch (error) {
    highWater.close();
    throw error;
  }
};

// --- writing ---------------------------------------------------------------------------------------------------------------

class OpenLog {
  unlock: Unlock | undefined;
  readonly #directory: string;
  readonly #settings: Settings;
  readonly #base: Base;
  readonly #claim: Claim;
  readonly #highWater: HighWater;
  readonly #log: string;
  readonly #journal: Journal | undefined;
  readonly #server: number;
  #replica: ReplicaId;
  #last: number;
  #sealedAt = 0;
  #sealedLast = 0;
  #isCommitting = false;
  #sealTimer: Timer | undefined;
  #isClosing = false;

  constructor(
    directory: string,
    settings: Settings,
    base: Base,
    claim: Claim,
    highWater: HighWater,
    known: { readonly log: string; readonly last: number; readonly replica: ReplicaId },
  ) {
    this.#directory = directory;
    this.#settings = settings;
    this.#base = base;
    this.#claim = claim;
    this.#highWater = highWater;
    this.#log = known.log;
    this.#last = known.last;
    this.#replica = known.replica;
    this.#server = Number.parseInt(known.replica);
    this.#journal = settings.fsync ? undefined : this.#begin();
    try {
      this.#seal(settings.fsync);
    } catch (error) {
      this.#journal?.abandon();
      throw error;
    }
  }

  commit(appends: ReadonlyArray<Append>): Promise<void> | undefined {
    const replica = appends.findLast((append) => append.replica !== undefined)?.replica;
    const committed = this.#journal === undefined ? this.#commitBase(appends) : this.#journal.commit(appends);
    // Only then: a seal that came before it would not have it, and nothing would bring another.
    if (committed === undefined) this.#sealLater();
    else
      committed.then(
        () => this.#sealLater(),
        () => undefined,
      );
    if (replica === undefined) return committed;
    // Before anybody is told: a replica.json with another identity than the log's is taken for one of another log's.
    const noted = (): void => {
      this.#replica = replica;
      this.#seal(this.#settings.fsync);
    };
    if (committed !== undefined) return committed.then(noted);
    noted();
    return undefined;
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    this.#sealTimer?.cancel();
    try {
      if ((await this.#journal?.close()) !== false) await this.#syncAndSeal();
    } catch {
      // What was acknowledged is in the log, and the next opening takes it from where it is.
    }
    this.#highWater.close();
    this.#claim.release();
    await this.#base.close();
    await this.unlock?.();
  }

  /** Forces everything to the disk, and says so, so that a restart of the machine after this loses nothing. */
  async #syncAndSeal(): Promise<void> {
    const last = this.#lastChange;
    this.#highWater.mustBeInPlace();
    const identity = { server: this.#server, log: this.#log, replica: this.#replica, unsyncedBoot: '' };
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
    this.#sealSometimes();
  }

  #begin(): Journal {
    const { files, world } = this.#settings;
    const takeIn = async (change: Append, last: number): Promise<void> => {
      this.#highWater.mustBeInPlace();
      await this.#base.commit([change], last, false);
      this.#sealSometimes();
    };
    const place = { directory: this.#directory, files, log: this.#log, highWater: this.#highWater, takeIn, timers: world.timers };
    return new Journal(place, this.#last + 1, this.#settings);
  }

  #sealSometimes(): void {
    if (this.#settings.world.clock.wallMs() - this.#sealedAt >= this.#settings.sealMs) this.#sealAgain();
  }

  /** Also the last changes before a pause get a seal: without it older files put in their place would look like all that there ever was. */
  #sealLater(): void {
    if (this.#isClosing) return;
    const { sealMs, world } = this.#settings;
    this.#sealTimer ??= world.timers.after(
      sealMs,
      () => {
        this.#sealTimer = undefined;
        // The process waits for a seal. Beside a write that a disk does not answer it would wait for ever; a write that comes back brings a seal.
        if (!this.#isCommitting && this.#lastChange > this.#sealedLast) this.#sealAgain();
      },
      false,
    );
  }

  get #lastChange(): number {
    return this.#journal?.last ?? this.#last;
  }

  /** One that fails leaves the seal before, which is as true. */
  #sealAgain(): void {
    try {
      this.#seal(this.#settings.fsync);
    } catch {
      this.#sealedAt = this.#settings.world.clock.wallMs();
    }
  }

  #seal(sync: boolean): void {
    this.#highWater.mustBeInPlace();
    const last = this.#lastChange;
    const known = { log: this.#log, replica: this.#replica, machine: this.#settings.machineId, last };
    this.#claim.seal(known, sync);
    this.#sealedAt = this.#settings.world.clock.wallMs();
    this.#sealedLast = last;
  }
}
