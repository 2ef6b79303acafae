/**
 * The name that stands for a log's folder on the machine (`lock.ts`): a hash of the folder's device and inode, and of a random value. The value
 * is in a file in the folder, which only its owner can read. So no other user can know the name and take it. A process that opens the folder
 * by another path computes the same name. A copy of the folder has another name.
 *
 * Other users can see a name that is in use (`/proc/net/unix`), but cannot take it then. So the folder gets a new value when its lock is
 * released: no other user has seen its next name. After a kill the folder still has the old value.
 */
import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type InPlace, putInPlace } from '../../files/in-place.js';
import { AdvisedError } from './errors.js';
import { codeOf } from '../../files/error-code.js';

/** The value's file in the log's folder. */
export const GUARD = 'guard';

const VALUE = /^[0-9a-f]{64}\n$/;
const VALUE_BYTES = 65;
/** The names of files with a value that is not in place yet. A kill may leave such a file. */
const HALF = /^guard-[0-9a-f]{16}\.new$/;
/** The permission bits of the group and of others. A file with one of them may be known to other users. */
const OTHERS = 0o077;
/** How often the value is read: another process may put a value in place, or take one away, at the same time. */
const TRIES = 100;

/** May other users use the file? On a file system without owners, this is true of every file. */
const isOthersToo = (path: string): boolean => process.platform !== 'win32' && (statSync(path).mode & OTHERS) !== 0;

/** The value in place. Undefined: there is no value, or other users may know it. */
const readValue = (path: string): string | undefined => {
  try {
    if (statSync(path).size !== VALUE_BYTES || isOthersToo(path)) return undefined;
    const text = readFileSync(path, 'latin1');
    return VALUE.test(text) ? text : undefined;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
};

/** Puts a new value in place, whole or not at all. `over`: the new value replaces a value that is there. */
const makeValue = (folder: string, over: boolean): void => {
  const path = join(folder, GUARD);
  const beside = join(folder, `guard-${randomBytes(8).toString('hex')}.new`);
  const value = `${randomBytes(32).toString('hex')}\n`;
  const put = (how: InPlace['over']): void => putInPlace(path, value, { beside, mode: 0o600, sync: false, over: how });
  try {
    put(over ? 'replace' : 'keep');
  } catch (error) {
    const code = codeOf(error);
    // EEXIST: another process was first. ENOENT: another process tidied up. A file system without links still has the replacing rename.
    if (code === 'EPERM' || code === 'ENOTSUP' || code === 'ENOSYS') put('replace');
    else if (code !== 'EEXIST' && code !== 'ENOENT') throw error;
  }
};

/** The folder's device and inode, which are the same by every path. */
export const idOfFolder = (folder: string): string => {
  const { dev, ino } = statSync(folder, { bigint: true });
  return `${dev}-${ino}`;
};

/** The name of a folder that is there. Makes a value if the folder has none. @throws the system's error */
export const nameOfFolder = (folder: string): string => {
  const path = join(folder, GUARD);
  for (let tries = 0; tries < TRIES; tries++) {
    const value = readValue(path);
    if (value !== undefined)
      return createHash('sha256')
        .update(`${idOfFolder(folder)} ${value}`)
        .digest('hex');
    makeValue(folder, statSync(path, { throwIfNoEntry: false }) !== undefined);
  }
  throw isOthersToo(path)
    ? new AdvisedError(
        `others may use ${path}, whatever its permissions are set to; use a directory on a file system that has owners`,
      )
    : new Error(`${path} changed each of the ${TRIES} times that it was read`);
};

/**
 * Gives the folder another name, if it is still the folder with this `id`. Only the process with the lock may call this. On a failure the
 * folder keeps its old name.
 */
export const renameFolder = (folder: string, id: string): void => {
  try {
    if (idOfFolder(folder) !== id) return;
    makeValue(folder, true);
    for (const name of readdirSync(folder)) if (HALF.test(name)) rmSync(join(folder, name), { force: true });
  } catch {
    // The disk is full, or the folder was removed. The old name is still unique, but other users may have seen it.
  }
};
