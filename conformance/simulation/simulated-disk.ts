/**
 * The disk of a simulated machine, behind the log's file port. Written bytes survive the death of their process. A machine's death leaves any part of the
 * changes that were not synced. The disk can be armed, so that a call fails, falls short, or kills its process; and it can be slow.
 */
import { errorOf } from '#bayou/core/errors.js';
import type { Files, OpenFile } from '#bayou/impl/log/files.js';
import type { Unlock } from '#bayou/impl/log/lock.js';
import type { File } from '../disk/inode.js';
import { diskError, factsOf, DiskTree, type Copy } from '../disk/tree.js';
import type { CallFault } from '../layer4-hostile/fault-effects.js';
import { KilledProcessError, type Life } from './life.js';
import type { RandomStream } from './seeded-streams.js';
import type { Scheduler } from './scheduler.js';

/** The counts of a disk's calls and faults. */
export interface DiskCounts {
  calls: number;
  EIO: number;
  kill: number;
  short: number;
  ENOSPC: number;
  slow: number;
}

/** The fault of a write: `part` of it reaches the disk, and `then` is called. */
interface Fate {
  readonly part: number;
  readonly isShort: boolean;
  readonly then: () => void;
}

/** An open file of a process. A process may open a file twice. */
interface Handle {
  readonly file: File;
}

/** How long a sync takes, in µs. */
export const SYNC_US = { least: 100, most: 4000 };
/** The step of the system's clock for files, in ns: two changes may have one time. */
const TICK_NS = 4_000_000;
const LOCK_US = 100;
/** How many changes a disk that keeps their order loses at most; one of these numbers is drawn. */
const LOST_AT_ONCE = [2, 8, 64];
/** The part of a change that is wholly on the disk. */
const KEPT = 0.99;

const CHANGES = new Set(['append', 'overwrite', 'rename', 'unlink']);
const NEEDS_ROOM = new Set(['mkdir', 'create', 'rename', 'append']);

/** How many bytes of a write reach the disk. Bytes that are written over lie in one page, so a process's death leaves all of the old ones or all of the new. */
const partOf = (length: number, overwrites: boolean, { part, isShort }: Fate): number => {
  if (isShort) return Math.max(1, Math.floor(length * part));
  if (overwrites) return part < 0.5 ? 0 : length;
  return Math.floor(length * part);
};

/** The disk. */
export class SimulatedDisk {
  readonly counts: DiskCounts = { calls: 0, EIO: 0, kill: 0, short: 0, ENOSPC: 0, slow: 0 };
  /** Is the disk full? Then it refuses new bytes and new files. */
  isFull = false;
  /** How much longer each call takes, in µs. */
  slowUs = 0;
  readonly name: string;
  readonly #scheduler: Scheduler;
  readonly #random: RandomStream;
  readonly #tree: DiskTree;
  readonly #locks = new Map<number, Life>();
  /** By process, the open files of each port that it has to the disk. */
  readonly #handles = new Map<Life, ReadonlyArray<ReadonlySet<Handle>>>();
  #armed: (CallFault & { left: number })[] = [];

  /** `wallNs`: the time of the machine's clock. */
  constructor(name: string, scheduler: Scheduler, random: RandomStream, wallNs: () => number) {
    this.name = name;
    this.#scheduler = scheduler;
    this.#random = random;
    this.#tree = new DiskTree({ time: () => Math.floor(wallNs() / TICK_NS) * TICK_NS, reusesInodes: true });
  }

  // --- faults --------------------------------------------------------------------------------------------------------------

  /** Lets a later call go wrong. */
  arm(fault: CallFault): void {
    this.#armed.push({ ...fault, left: fault.after });
  }

  /** Forgets the armed faults that have not come about. */
  disarm(): void {
    this.#armed = [];
  }

  copy(folder: string): Copy | undefined {
    return this.#tree.isThere(folder) ? this.#tree.copy(folder) : undefined;
  }

  put(folder: string, copy: Copy, how: 'folder' | 'files' | 'bytes'): void {
    this.#tree.put(folder, copy, how);
  }

  /** The bytes of a file, for a look from outside; undefined: there is no such file. */
  peek(path: string): Buffer | undefined {
    return this.#tree.isThere(path) ? this.#tree.file(path)?.read() : undefined;
  }

