/** A log on the real disk that can be killed in place, within the process: what a SIGKILL leaves, without a process. */
import * as E from 'fp-ts/lib/Either.js';
import { openDurable, type DurableReplica } from '#bayou/impl/durable.js';
import { createDiskLog, type DiskLogOptions } from '#bayou/impl/log/disk-log.js';
import { nodeFiles, type Files } from '#bayou/impl/log/files.js';
import { openLevel, type Database } from '#bayou/impl/log/level-directory.js';
import type { LogError, Owner } from '#bayou/impl/log/log.js';

export interface Killable {
  readonly replica: DurableReplica;
  /** From now on nothing of it writes: files stay as they are, the locks are free. */
  readonly kill: () => Promise<void>;
}

/** Opens the log of server 1. */
export const openKillable = async (
  directory: string,
  options: DiskLogOptions = {},
  owner: Partial<Owner> = {},
): Promise<E.Either<LogError, Killable>> => {
  let database: Database | undefined;
  let unlock: (() => Promise<void>) | undefined;
  let dead = false;
  const alive = <A extends unknown[], B>(call: (...args: A) => B) => {
    return (...args: A): B => {
      if (dead) throw new Error('the process is dead');
      return call(...args);
    };
  };
  const files: Files = {
    ...nodeFiles,
    open: alive(nodeFiles.open),
    rename: alive(nodeFiles.rename),
    remove: alive(nodeFiles.remove),
    lock: async (path) => (unlock = await nodeFiles.lock(path)),
  };
  const log = createDiskLog(directory, {
    files,
    openDatabase: async (path) => (database = await openLevel(path)),
    takeInMs: 60_000,
    ...options,
  });
  const opened = await openDurable(log, { server: 1, ...owner });
  if (E.isLeft(opened)) return opened;
  return E.right({
    replica: opened.right,
    kill: async () => {
      dead = true;
      await database?.close();
      await unlock?.();
    },
  });
};
