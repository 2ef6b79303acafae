/** The file system of a disk in memory: paths, inodes, times. Processes and faults are in `io-faults/failing-disk.ts` and `simulation/simulated-disk.ts`. */
import type { FileFacts } from '#bayou/impl/log/files.js';
import { File, Folder, type Inode, type SyncedPart } from './inode.js';

/** An error of the system. */
export const diskError = (code: string, call: string, path: string): Error =>
  Object.assign(new Error(`${code}: ${call} '${path}'`), { code });

/** A copy of a folder, outside the disk. */
export interface Copy {
  readonly files: ReadonlyArray<{ readonly name: string; readonly bytes: Buffer; readonly mtime: number }>;
  readonly folders: ReadonlyArray<{ readonly name: string; readonly copy: Copy }>;
}

/** The options of a tree. */
export interface TreeOptions {
  /** Gives the time with which a change is stamped, in ns. */
  readonly time: () => number;
  /** Are free inodes given to new files, as on ext4? */
  readonly reusesInodes: boolean;
}

const partsOf = (path: string): string[] => path.split('/').filter((part) => part !== '');

/** The facts of a file. */
export const factsOf = ({ ino, size, mtime, ctime }: File): FileFacts => ({
  ino: `${ino}`,
  size,
  mtimeNs: `${mtime}`,
  ctimeNs: `${ctime}`,
});

/** The tree. Paths begin at the root, without links. */
export class DiskTree {
  readonly #options: TreeOptions;
  readonly #count = (): number => ++this.#changes;
  #changes = 0;
  readonly #root = new Folder(1, this.#count);
  readonly #free: number[] = [];
  #nextIno = 2;
  #serial = 0;

  constructor(options: TreeOptions) {
    this.#options = options;
  }

  // --- looking -------------------------------------------------------------------------------------------------------------

