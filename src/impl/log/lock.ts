/**
 * The lock of a log's folder: taken before anything in it is read, until it is released or the process dies. There are three parts, for each
 * has a hole that another closes.
 *
 * | part | whom it keeps out | its hole |
 * |---|---|---|
 * | the folders that this process has open, by device and inode | this process, by whatever path | other processes |
 * | a socket that listens at an abstract name made of both (Linux; `src/net/guard.ts`) | every process that sees the same network | containers with a network of their own |
 * | an empty LevelDB database, `lock/`, whose LOCK file is locked (fcntl) | every process of the machine | the kernel drops it when *any* descriptor of that file is closed in the process, and whoever deletes the file passes it |
 *
 * The kernel gives up the socket and the file's lock when their owner dies, and keeps them while it is stopped. Who passes all three is seen by the one
 * before at its next commit (`claim.ts`).
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { ClassicLevel } from 'classic-level';
import { Advised } from './errors.js';

/** Gives the lock back. */
export type Unlock = () => Promise<void>;

/**
 * Takes a name of the machine's until it is given back or the process dies: `src/net/guard.ts`. `taken`: somebody has it; undefined: there are no such
 * names here.
 */
export type Guard = (name: string) => Promise<Unlock | 'taken' | undefined>;

const noGuard: Guard = () => Promise.resolve(undefined);

/** The folders that this process has open, or is about to open. */
const open = new Set<string>();

/** Takes the lock of a folder that is there; undefined when somebody has it, in this process or another. Rejects when it cannot be told. */
export const lockFolder = async (folder: string, guard = noGuard): Promise<Unlock | undefined> => {
  const unlock = await takeFolder(folder, guard);
  // A refusal takes a turn of the event loop: whoever tries again and again would keep it from everybody else.
  if (unlock === undefined) await setImmediate();
  return unlock;
};

const takeFolder = async (folder: string, guard: Guard): Promise<Unlock | undefined> => {
  const { dev, ino } = statSync(folder, { bigint: true });
  const name = `${dev}-${ino}`;
  // Nothing may be touched before: who opens the lock's file and closes it again drops the lock of the one that has it.
  if (open.has(name)) return undefined;
  open.add(name);
  try {
    const unlock = await lockOutOthers(folder, () => guard(`log-${name}`));
    if (unlock === undefined) {
      open.delete(name);
      return undefined;
    }
    return async () => {
      try {
        await unlock();
      } finally {
        open.delete(name);
      }
    };
  } catch (error) {
    open.delete(name);
    throw error;
  }
};

const lockOutOthers = async (folder: string, guard: () => ReturnType<Guard>): Promise<Unlock | undefined> => {
  const guarded = await guard();
  if (guarded === 'taken') return undefined;
  const stop: Unlock = guarded ?? (() => Promise.resolve());
  try {
    const unlock = await lockFile(join(folder, 'lock'));
    if (unlock === undefined) {
      await stop();
      return undefined;
    }
    return async () => {
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

// --- the file's lock -------------------------------------------------------------------------------------------------------

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