  /** Replaces the bytes of a file, as another program than its server. */
  poke(path: string, bytes: Buffer): void {
    const file = this.#tree.file(path);
    if (file === undefined) return;
    file.truncate(0, this.#tree.time());
    file.write(bytes, 0, this.#tree.time());
  }

  /** Removes a folder or a file, as another program than its server. */
  wipe(path: string): void {
    if (this.#tree.isThere(path)) this.#tree.remove(path);
  }

  /**
   * Loses changes that were not synced, as the machine dies. A file system with transactions keeps all changes up to some instant, and none after it: a log looks whole,
   * and lacks its end. Other file systems may keep any part of each change.
   */
  loseUnsynced(): void {
    const isInOrder = this.#random.chance(0.5);
    const last = this.#tree.changes - this.#random.int(0, this.#random.pick(LOST_AT_ONCE));
    this.#tree.loseUnsynced(isInOrder ? (change) => (change <= last ? KEPT : 0) : () => this.#random.part());
    this.#locks.clear();
    this.disarm();
  }

  /** Counts a call, and does an armed fault to it. Returns the fate of a write; undefined: no fault. */
  #call(life: Life, call: string, path: string): Fate | undefined {
    life.mustLive(call);
    this.counts.calls++;
    if (this.slowUs > 0) this.#takes(life, this.slowUs);
    if (this.isFull && NEEDS_ROOM.has(call)) {
      this.counts.ENOSPC++;
      throw diskError('ENOSPC', call, path);
    }
    const fault = this.#armed.find((armed) => (armed.ofChanges !== true || CHANGES.has(call)) && armed.left-- === 0);
    if (fault === undefined) return undefined;
    this.#armed.splice(this.#armed.indexOf(fault), 1);
    this.#scheduler.note(life.name, `${fault.kind} in ${call} ${path}`);
    this.counts[fault.kind]++;
    if (fault.kind === 'EIO') throw diskError('EIO', call, path);
    const isWrite = call === 'append' || call === 'overwrite';
    const then = (): void => {
      if (fault.kind !== 'kill') return;
      life.die('SIGKILL');
      throw new KilledProcessError(`${call} ${path}`);
    };
    if (!isWrite) then();
    return { part: fault.part, isShort: fault.kind === 'short', then };
  }

  /** Lets the process wait for the disk. */
  #takes(life: Life, us: number): void {
    this.counts.slow++;
    life.busyUntilUs = Math.max(life.busyUntilUs, this.#scheduler.nowUs) + Math.round(us);
  }

  /** The open files and the locks of a process. */
  heldBy(life: Life): ReadonlyArray<string> {
    const files = (this.#handles.get(life) ?? []).reduce((sum, open) => sum + open.size, 0);
    const locks = [...this.#locks.values()].filter((holder) => holder === life).length;
    return [...Array.from({ length: files }, () => 'an open file'), ...Array.from({ length: locks }, () => 'a lock')];
  }

  // --- calls ---------------------------------------------------------------------------------------------------------------

  /** The file port of one process. `inThread`: a thread of the process makes the calls, so the process does not wait for them; the caller decides how long a sync takes. */
  filesOf(life: Life, inThread = false): Files {
    const call = (name: string, path: string): void => void this.#call(life, name, path);
    const open = new Set<Handle>();
    this.#handles.set(life, [...(this.#handles.get(life) ?? []), open]);
    life.onDeath((_, isSilent) => {
      if (!isSilent) for (const { file } of open) this.#closed(file);
      for (const [ino, holder] of this.#locks) if (holder === life) this.#locks.delete(ino);
    });
    return {
      makeFolder: (path) => {
        if (this.#tree.isThere(path)) return;
        call('mkdir', path);
        this.#tree.makeFolder(path);
      },
      names: (folder) => {
        call('names', folder);
        return this.#tree.folder(folder, 'scandir').names();
      },
      real: (folder) => folder,
      read: (path) => {
        call('read', path);
        return this.#tree.file(path)?.read();
      },
      facts: (path) => {
        call('facts', path);
        const file = this.#tree.file(path);
        return file === undefined ? undefined : factsOf(file);
      },
      look: (path) =>
        Promise.resolve().then(() => {
          call('facts', path);
          const file = this.#tree.file(path);
          return file === undefined ? undefined : factsOf(file);
        }),
      open: (path) => this.#open(life, path, open, inThread),
      rename: (from, to) => {
        call('rename', from);
        this.#tree.rename(from, to);
      },
      remove: (path) => {
        call('unlink', path);
        this.#tree.remove(path);
      },
      syncFolder: (path) => {
        call('syncFolder', path);
        if (!inThread) this.#takes(life, this.#random.int(SYNC_US.least, SYNC_US.most));
        this.#tree.folder(path, 'fsync').sync();
      },
      lock: (folder) => this.lock(life, folder, 'log'),
    };
  }

  /** Takes a lock of a folder, by its inode, until the process gives it back or dies; undefined: another holder has it. */
  lock(life: Life, folder: string, which: 'log' | 'database'): Promise<Unlock | undefined> {
    return new Promise((resolve, reject) => {
      this.#scheduler.after(LOCK_US, life, `lock ${folder}`, () => {
        try {
          this.#call(life, 'lock', folder);
          const { ino } = this.#tree.folder(folder, 'lock');
          resolve(this.#take(life, which === 'log' ? ino : -ino));
        } catch (error) {
          reject(errorOf(error));
        }
      });
    });
  }

  #take(life: Life, key: number): Unlock | undefined {
    if (this.#locks.has(key)) return undefined;
    this.#locks.set(key, life);
    return () => {
      if (this.#locks.get(key) === life) this.#locks.delete(key);
      return Promise.resolve();
    };
  }

  #closed(file: File): void {
    file.handles--;
    this.#tree.letGo(file);
  }

  #open(life: Life, path: string, opened: Set<Handle>, inThread: boolean): OpenFile {
    const found = this.#tree.file(path);
    this.#call(life, found === undefined ? 'create' : 'open', path);
    const file = found ?? this.#tree.create(path);
    file.handles++;
    const handle = { file };
    opened.add(handle);
    return {
      write: (bytes, at) => {
        const overwrites = at + bytes.length <= file.size;
        const fate = this.#call(life, overwrites ? 'overwrite' : 'append', path);
        const done = fate === undefined ? bytes.length : partOf(bytes.length, overwrites, fate);
        if (done > 0) file.write(bytes.subarray(0, done), at, this.#tree.time());
        fate?.then();
        return done;
      },
      truncate: (size) => {
        this.#call(life, 'truncate', path);
        file.truncate(size, this.#tree.time());
      },
      sync: () => {
        this.#call(life, 'sync', path);
        if (!inThread) this.#takes(life, this.#random.int(SYNC_US.least, SYNC_US.most));
        file.sync();
      },
      facts: () => {
        this.#call(life, 'facts', path);
        return factsOf(file);
      },
      close: () => {
        try {
          this.#call(life, 'close', path);
        } finally {
          // A close that fails has closed the file all the same (close(2) of Linux). A death closes all files.
          if (!life.isDead && opened.delete(handle)) this.#closed(file);
        }
      },
    };
  }
}
