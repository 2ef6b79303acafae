/**
 * The file system as the log uses it: a port, so that tests can make every single call of a run fail, fall short, or be the last.
 * All calls are synchronous but the lock: a log is opened once, and its hot path is one small write after another.
 */
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
  type BigIntStats,
} from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../../files/folder.js';
import { lockFolder, type Guard, type Unlock } from './lock.js';
import { codeOf } from '../../files/error-code.js';

/** What the file system says of a file. Times are nanoseconds since 1970; a ctime is the system's own, nobody can set it. */
export interface FileFacts {
  readonly ino: string;
  readonly size: number;
  readonly mtimeNs: string;
  readonly ctimeNs: string;
}

/** A file that is open for writing. */
export interface OpenFile {
  /** Writes a beginning of these bytes at this offset; gives how many it was. */
  readonly write: (bytes: Buffer, at: number) => number;
  readonly truncate: (size: number) => void;
  /** Forces its bytes to the disk. */
  readonly sync: () => void;
  readonly facts: () => FileFacts;
  readonly close: () => void;
}

/** The calls. Each throws the system's error, with its `code`. */
export interface Files {
  /** Makes a folder, for its owner alone, and those that lead to it, where they are not there. */
  readonly makeFolder: (path: string) => void;
  /** The names in a folder. */
  readonly names: (folder: string) => ReadonlyArray<string>;
  /** A folder's path without links. */
  readonly real: (folder: string) => string;
  /** A file's bytes; undefined when there is none. */
  readonly read: (path: string) => Buffer | undefined;
  readonly facts: (path: string) => FileFacts | undefined;
  /** Opens a file as it is, for writing; makes an empty one, for its owner alone, where there is none. */
  readonly open: (path: string) => OpenFile;
  readonly rename: (from: string, to: string) => void;
  /** Removes a file, if it is there. */
  readonly remove: (path: string) => void;
  /** Forces a folder's names to the disk. */
  readonly syncFolder: (path: string) => void;
  /**
   * Takes the lock of a folder until it is released or the process dies; undefined when somebody has it, in this process or
   * another. `guard`: what else keeps others out.
   */
  readonly lock: (folder: string, guard?: Guard) => Promise<Unlock | undefined>;
}

const factsOf = ({ ino, size, mtimeNs, ctimeNs }: BigIntStats): FileFacts => ({
  ino: `${ino}`,
  size: Number(size),
  mtimeNs: `${mtimeNs}`,
  ctimeNs: `${ctimeNs}`,
});

/** Uses an open file. What the system says of one has no name in it, as of a folder that is to be read like a file. */
const of = <A>(path: string, use: () => A): A => {
  try {
    return use();
  } catch (error) {
    const said = error as NodeJS.ErrnoException;
    if (said.code !== undefined && said.path === undefined) Object.assign(said, { path, message: `${said.message} '${path}'` });
    throw error;
  }
};

const openFile = (path: string): OpenFile => {
  const fd = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600);
  return {
    write: (bytes, at) => of(path, () => writeSync(fd, bytes, 0, bytes.length, at)),
    truncate: (size) => of(path, () => ftruncateSync(fd, size)),
    sync: () => of(path, () => fsyncSync(fd)),
    facts: () => factsOf(fstatSync(fd, { bigint: true })),
    close: () => closeSync(fd),
  };
};

const syncFolder = (path: string): void => {
  const fd = openSync(path, constants.O_RDONLY);
  try {
    of(path, () => fsyncSync(fd));
  } finally {
    closeSync(fd);
  }
};

/** The file system itself. */
export const nodeFiles: Files = {
  makeFolder: (path) => makeFolder(path, 0o700),
  names: (folder) => readdirSync(folder),
  real: (folder) => realpathSync(folder),
  read: (path) => ifThere(() => of(path, () => readFileSync(path))),
  facts: (path) => {
    const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
    return stats === undefined ? undefined : factsOf(stats);
  },
  open: openFile,
  rename: renameSync,
  remove: (path) => rmSync(path, { force: true }),
  syncFolder,
  lock: lockFolder,
};

const ifThere = <A>(use: () => A): A | undefined => {
  try {
    return use();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
};

/** Closes a file of which nothing more is wanted. */
export const closeQuietly = (file: OpenFile): void => {
  try {
    file.close();
  } catch {
    // There is nothing that could be done about it.
  }
};

/** Writes all of the bytes. A write that falls short is followed by another: the system says why, or takes the rest. */
export const writeAll = (file: OpenFile, bytes: Buffer, at: number): void => {
  for (let done = 0; done < bytes.length;) {
    const wrote = file.write(done === 0 ? bytes : bytes.subarray(done), at + done);
    if (wrote === 0) throw new Error('the system takes no more bytes');
    done += wrote;
  }
};

/** Writes a file anew, from its beginning; gives its inode. `sync`: its bytes are then on the disk. */
export const writeFile = (files: Files, path: string, text: string | Buffer, sync: boolean): string => {
  const file = files.open(path);
  try {
    file.truncate(0);
    writeAll(file, typeof text === 'string' ? Buffer.from(text, 'utf8') : text, 0);
    if (sync) file.sync();
    return file.facts().ino;
  } finally {
    file.close();
  }
};

/** Puts a file in another's place, all or nothing; gives its inode. `sync`: it is then on the disk, name and bytes. */
export const replaceFile = (files: Files, folder: string, name: string, text: string | Buffer, sync: boolean): string => {
  const [path, fresh] = [join(folder, name), join(folder, `${name}.new`)];
  const ino = writeFile(files, fresh, text, sync);
  files.rename(fresh, path);
  if (sync) files.syncFolder(folder);
  return ino;
};