  #at(path: string): Inode | undefined {
    let node: Inode | undefined = this.#root;
    for (const part of partsOf(path)) node = node instanceof Folder ? node.get(part) : undefined;
    return node;
  }

  folder(path: string, call: string): Folder {
    const node = this.#at(path);
    if (node instanceof Folder) return node;
    throw diskError(node === undefined ? 'ENOENT' : 'ENOTDIR', call, path);
  }

  file(path: string): File | undefined {
    const node = this.#at(path);
    if (node instanceof Folder) throw diskError('EISDIR', 'open', path);
    return node;
  }

  isThere(path: string): boolean {
    return this.#at(path) !== undefined;
  }

  #parent(path: string, call: string): readonly [Folder, string] {
    const parts = partsOf(path);
    const name = parts.pop();
    if (name === undefined) throw diskError('EINVAL', call, path);
    return [this.folder(`/${parts.join('/')}`, call), name];
  }

  // --- changing ------------------------------------------------------------------------------------------------------------

  time(): number {
    return this.#options.time();
  }

  /** The number of the last change of a file or of names. */
  get changes(): number {
    return this.#changes;
  }

  #ino(): number {
    return (this.#options.reusesInodes ? this.#free.pop() : undefined) ?? this.#nextIno++;
  }

  makeFolder(path: string): void {
    let at = this.#root;
    for (const part of partsOf(path)) {
      const next = at.get(part);
      if (next instanceof File) throw diskError('EEXIST', 'mkdir', path);
      if (next === undefined) {
        const made = new Folder(this.#ino(), this.#count);
        at.set([[part, made]]);
        at = made;
      } else at = next;
    }
  }

  create(path: string): File {
    const [folder, name] = this.#parent(path, 'open');
    const file = new File(this.#ino(), this.#serial++, this.time(), this.#count);
    folder.set([[name, file]]);
    return file;
  }

  rename(from: string, to: string): void {
    const [source, name] = this.#parent(from, 'rename');
    const [target, newName] = this.#parent(to, 'rename');
    const node = source.get(name);
    if (node === undefined) throw diskError('ENOENT', 'rename', from);
    const old = target.get(newName);
    if (old === node) return;
    if (node instanceof File) node.ctime = this.time();
    if (source === target) {
      source.set([
        [name, undefined],
        [newName, node],
      ]);
    } else {
      target.set([[newName, node]]);
      source.set([[name, undefined]]);
    }
    this.letGo(old);
  }

  remove(path: string): void {
    const [folder, name] = this.#parent(path, 'unlink');
    const node = folder.get(name);
    if (node === undefined) return;
    folder.set([[name, undefined]]);
    this.letGo(node);
  }

  /** Frees the inode of a file that has no name and that no process has open. */
  letGo(node: Inode | undefined): void {
    if (node instanceof File && node.links === 0 && node.handles === 0) this.#free.push(node.ino);
  }

  // --- copies --------------------------------------------------------------------------------------------------------------

  /** Copies a folder. */
  copy(path: string): Copy {
    return this.#copyOf(this.folder(path, 'scandir'));
  }

  #copyOf(folder: Folder): Copy {
    const files: { name: string; bytes: Buffer; mtime: number }[] = [];
    const folders: { name: string; copy: Copy }[] = [];
    for (const name of folder.names()) {
      const node = folder.get(name);
      if (node instanceof File) files.push({ name, bytes: node.read(), mtime: node.mtime });
      else if (node !== undefined) folders.push({ name, copy: this.#copyOf(node) });
    }
    return { files, folders };
  }

  /**
   * Replaces a folder by a copy. `folder`: by a new folder (`mv`). `files`: the folder stays and gets new files, with their old times (`rsync -a`). `bytes`: existing files are
   * overwritten (`cp`). Files that the copy lacks are removed.
   */
  put(path: string, copy: Copy, how: 'folder' | 'files' | 'bytes'): void {
    if (how === 'folder') {
      const [parent, name] = this.#parent(path, 'rename');
      parent.set([[name, new Folder(this.#ino(), this.#count)]]);
    } else this.makeFolder(path);
    this.#fill(path, copy, how === 'bytes');
  }

  #fill(path: string, copy: Copy, inPlace: boolean): void {
    const folder = this.folder(path, 'open');
    for (const name of folder.names()) {
      const stays = copy.folders.some((f) => f.name === name) || (inPlace && copy.files.some((f) => f.name === name));
      if (!stays) this.remove(`${path}/${name}`);
    }
    for (const { name, bytes, mtime } of copy.files) {
      const file = this.file(`${path}/${name}`) ?? this.create(`${path}/${name}`);
      file.truncate(0, this.time());
      file.write(bytes, 0, this.time());
      if (!inPlace) file.mtime = mtime;
      file.sync();
    }
    for (const { name, copy: inner } of copy.folders) {
      this.makeFolder(`${path}/${name}`);
      this.#fill(`${path}/${name}`, inner, inPlace);
    }
    folder.sync();
  }

  // --- the machine's death -------------------------------------------------------------------------------------------------

  /** Loses unsynced changes, as the machine dies. No process has a file open afterwards. */
  loseUnsynced(part: SyncedPart): void {
    this.#lose(this.#root, part);
    this.#dropDoubles();
    // A file whose removal is lost exists again, with its inode.
    const used = new Set<number>();
    this.#walk(this.#root, (_, __, { ino }) => used.add(ino));
    this.#free.splice(0, Infinity, ...this.#free.filter((ino) => !used.has(ino)));
  }

  /** Removes each file whose inode an earlier file has again. A disk's own journal keeps the order: if it loses the removal of the earlier file, it also loses a later file that was given its inode. */
  #dropDoubles(): void {
    const eldest = new Map<number, File>();
    this.#walk(this.#root, (_, __, file) => {
      const other = eldest.get(file.ino);
      if (other === undefined || file.serial < other.serial) eldest.set(file.ino, file);
    });
    this.#walk(this.#root, (folder, name, file) => {
      if (eldest.get(file.ino) === file) return;
      folder.set([[name, undefined]]);
      folder.sync();
    });
  }

  #walk(folder: Folder, visit: (folder: Folder, name: string, file: File) => void): void {
    for (const name of folder.names()) {
      const node = folder.get(name);
      if (node instanceof Folder) this.#walk(node, visit);
      else if (node !== undefined) visit(folder, name, node);
    }
  }

  #lose(folder: Folder, part: SyncedPart): void {
    folder.loseUnsynced(part);
    for (const name of folder.names()) {
      const node = folder.get(name);
      if (node instanceof Folder) this.#lose(node, part);
      else if (node !== undefined) {
        node.handles = 0;
        node.loseUnsynced(part);
      }
    }
  }
}
