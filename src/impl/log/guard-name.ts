/**
 * The name that stands for a log's folder on the machine (`lock.ts`): a hash of the folder's device and inode, and of a value that is kept in the folder,
 * for its owner alone. So no other user can know it and take it; whoever opens the folder by another path has the same name, and a copy of the folder
 * another one.
 *
 * A name that is in use can be seen (`/proc/net/unix`), though not be taken. So a folder that is given back gets a new value: its next name is one that
 * nobody has seen. After a kill it has the old one.
 */
import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type InPlace, putInPlace } from '../../files/in-place.js';
import { Advised } from './errors.js';
import { codeOf } from '../../files/error-code.js';

/** The value's file in the log's folder. */
export const GUARD = 'guard';

const VALUE = /^[0-9a-f]{64}\n$/;
const VALUE_BYTES = 65;
/** Names of values that are not in place yet; a kill leaves one. */
const HALF = /^guard-[0-9a-f]{16}\.new$/;
/** Read, written or run by the group or by others: they may know it. */
const OTHERS = 0o077;
/** Somebody else puts one in place at the same time, or takes one away. */
const TRIES = 100;

/** May others use the file? Some file systems have no owners, and say so of all files. */
const isOthersToo = (path: string): boolean => process.platform !== 'win32' && (statSync(path).mode & OTHERS) !== 0;

/** The value that is in place; undefined where there is none that nobody else can know. */
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

/** Puts a new value in place, whole or not at all. `over`: also where there is one. */
const makeValue = (folder: string, over: boolean): void => {
  const path = join(folder, GUARD);
  const beside = join(folder, `guard-${randomBytes(8).toString('hex')}.new`);
  const value = `${randomBytes(32).toString('hex')}\n`;
  const put = (how: InPlace['over']): void => putInPlace(path, value, { beside, mode: 0o600, sync: false, over: how });
  try {
    put(over ? 'replace' : 'keep');
  } catch (error) {
    const code = codeOf(error);
    // EEXIST: somebody was first. ENOENT: somebody tidied up. What has no links takes the name all the same.
    if (code === 'EPERM' || code === 'ENOTSUP' || code === 'ENOSYS') put('replace');
    else if (code !== 'EEXIST' && code !== 'ENOENT') throw error;
  }
};

/** Which folder it is, by whatever path: its device and inode. */
export const idOfFolder = (folder: string): string => {
  const { dev, ino } = statSync(folder, { bigint: true });
  return `${dev}-${ino}`;
};

/** The name of a folder that is there. Makes its value where there is none. @throws the system's error */
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
    ? new Advised(`others may use ${path}, whatever its permissions are set to; use a directory on a file system that has owners`)
    : new Error(`${path} changed each of the ${TRIES} times that it was read`);
};

/** Gives the folder another name, where it is still this one. Only who has the lock may do that. Where it cannot be done the old one stays. */
export const renameFolder = (folder: string, id: string): void => {
  try {
    if (idOfFolder(folder) !== id) return;
    makeValue(folder, true);
    for (const name of readdirSync(folder)) if (HALF.test(name)) rmSync(join(folder, name), { force: true });
  } catch {
    // A full disk, or a folder that was removed: the old name is as unique, it may only have been seen.
  }
};
