/**
 * A disk in memory behind the log's file port. Each call has a number, and one of them, or all from one on, can go wrong. What was
 * written stays over the death of the "process" that used it; its locks do not.
 */
import { dirname } from 'node:path';
import type { FileFacts, Files, OpenFile } from '#bayou/impl/log/files.js';

/** What goes wrong. */
export type FaultKind =
  /** The process dies in this call: a write leaves a part of its bytes, anything else has no effect. Nothing comes after. */
  | 'kill'
  /** From this call on the disk takes no new byte and no new file. */
  | 'full'
  /** This call fails, once, without an effect; reads, syncs and closes too. */
  | 'EIO'
  /** This write takes a part of its bytes, and says so. */
  | 'short'
  /** This write takes a part of its bytes and says that it took all. No log withstands it: whoever looks for faults must notice. */
  | 'lie';

/** The call that goes wrong, numbered from 1. `part`: how much of a write comes through, from 0 up to 1, without 1. */
export interface Fault {
  readonly kind: FaultKind;
  readonly at: number;
  readonly part: number;
}

/** Thrown by whatever a dead process calls. */
export class Killed extends Error {
  override readonly name = 'Killed';
}

interface Inode {
  readonly ino: number;
  bytes: Buffer;
  mtime: number;
  ctime: number;
}

const systemError = (code: string, call: string, path: string): Error =>
  Object.assign(new Error(`${code}: ${call} '${path}'`), { code });

/** The calls that need room. */
const NEEDS_ROOM = new Set(['makeFolder', 'create', 'rename', 'append']);

/** The disk. */
export class Disk {
  /** How many calls there were in the life that goes on. */
  calls = 0;
  readonly #inodes = new Map<string, Inode>();
  readonly #folders = new Set<string>(['/']);
  readonly #locks = new Set<string>();
  #fault: Fault | undefined;
  #dead = false;
  #life = 0;
  #time = 1;
  #nextIno = 1;

  /** A process begins to use the disk; `fault` is what will befall it. */
  begin(fault: Fault | undefined): Files {
    this.calls = 0;
    this.#fault = fault;
    this.#dead = false;
    this.#locks.clear();
    return this.#filesOf(++this.#life);
  }

  /** The process is dead from now on. */
  kill(): void {
    this.#dead = true;
  }

  isDead(): boolean {
    return this.#dead;
  }

  /** The names in a folder. */
  names(folder: string): string[] {
    return [...this.#inodes.keys()].filter((path) => dirname(path) === folder).map((path) => path.slice(folder.length + 1));
  }

  #stamp(): number {
    return this.#time++;
  }

  /** Counts a call, and lets the fault befall it. `part`: so much of a write is to be done before. */
  #call(life: number, call: string, path: string): { readonly part: number; readonly then: () => void } | undefined {
    if (this.#dead || life !== this.#life) throw new Killed(`${call} ${path}`);
    const number = ++this.calls;
    const fault = this.#fault;
    if (fault === undefined || number < fault.at) return undefined;
    if (fault.kind === 'full') {
      if (NEEDS_ROOM.has(call)) throw systemError('ENOSPC', call, path);
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
    if (fault.kind === 'EIO') throw systemError('EIO', call, path);
    return isWrite ? { part: fault.part, then: () => undefined } : undefined;
  }

  #inode(path: string): Inode {
    const inode = this.#inodes.get(path);
    if (inode === undefined) throw systemError('ENOENT', 'open', path);
    return inode;
  }

  #factsOf({ ino, bytes, mtime, ctime }: Inode): FileFacts {
    return { ino: `${ino}`, size: bytes.length, mtimeNs: `${mtime}`, ctimeNs: `${ctime}` };
  }

  #filesOf(life: number): Files {
    return {
      makeFolder: (path) => {
        if (this.#folders.has(path)) return;
        this.#call(life, 'makeFolder', path);
        this.#folders.add(path);
      },
      names: (folder) => {
        this.#call(life, 'names', folder);
        return this.names(folder);
      },
      real: (folder) => folder,
      read: (path) => {
        this.#call(life, 'read', path);
        const inode = this.#inodes.get(path);
        return inode === undefined ? undefined : Buffer.from(inode.bytes);
      },
      facts: (path) => {
        this.#call(life, 'facts', path);
        const inode = this.#inodes.get(path);
        return inode === undefined ? undefined : this.#factsOf(inode);
      },
      open: (path) => this.#open(life, path),
      rename: (from, to) => {
        this.#call(life, 'rename', from);
        const inode = this.#inode(from);
        inode.ctime = this.#stamp();
        this.#inodes.delete(from);
        this.#inodes.set(to, inode);
      },
      remove: (path) => {
        this.#call(life, 'remove', path);
        this.#inodes.delete(path);
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

  /** How much of a write comes through. What is overwritten lies in one page: a kill leaves the old or the new. */
  #partOf(length: number, overwrites: boolean, part: number): number {
    if (this.#fault?.kind === 'short') return Math.max(1, Math.floor(length * part));
    if (overwrites) return part < 0.5 ? 0 : length;
    return Math.floor(length * part);
  }

  #open(life: number, path: string): OpenFile {
    const isNew = !this.#inodes.has(path);
    this.#call(life, isNew ? 'create' : 'open', path);
    if (isNew) {
      const time = this.#stamp();
      this.#inodes.set(path, { ino: this.#nextIno++, bytes: Buffer.alloc(0), mtime: time, ctime: time });
    }
    const inode = this.#inode(path);
    const write = (bytes: Buffer, at: number): void => {
      const size = Math.max(inode.bytes.length, at + bytes.length);
      const grown = Buffer.alloc(size);
      inode.bytes.copy(grown);
      bytes.copy(grown, at);
      inode.bytes = grown;
      inode.mtime = inode.ctime = this.#stamp();
    };
    return {
      write: (bytes, at) => {
        const overwrites = at + bytes.length <= inode.bytes.length;
        const fate = this.#call(life, overwrites ? 'overwrite' : 'append', path);
        const done = fate === undefined ? bytes.length : this.#partOf(bytes.length, overwrites, fate.part);
        if (done > 0) write(bytes.subarray(0, done), at);
        fate?.then();
        return this.#fault?.kind === 'lie' ? bytes.length : done;
      },
      truncate: (size) => {
        this.#call(life, 'truncate', path);
        inode.bytes = Buffer.from(inode.bytes.subarray(0, size));
        inode.mtime = inode.ctime = this.#stamp();
      },
      sync: () => void this.#call(life, 'sync', path),
      facts: () => {
        this.#call(life, 'facts', path);
        return this.#factsOf(inode);
      },
      close: () => void this.#call(life, 'close', path),
    };
  }
}
