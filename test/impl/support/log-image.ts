/** Logs on disk for tests: made, copied while open (what a SIGKILL leaves), spoilt, opened. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { createDiskLog, type DiskLogOptions } from '#bayou/impl/log/disk-log.js';
import { nodeFiles } from '#bayou/impl/log/files.js';
import type { Append, LogCondition, Log, LogError, Owner, RecoveredLog } from '#bayou/impl/log/log.js';
import { readPlace, seal } from '#bayou/impl/log/place.js';
import { NODE } from '#bayou/ports/node.js';
import { createReplica, restore, snapshot, step, type Message, type Replica, type Snapshot } from '#bayou/impl/replica.js';
import { right } from '../../support/right.js';

/** A directory that is gone after the test; in memory where the system has such a place, for these tests force much to the disk. */
export const withDirectory = async <A>(use: (directory: string) => Promise<A>): Promise<A> => {
  const directory = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'bayou-log-'));
  try {
    return await use(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
};

/** Names and versions of a directory's files. */
const listing = (directory: string): string =>
  readdirSync(directory)
    .map((name) => [name, statSync(join(directory, name))] as const)
    .map(([name, { ino, size, mtimeMs }]) => [name, ino, size, mtimeMs].join(' '))
    .join('\n');

const STILL_TRIES = 1000;

/**
 * What `take` makes of a directory that does not change meanwhile. LevelDB compacts on a thread of its own: it may make and delete files
 * while they are copied, and a kill leaves the files of one moment, not of several.
 */
const atOneMoment = <A>(directory: string, take: () => A): A => {
  for (let tries = 0; tries < STILL_TRIES; tries++) {
    try {
      const before = listing(directory);
      const taken = take();
      if (listing(directory) === before) return taken;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  throw new Error(`${directory} changed each of the ${STILL_TRIES} times that it was copied`);
};

/** A directory's files, all but the locks and LevelDB's own diary. */
export type Image = ReadonlyMap<string, Buffer>;

export const imageOf = (directory: string): Image =>
  atOneMoment(
    directory,
    () =>
      new Map(
        readdirSync(directory)
          .filter((name) => !/^(LO|lock$)/.test(name))
          .map((name) => [name, readFileSync(join(directory, name))]),
      ),
  );

/** Writes a directory's files, as a copy does: what is there then is not in its place (R7a). */
export const writeCopy = (directory: string, image: Image): void => {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  for (const [name, bytes] of image) writeFileSync(join(directory, name), bytes);
};

/** Gives a copy of a log a seal of its own, as if it had been written there: the copy can then stand for what a kill leaves. */
const sealCopy = (directory: string): void => {
  const place = readPlace(nodeFiles, directory);
  if (typeof place === 'object') seal(nodeFiles, directory, place, false, NODE.chance);
};

/** Writes a directory's files, as if they had always been there. */
export const writeImage = (directory: string, image: Image): void => {
  writeCopy(directory, image);
  sealCopy(directory);
};

/** Copies a directory while its log is open. The system's own copying sets modes, which shows in a file's ctime. */
const copyOf = (from: string, to: string): void => writeCopy(to, imageOf(from));

/** A directory as a kill leaves it: copied while its log is open, and as if it had always been there. */
export const copyOpen = (from: string, to: string): void => {
  copyOf(from, to);
  sealCopy(to);
};

/** What opening a log came to. */
export type Outcome =
  { readonly error: LogError } | { readonly found: LogCondition; readonly state: Snapshot; readonly note?: string };

const stateOf = (recovered: RecoveredLog): Snapshot => snapshot(restore(recovered));

/** Makes the log in a directory: LevelDB alone, or LevelDB behind its journal. */
export type LogMaker = (directory: string) => Log;
export const levelAlone =
  (options: DiskLogOptions = {}): LogMaker =>
  (directory) =>
    createDiskLog(directory, { fsync: true, ...options });
export const withJournal =
  (options: DiskLogOptions = {}): LogMaker =>
  (directory) =>
    createDiskLog(directory, options);

/** Opens the log of server 1, reads it and closes it again. */
export const outcomeOf = async (
  directory: string,
  make: LogMaker = levelAlone(),
  owner: Partial<Owner> = {},
): Promise<Outcome> => {
  const log = make(directory);
  const opened = await log.open({ server: 1, ...owner });
  if (E.isLeft(opened)) return { error: opened.left };
  const { found, note } = opened.right;
  const outcome = { found, state: stateOf(opened.right), ...(note === undefined ? {} : { note }) };
  await log.close();
  return outcome;
};

/** Opens the log of server 1; fails the test when it is refused. */
export const openLog = async (directory: string, make: LogMaker = levelAlone()) => {
  const log = make(directory);
  const opened = right(await log.open({ server: 1 }));
  return { log, recovered: opened, replica: restore(opened) };
};

/** Steps a replica through messages and commits each change by itself. Gives the state after each commit. */
export const run = async (
  replica: Replica,
  messages: ReadonlyArray<Message>,
  commit: (append: Append) => Promise<void> | undefined,
): Promise<Snapshot[]> => {
  const states: Snapshot[] = [];
  for (const message of messages) {
    const { append } = step(replica, message);
    if (append === undefined) continue;
    await commit(append);
    states.push(snapshot(replica));
  }
  return states;
};

export const fresh = (): Snapshot => snapshot(createReplica('1.0'));
