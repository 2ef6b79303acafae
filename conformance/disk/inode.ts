/** Files and folders of a disk in memory, with their changes that are not synced. When the machine dies, any part of these changes is on the disk. */

/**
 * Decides what is left of an unsynced change when the machine dies, by a number from 0 up to 1, without 1. `change`: its number among all changes of
 * the disk. Of a file's change nothing is left below 1/3, all from 2/3 on. Between the two a beginning is left, the longer the greater the number;
 * but all of what lies in the file and is no longer than a page. A folder's change is undone below 1/2.
 */
export type SyncedPart = (change: number) => number;

/** Numbers the changes of a disk. */
export type Count = () => number;

/** An unsynced change of a file's bytes, with the bytes that it replaced. */
interface Change {
  readonly number: number;
  readonly at: number;
  readonly bytes: Buffer;
  readonly before: Buffer;
  readonly sizeBefore: number;
  readonly size: number;
}

/** The most unsynced changes of a file. Beyond it the system has written the eldest to the disk. */
const MAX_UNSYNCED = 4096;
/** The bytes that are overwritten in one piece: after the machine's death they are all old or all new. */
const PAGE = 4096;

/** A file. */
export class File {
  readonly ino: number;
  /** The file's number in the order in which the disk's files were made. Its inode may be given to a later file. */
  readonly serial: number;
  mtime: number;
  ctime: number;
  /** How many names the file has, and how many processes have it open. */
  links = 0;
  handles = 0;
  #bytes = Buffer.alloc(0);
  #size = 0;
  readonly #count: Count;
  #unsynced: Change[] = [];

  constructor(ino: number, serial: number, time: number, count: Count) {
    this.#count = count;
    this.ino = ino;
    this.serial = serial;
    this.mtime = time;
    this.ctime = time;
  }

  get size(): number {
    return this.#size;
  }

  /** A copy of the file's bytes. */
  read(): Buffer {
    return Buffer.from(this.#bytes.subarray(0, this.#size));
  }

  write(bytes: Buffer, at: number, time: number): void {
    const size = Math.max(this.#size, at + bytes.length);
    this.#note({ at, bytes: Buffer.from(bytes), before: this.#old(at, at + bytes.length), sizeBefore: this.#size, size });
    this.#put(bytes, at, size);
    this.mtime = this.ctime = time;
  }

  truncate(size: number, time: number): void {
    const bytes = Buffer.alloc(0);
    this.#note({ at: size, bytes, before: this.#old(size, this.#size), sizeBefore: this.#size, size });
    this.#put(bytes, size, size);
    this.mtime = this.ctime = time;
  }

  sync(): void {
    this.#unsynced = [];
  }

  /** Keeps a part of each unsynced change, as the machine dies. */
  loseUnsynced(part: SyncedPart): void {
    const changes = this.#unsynced;
    this.#unsynced = [];
    for (const { at, before, sizeBefore } of [...changes].reverse()) this.#put(before, at, sizeBefore);
    for (const change of changes) this.#redo(change, part(change.number));
  }

  #redo({ at, bytes, size, sizeBefore }: Change, part: number): void {
    if (part < 1 / 3) return;
    const isWhole = part >= 2 / 3 || (bytes.length <= PAGE && at + bytes.length <= sizeBefore);
    if (isWhole) this.#put(bytes, at, bytes.length === 0 ? size : Math.max(this.#size, at + bytes.length));
    else {
      const torn = bytes.subarray(0, Math.floor((part * 3 - 1) * bytes.length));
      if (torn.length > 0) this.#put(torn, at, Math.max(this.#size, at + torn.length));
    }
  }

  #old(from: number, to: number): Buffer {
    return Buffer.from(this.#bytes.subarray(Math.min(from, this.#size), Math.min(to, this.#size)));
  }

  #note(change: Omit<Change, 'number'>): void {
    this.#unsynced.push({ ...change, number: this.#count() });
    if (this.#unsynced.length > MAX_UNSYNCED) this.#unsynced.splice(0, MAX_UNSYNCED / 2);
  }

  /** Writes bytes. The gap between the file's end and a write behind it is filled with zeros. */
  #put(bytes: Buffer, at: number, size: number): void {
    const need = Math.max(size, at + bytes.length);
    if (need > this.#bytes.length) {
      const grown = Buffer.alloc(Math.max(need, this.#bytes.length * 2));
      this.#bytes.copy(grown, 0, 0, this.#size);
      this.#bytes = grown;
    }
    if (at > this.#size) this.#bytes.fill(0, this.#size, at);
    bytes.copy(this.#bytes, at);
    if (size < this.#size) this.#bytes.fill(0, size, this.#size);
    this.#size = size;
  }
}

/** A name stands for a file or a folder. */
export type Inode = File | Folder;

type Names = ReadonlyArray<readonly [string, Inode | undefined]>;

/** Names that changed together, with the files and folders for which they stood before. */
interface Renaming {
  readonly number: number;
  readonly names: Names;
  readonly before: Names;
}

/** A folder. */
export class Folder {
  readonly ino: number;
  readonly #names = new Map<string, Inode>();
  readonly #count: Count;
  #unsynced: Renaming[] = [];

  constructor(ino: number, count: Count) {
    this.#count = count;
    this.ino = ino;
  }

  get(name: string): Inode | undefined {
    return this.#names.get(name);
  }

  names(): string[] {
    return [...this.#names.keys()];
  }

  /** Changes names, all or none of them; `undefined` removes a name. */
  set(names: Names): void {
    const before = names.map(([name]) => [name, this.#names.get(name)] as const);
    this.#unsynced.push({ number: this.#count(), names, before });
    this.#apply(names);
  }

  sync(): void {
    this.#unsynced = [];
  }

  /** Keeps or undoes each unsynced change of names, as the machine dies. */
  loseUnsynced(part: SyncedPart): void {
    const changes = this.#unsynced;
    this.#unsynced = [];
    for (const { before } of [...changes].reverse()) this.#apply(before);
    for (const { number, names } of changes) if (part(number) >= 0.5) this.#apply(names);
  }

  #apply(names: Names): void {
    for (const [name, node] of names) {
      const old = this.#names.get(name);
      if (old instanceof File) old.links--;
      if (node instanceof File) node.links++;
      if (node === undefined) this.#names.delete(name);
      else this.#names.set(name, node);
    }
  }
}
