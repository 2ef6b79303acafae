/**
 * The log's port to the file system. Tests can make every single call of a run fail, fall short, or be the last. All calls but the lock are
 * synchronous, because a log is opened once and its hot path is one small write after another.
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
  statSync,
  unlinkSync,
  writeSync,
  type BigIntStats,
} from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '../../files/folder.js';
import { lockFolder, type Guard, type Unlock } from './lock.js';
import { codeOf } from '../../files/error-code.js';

/** The file system's facts about a file. Times are nanoseconds since 1970. Only the system sets a ctime; no program can. */
export interface FileFacts {
  readonly ino: string;
  readonly size: number;
  readonly mtimeNs: string;
  readonly ctimeNs: string;
}

/** A file that is open for writing. */
export interface OpenFile {
  /** Writes a beginning of `bytes` at the offset `at`. Gives the number of bytes written. */
  readonly write: (bytes: Buffer, at: number) => number;
  readonly truncate: (size: number) => void;
  /** Forces its bytes to the disk. */
  readonly sync: () => void;
  readonly facts: () => FileFacts;
  readonly close: () => void;
}

/** The log's calls to the file system. Each throws the system's error, with its `code`. */
export interface Files {
  /** Makes a missing folder, for its owner alone, and its missing parents. */
  readonly makeFolder: (path: string) => void;
  /** The names in a folder. */
  readonly names: (folder: string) => ReadonlyArray<string>;
  /** A folder's path without links. */
  readonly real: (folder: string) => string;
  /** A file's bytes; undefined: there is no such file. */
  readonly read: (path: string) => Buffer | undefined;
  readonly facts: (path: string) => FileFacts | undefined;
  /** {@link facts}, without blocking the process: a disk that hangs may never answer. */
  readonly look: (path: string) => Promise<FileFacts | undefined>;
  /** Opens a file for writing, with its bytes. Makes a missing file, empty and for its owner alone. */
  readonly open: (path: string) => OpenFile;
  readonly rename: (from: string, to: string) => void;
  /** Removes a file. A missing file is no error. */
  readonly remove: (path: string) => void;
  /** Forces a folder's names to the disk. */
  readonly syncFolder: (path: string) => void;
  /**
   * Takes the lock of a folder until the lock is released or the process dies. Undefined: this process or another has the lock. `guard` keeps
   * other processes out too.
   */
  readonly lock: (folder: string, guard?: Guard) => Promise<Unlock | undefined>;
}

const factsOf = ({ ino, size, mtimeNs, ctimeNs }: BigIntStats): FileFacts => ({
  ino: `${ino}`,
  size: Number(size),
  mtimeNs: `${mtimeNs}`,
  ctimeNs: `${ctimeNs}`,
});

/** Runs a call on an open file. The system's error for such a call names no path, so this adds `path` to the error. */
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
  look: async (path) => {
    try {
      return factsOf(await stat(path, { bigint: true }));
    } catch (error) {
      if (isNotThere(error)) return undefined;
      throw error;
    }
  },
  open: openFile,
  rename: renameSync,
  remove: (path) => ifThere(() => unlinkSync(path)),
  syncFolder,
  lock: lockFolder,
};

/** Says the system that there is no such file? `statSync` takes these two errors for one, too. */
const isNotThere = (error: unknown): boolean => ['ENOENT', 'ENOTDIR'].includes(codeOf(error) ?? '');

const ifThere = <A>(use: () => A): A | undefined => {
  try {
    return use();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
};

/** Closes a file and ignores a failure. The caller has no use for the file any more. */
export const closeQuietly = (file: OpenFile): void => {
  try {
    file.close();
  } catch {
    // The caller could do nothing about a failed close.
  }
};

/** Writes all bytes. A write that falls short is followed by another write: the system takes the rest or throws the reason. */
export const writeAll = (file: OpenFile, bytes: Buffer, at: number): void => {
  for (let done = 0; done < bytes.length;) {
    const wrote = file.write(done === 0 ? bytes : bytes.subarray(done), at + done);
    if (wrote === 0) throw new Error('the system takes no more bytes');
    done += wrote;
  }
};

/** Writes a file anew, from its beginning. Gives the file's inode. `sync`: the bytes are on the disk afterwards. */
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

/** Puts a new file in the place of `name`, whole or not at all. Gives the new file's inode. `sync`: its name and bytes are on the disk afterwards. */
export const replaceFile = (files: Files, folder: string, name: string, text: string | Buffer, sync: boolean): string => {
  const [path, fresh] = [join(folder, name), join(folder, `${name}.new`)];
  const ino = writeFile(files, fresh, text, sync);
  files.rename(fresh, path);
  if (sync) files.syncFolder(folder);
  return ino;
};
