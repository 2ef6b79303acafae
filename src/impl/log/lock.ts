/**
 * The lock of a log's folder: taken before anything in it is read, until it is released or the process dies. There are three parts, for each
 * has a hole that another closes.
 *
 * | part | whom it keeps out | its hole |
 * |---|---|---|
 * | the folders that this process has open, by device and inode | this process, by whatever path | other processes |
 * | a socket that listens at an abstract name that only the folder's owner can know (Linux; `guard-name.ts`, `src/net/socket-guard.ts`) | every process that sees the same network | containers with a network of their own; whoever deletes the folder's value passes it |
 * | an empty LevelDB database, `lock/`, whose LOCK file is locked (fcntl) | every process of the machine | the kernel drops it when *any* descriptor of that file is closed in the process, and whoever deletes the file passes it |
 *
 * The kernel gives up the socket and the file's lock when their owner dies, and keeps them while it is stopped. Who passes all three is seen by the one
 * before at its next commit (`claim.ts`).
 */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { ClassicLevel } from 'classic-level';
import { codeOf } from '../../files/error-code.js';
import { Advised } from './errors.js';
import { GUARD, idOfFolder, nameOfFolder, renameFolder } from './guard-name.js';

/** Gives the lock back. `isRefused`: nothing was opened under it, and what taking it has made in the folder goes again. */
export type Unlock = (isRefused?: boolean) => Promise<void>;

/**
 * Takes a name of the machine's until it is given back or the process dies: `src/net/socket-guard.ts`. `taken`: somebody has it; undefined: there are no such
 * names here.
 */
export type Guard = (name: string) => Promise<Unlock | 'taken' | undefined>;

/** The database's folder in the log's folder. */
const LOCK = 'lock';

/** The folders that this process has open, or is about to open. */
const open = new Set<string>();

/** Takes the lock of a folder that is there; undefined when somebody has it, in this process or another. Rejects when it cannot be told. */
export const lockFolder = async (folder: string, guard?: Guard): Promise<Unlock | undefined> => {
  const unlock = await takeFolder(folder, guard);
  // A refusal takes a turn of the event loop: whoever tries again and again would keep it from everybody else.
  if (unlock === undefined) await setImmediate();
  return unlock;
};

const takeFolder = async (folder: string, guard: Guard | undefined): Promise<Unlock | undefined> => {
  const id = idOfFolder(folder);
  // Nothing may be touched before: who opens the lock's file and closes it again drops the lock of the one that has it.
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
 * Takes away what this process has made, while it has the lock: whoever comes then makes another, which nobody takes away. In one step, so that nothing of
 * another's goes with it.
 */
const takeAway = (folder: string, id: string, name: string): void => {
  try {
    if (idOfFolder(folder) !== id) return;
    const away = join(folder, `.${name}-${randomBytes(8).toString('hex')}.old`);
    renameSync(join(folder, name), away);
    rmSync(away, { recursive: true, force: true });
  } catch {
    // A folder that was removed, or may not be written: it stays.
  }
};

// --- the folder's name -----------------------------------------------------------------------------------------------------

/** Who has both locks gives one up shortly after the other when it dies, and takes one shortly after the other. */
const BOTH_MS = 1_000;
const LOOK_MS = 20;

/**
 * Takes the name that stands for the folder.
 * @throws Advised where somebody has the name and the lock of the file is nobody's: that may be no server
 */
const takeName = async (folder: string, guard: Guard): ReturnType<Guard> => {
  const until = performance.now() + BOTH_MS;
  for (;;) {
    const guarded = await guard(nameOfFolder(folder));
    if (guarded !== 'taken' || isLocked(join(lockIn(folder), 'LOCK'))) return guarded;
    if (performance.now() > until) break;
    await setTimeout(LOOK_MS);
  }
  throw new Advised(
    `a process has taken the name that stands for it, and no process that is seen from here has locked ${lockIn(folder)}; ` +
      `if no server has it open, delete ${join(folder, GUARD)}: the folder then gets another name, which nobody can know`,
    { type: 'in-use' },
  );
};

/** Has some process locked this file? True where the system does not tell. It is not opened: that could drop the lock of this process. */
const isLocked = (file: string): boolean => {
  try {
    const { ino } = statSync(file, { bigint: true });
    return readFileSync('/proc/locks', 'latin1').includes(`:${ino} `);
  } catch (error) {
    // Where there is no such file nobody has locked it.
    return !(codeOf(error) === 'ENOENT' && (error as NodeJS.ErrnoException).path === file);
  }
};

// --- the file's lock -------------------------------------------------------------------------------------------------------

const lockIn = (folder: string): string => join(folder, LOCK);

/** Node has no locks of files, LevelDB has: an empty database is the lock. It is known in every container of the machine. */
const lockFile = async (path: string): Promise<Unlock | undefined> => {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === false)
    throw new Advised(
      `its lock, ${path}, is a folder in every log, and here it is a file: move that file away, or use another directory for the log`,
    );
  const held = new ClassicLevel(path);
  try {
    await held.open();
  } catch (error) {
    const { cause } = error as { cause?: { code?: string; message?: string } };
    if (cause?.code === 'LEVEL_LOCKED') return undefined;
    if (cause?.code !== 'LEVEL_CORRUPTION') throw error;
    throw new Advised(
      `its lock is spoilt (${cause.message}); delete ${path}, which holds nothing else, while no server runs here`,
      { cause: error },
    );
  }
  return () => held.close();
};
