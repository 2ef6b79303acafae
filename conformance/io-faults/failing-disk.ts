/**
 * A disk in memory behind the log's file port. Each call has a number. One call, or all calls from one on, can go wrong. Written bytes survive the death of
 * the "process" that wrote them; its locks do not.
 */
import type { Files, OpenFile } from '#bayou/impl/log/files.js';
import { diskError, factsOf, DiskTree } from '../disk/tree.js';

/** The kinds of faults. */
export type FaultKind =
  /** The process dies in this call: a write leaves a part of its bytes, any other call has no effect. No call comes after it. */
  | 'kill'
  /** From this call on the disk takes no new byte and no new file. */
  | 'full'
  /** This call fails, once, without an effect; reads, syncs and closes too. */
  | 'EIO'
  /** This write takes a part of its bytes, and says so. */
  | 'short'
  /** This write takes a part of its bytes and says that it took all. No log withstands this, so the checks must notice it. */
  | 'lie';

/** A fault of the call with number `at`, counted from 1. `part`: how much of a write reaches the disk, from 0 up to 1, without 1. */
export interface DiskFault {
  readonly kind: FaultKind;
  readonly at: number;
  readonly part: number;
}

/** Thrown by the calls of a dead process. */
class Killed extends Error {
  override readonly name = 'Killed';
}

/** The calls that need room. */
const NEEDS_ROOM = new Set(['makeFolder', 'create', 'rename', 'append']);

/** The disk. */
export class FailingDisk {
  /** The number of calls in the present life. */
  calls = 0;
  readonly #tree = new DiskTree({ time: () => this.#time++, reusesInodes: false });
  readonly #locks = new Set<string>();
  #fault: DiskFault | undefined;
  #dead = false;
  #life = 0;
  #time = 1;

  /** Begins the life of a process that uses the disk. `fault`: the fault of this life. */
  begin(fault: DiskFault | undefined): Files {
    this.calls = 0;
    this.#fault = fault;
    this.#dead = false;
    this.#locks.clear();
    return this.#filesOf(++this.#life);
  }

  /** Ends the life of the process. */
  kill(): void {
    this.#dead = true;
  }

  isDead(): boolean {
    return this.#dead;
  }

  /** The names in a folder. */
  names(folder: string): string[] {
    return this.#tree.folder(folder, 'scandir').names();
  }

  /** Counts a call, and does the life's fault to it. `part`: how much of a write is done before `then` is called. */
  #call(life: number, call: string, path: string): { readonly part: number; readonly then: () => void } | undefined {
    if (this.#dead || life !== this.#life) throw new Killed(`${call} ${path}`);
    const number = ++this.calls;
    const fault = this.#fault;
    if (fault === undefined || number < fault.at) return undefined;
    if (fault.kind === 'full') {
      if (NEEDS_ROOM.has(call)) throw diskError('ENOSPC', call, path);
      return undefined;
    }
    if (number > fault.at) return undefined;
    const isWrite = call === 'append' || call === 'overwrite';
    if (fault.kind === 'kill') {
      const die = (): never => {
        this.#dead = true;
        throw new Killed(`${call} ${path}`);
      };
      return isWrite ? { part: fault.part, then: die } : die();
    }
    if (fault.kind === 'EIO') throw diskError('EIO', call, path);
    return isWrite ? { part: fault.part, then: () => undefined } : undefined;
  }

  #filesOf(life: number): Files {
    return {
      makeFolder: (path) => {
        if (this.#tree.isThere(path)) return;
        this.#call(life, 'makeFolder', path);
        this.#tree.makeFolder(path);
      },
      names: (folder) => {
        this.#call(life, 'names', folder);
        return this.names(folder);
      },
      real: (folder) => folder,
      read: (path) => {
        this.#call(life, 'read', path);
        return this.#tree.file(path)?.read();
      },
      facts: (path) => {
        this.#call(life, 'facts', path);
        const file = this.#tree.file(path);
        return file === undefined ? undefined : factsOf(file);
      },
      look: (path) =>
        Promise.resolve().then(() => {
          this.#call(life, 'facts', path);
          const file = this.#tree.file(path);
          return file === undefined ? undefined : factsOf(file);
        }),
      open: (path) => this.#open(life, path),
      rename: (from, to) => {
        this.#call(life, 'rename', from);
        this.#tree.rename(from, to);
      },
      remove: (path) => {
        this.#call(life, 'remove', path);
        this.#tree.remove(path);
      },
      syncFolder: (path) => void this.#call(life, 'syncFolder', path),
      lock: (path) => Promise.resolve().then(() => this.#lock(life, path)),
    };
  }

  #lock(life: number, path: string): (() => Promise<void>) | undefined {
    this.#call(life, 'lock', path);
    if (this.#locks.has(path)) return undefined;
    this.#locks.add(path);
    return () => {
      if (life === this.#life) this.#locks.delete(path);
      return Promise.resolve();
    };
  }

  /** How many bytes of a write reach the disk. Overwritten bytes lie in one page, so a kill leaves all of the old ones or all of the new. */
  #partOf(length: number, overwrites: boolean, part: number): number {
    if (this.#fault?.kind === 'short') return Math.max(1, Math.floor(length * part));
    if (overwrites) return part < 0.5 ? 0 : length;
    return Math.floor(length * part);
  }

  #open(life: number, path: string): OpenFile {
    const found = this.#tree.file(path);
    this.#call(life, found === undefined ? 'create' : 'open', path);
    const file = found ?? this.#tree.create(path);
    return {
      write: (bytes, at) => {
        const overwrites = at + bytes.length <= file.size;
        const fate = this.#call(life, overwrites ? 'overwrite' : 'append', path);
        const done = fate === undefined ? bytes.length : this.#partOf(bytes.length, overwrites, fate.part);
        if (done > 0) file.write(bytes.subarray(0, done), at, this.#tree.time());
        fate?.then();
        return this.#fault?.kind === 'lie' ? bytes.length : done;
      },
      truncate: (size) => {
        this.#call(life, 'truncate', path);
        file.truncate(size, this.#tree.time());
      },
      sync: () => void this.#call(life, 'sync', path),
      facts: () => {
        this.#call(life, 'facts', path);
        return factsOf(file);
      },
      close: () => void this.#call(life, 'close', path),
    };
  }
}
