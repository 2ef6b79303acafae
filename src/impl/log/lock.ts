/**
 * The lock of a log's folder. A process takes the lock before it reads anything in the folder, and has the lock until it releases it or dies.
 * The lock has three parts, because each part has a hole that another part closes.
 *
 * | part | processes that the part keeps out | hole of the part |
 * |---|---|---|
 * | the folders that this process has open, by device and inode | this process, by whatever path | other processes |
 * | a socket that listens at an abstract name that only the folder's owner can know (Linux; `guard-name.ts`, `src/net/socket-guard.ts`) | every process that sees the same network | containers with a network of their own pass, and a process passes after the folder's value was deleted |
 * | an empty LevelDB database, `lock/`, whose LOCK file is locked (fcntl) | every process of the machine | the kernel drops the lock when the process closes *any* descriptor of that file, and a process passes after the file was deleted |
 *
 * The kernel gives up the socket and the file's lock when their owner dies, and keeps them while the owner is stopped. If a second process
 * passes all three parts, the first process notices the second at its next commit (`claim.ts`).
 */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { ClassicLevel } from 'classic-level';
import { codeOf } from '../../files/error-code.js';
import { AdvisedError } from './errors.js';
import { GUARD, idOfFolder, nameOfFolder, renameFolder } from './guard-name.js';

/** Gives the lock back. `isRefused`: the log was not opened, and the files that taking the lock made in the folder are removed again. */
export type Unlock = (isRefused?: boolean) => Promise<void>;

/**
 * Takes a name on the machine until the name is given back or the process dies: `src/net/socket-guard.ts`. `taken`: another process has the
 * name. Undefined: this system has no such names.
 */
export type Guard = (name: string) => Promise<Unlock | 'taken' | undefined>;

/** The database's folder in the log's folder. */
const LOCK = 'lock';

/** The folders that this process has open, or is about to open. */
const open = new Set<string>();

/**
 * Takes the lock of a folder that is there. Undefined: this process or another has the lock. Rejects if the system does not tell whether a
 * process has the lock.
 */
export const lockFolder = async (folder: string, guard?: Guard): Promise<Unlock | undefined> => {
  const unlock = await takeFolder(folder, guard);
  // A refusal takes a turn of the event loop: otherwise a caller that tries again and again would block the event loop.
  if (unlock === undefined) await setImmediate();
  return unlock;
};

const takeFolder = async (folder: string, guard: Guard | undefined): Promise<Unlock | undefined> => {
  const id = idOfFolder(folder);
  // This check comes before any file is touched: if this process has the lock, opening and closing the lock's file would drop the lock.
  if (open.has(id)) return undefined;
  open.add(id);
  try {
    const unlock = await lockOutOthers(folder, id, guard);
    if (unlock === undefined) {
      open.delete(id);
      return undefined;
    }
    return async (isRefused) => {
      try {
        await unlock(isRefused);
      } finally {
        open.delete(id);
      }
    };
  } catch (error) {
    open.delete(id);
    throw error;
  }
};

const lockOutOthers = async (folder: string, id: string, guard: Guard | undefined): Promise<Unlock | undefined> => {
  const made = [GUARD, LOCK].filter((name) => !existsSync(join(folder, name)));
  const guarded = guard === undefined ? undefined : await takeName(folder, guard);
  if (guarded === 'taken') return undefined;
  const stop: Unlock = guarded ?? (() => Promise.resolve());
  try {
    const unlock = await lockFile(lockIn(folder));
    if (unlock === undefined) {
      await stop();
      return undefined;
    }
    return async (isRefused = false) => {
      if (isRefused) made.forEach((name) => takeAway(folder, id, name));
      if (guarded !== undefined && (!isRefused || !made.includes(GUARD))) renameFolder(folder, id);
      try {
        await unlock();
      } finally {
        await stop();
      }
    };
  } catch (error) {
    await stop();
    throw error;
  }
};

/**
 * Takes away a file or folder that this process made, while this process has the lock. A later process makes another one, which stays. The
 * renaming is one step, so it takes nothing of another process's.
 */
const takeAway = (folder: string, id: string, name: string): void => {
  try {
    if (idOfFolder(folder) !== id) return;
    const away = join(folder, `.${name}-${randomBytes(8).toString('hex')}.old`);
    renameSync(join(folder, name), away);
    rmSync(away, { recursive: true, force: true });
  } catch {
    // The log's folder was removed or may not be written. The file stays.
  }
};

// --- the folder's name -----------------------------------------------------------------------------------------------------

/** A process takes the name and the file's lock one shortly after the other. When it dies, the kernel drops them one shortly after the other. */
const BOTH_MS = 1_000;
const LOOK_MS = 20;

/**
 * Takes the name that stands for the folder.
 * @throws AdvisedError if a process has the name and no process has the file's lock, because that process may be no server
 */
const takeName = async (folder: string, guard: Guard): ReturnType<Guard> => {
  const until = performance.now() + BOTH_MS;
  for (;;) {
    const guarded = await guard(nameOfFolder(folder));
    if (guarded !== 'taken' || isLocked(join(lockIn(folder), 'LOCK'))) return guarded;
    if (performance.now() > until) break;
    await setTimeout(LOOK_MS);
  }
  throw new AdvisedError(
    `a process has taken the name that stands for it, and no process that is seen from here has locked ${lockIn(folder)}; ` +
      `if no server has it open, delete ${join(folder, GUARD)}: the folder then gets another name, which nobody can know`,
    { type: 'in-use' },
  );
};

/**
 * Has some process locked this file? True if the system does not tell. The function does not open the file, because closing it again could
 * drop a lock of this process.
 */
const isLocked = (file: string): boolean => {
  try {
    const { ino } = statSync(file, { bigint: true });
    return readFileSync('/proc/locks', 'latin1').includes(`:${ino} `);
  } catch (error) {
    // No process has locked a file that is missing.
    return !(codeOf(error) === 'ENOENT' && (error as NodeJS.ErrnoException).path === file);
  }
};

// --- the file's lock -------------------------------------------------------------------------------------------------------

const lockIn = (folder: string): string => join(folder, LOCK);

/** Locks a file through LevelDB, because Node cannot: the lock is an empty database. Every container of the machine sees this lock. */
const lockFile = async (path: string): Promise<Unlock | undefined> => {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === false)
    throw new AdvisedError(
      `its lock, ${path}, is a folder in every log, and here it is a file: move that file away, or use another directory for the log`,
    );
  const held = new ClassicLevel(path);
  try {
    await held.open();
  } catch (error) {
    const { cause } = error as { cause?: { code?: string; message?: string } };
    if (cause?.code === 'LEVEL_LOCKED') return undefined;
    if (cause?.code !== 'LEVEL_CORRUPTION') throw error;
    throw new AdvisedError(
      `its lock is spoilt (${cause.message}); delete ${path}, which holds nothing else, while no server runs here`,
      { cause: error },
    );
  }
  return () => held.close();
};
