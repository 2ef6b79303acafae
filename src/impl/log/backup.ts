/**
 * Copies a log while its server may run.
 *
 * A table of the database never changes. The server appends to the other files and to the journal, or replaces them under new names. So if
 * the names and the manifest are the same before and after the copying, the copied files are the files of one moment, perhaps with a few
 * more changes at their ends. The backup takes tables as links, which take no time and no room. Then it opens the copy, which checks every
 * byte and takes the journal in. The finished copy has no place, so a server that starts on it gets a new replica (R7a).
 *
 * The backup works in a folder inside the target folder ({@link UNFINISHED}). No server starts in a folder that contains such a folder, so no
 * server takes a part of a backup for a whole one. The next backup to the same target removes the folders of processes that are gone.
 */
import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
} from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { serverOf, type NodeId } from '../../core/ids.js';
import { makeFolder } from '../../files/folder.js';
import { createDiskLog } from './disk-log.js';
import { copyError, openError } from './errors.js';
import { nodeFiles } from './files.js';
import { GUARD } from './guard-name.js';
import { readHighWater } from './high-water.js';
import { isOfPlace, readPlace, UNFINISHED } from './place.js';
import { codeOf } from '../../files/error-code.js';

/** A finished backup: the server of the log, and the number of its live writes. */
export interface FinishedBackup {
  readonly server: NodeId;
  readonly writes: number;
}

const TRIES = 1000;
const STAGE = '.backup-';
const LOCKS = ['lock', GUARD];
const LOGS = /^(CURRENT|MANIFEST-\d+|\d+\.(ldb|log)|journal-\d+\.wal)$/;

/** Is thrown after `signal` has stopped the backup. */
class Stopped extends Error {}

const mustGoOn = (signal?: AbortSignal): void => {
  if (signal?.aborted === true) throw new Stopped('it was stopped');
};

/**
 * Copies the log in `from` into the folder `to`. A missing `to` is made; a `to` that is there must be empty. A failure is one line. `signal`
 * stops the backup, which then leaves nothing behind.
 */
export const backUp = async (from: string, to: string, signal?: AbortSignal): Promise<E.Either<string, FinishedBackup>> => {
  try {
    const refusal = refusalOfBackup(from, to);
    if (refusal !== undefined) return E.left(refusal);
    const place = readPlace(nodeFiles, from);
    if (typeof place !== 'object' || place.replica === null) {
      return E.left(`${from} has no log that a server of this version has opened; copy the folder while no server runs`);
    }
    // The copy must have every change that was acknowledged before now.
    const atLeast = readHighWater(nodeFiles, from);
    const server = serverOf(place.replica);
    return await copied(from, to, { server, atLeast: typeof atLeast === 'number' ? atLeast : 0, signal });
  } catch (error) {
    return E.left(noBackup(from, openError(from, error).message));
  }
};

const noBackup = (from: string, why: string): string => `no backup of ${from} was made: ${why}`;

interface Wanted {
  readonly server: NodeId;
  readonly atLeast: number;
  readonly signal: AbortSignal | undefined;
}

const copied = async (from: string, to: string, wanted: Wanted): Promise<E.Either<string, FinishedBackup>> => {
  const isNew = !existsSync(to);
  let stage: string | undefined;
  try {
    makeFolder(to, 0o700);
    for (const left of readdirSync(to).filter(isLeftOver)) rmSync(join(to, left), { recursive: true, force: true });
    stage = mkdtempSync(join(to, `${UNFINISHED}${process.pid}-`));
    await copyNow(from, stage, wanted.signal);
    const done = await checked(stage, wanted);
    mustGoOn(wanted.signal);
    if (E.isRight(done)) putInPlace(stage, to);
    return done;
  } catch (error) {
    return E.left(noBackup(from, error instanceof Stopped ? error.message : copyError(to, error)));
  } finally {
    if (stage !== undefined) rmSync(stage, { recursive: true, force: true });
    if (isNew) removeIfEmpty(to);
  }
};

const removeIfEmpty = (folder: string): void => {
  try {
    rmdirSync(folder);
  } catch {
    // The folder holds a backup, or was never made.
  }
};

/** Moves the stage's files to `to`. The caller removes the stage afterwards: until then no server takes the files in `to` for a log. */
const putInPlace = (stage: string, to: string): void => {
  for (const name of readdirSync(stage)) renameSync(join(stage, name), join(to, name));
};

/** A path without links. The end of the path may be missing. */
const placeOf = (path: string): string => (existsSync(path) ? realpathSync(path) : join(placeOf(dirname(path)), basename(path)));

const refusalOfBackup = (from: string, to: string): string | undefined => {
  const isFolder = statSync(from, { throwIfNoEntry: false })?.isDirectory() === true;
  if (!isFolder || statSync(join(from, 'CURRENT'), { throwIfNoEntry: false })?.isFile() !== true)
    return `there is no log in ${from}`;
  const inside = relative(realpathSync(from), placeOf(resolve(to)));
  if (!inside.startsWith('..') && !isAbsolute(inside)) return `${to} is in the folder of the log itself; name one outside of it`;
  const target = statSync(to, { throwIfNoEntry: false });
  if (target === undefined || (target.isDirectory() && isFree(readdirSync(to)))) return undefined;
  return `${to} is there already; name a folder that is not, or an empty one`;
};

/** Are all names those of dead backups' folders, or of locks that a server made before such a folder refused it? */
const isFree = (names: ReadonlyArray<string>): boolean =>
  names.every((name) => isLeftOver(name) || (LOCKS.includes(name) && names.some(isLeftOver)));

/** The names of the log's files. CURRENT and the manifest come with their inode and size, which must not change during the copying. */
const listing = (folder: string): ReadonlyArray<string> =>
  readdirSync(folder)
    .filter((name) => LOGS.test(name))
    .sort()
    .map((name) =>
      /^(CURRENT|MANIFEST)/.test(name)
        ? `${name} ${statSync(join(folder, name)).ino} ${statSync(join(folder, name)).size}`
        : name,
    );

/** Is it the name of a folder of a backup whose process is gone? The folder of a backup under way belongs to that backup. */
const isLeftOver = (name: string): boolean => {
  const prefix = [STAGE, UNFINISHED].find((one) => name.startsWith(one));
  if (prefix === undefined) return false;
  const pid = Number(/^\d+/.exec(name.slice(prefix.length))?.[0] ?? 0);
  try {
    return pid === 0 || !process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) === 'ESRCH';
  }
};

/** Takes the files of one moment. Tables are first linked in a folder inside `from` and then copied to `to`. The other files are copied at once. */
const copyNow = async (from: string, to: string, signal: AbortSignal | undefined): Promise<void> => {
  for (const left of readdirSync(from).filter(isLeftOver)) rmSync(join(from, left), { recursive: true, force: true });
  const links = mkdtempSync(join(from, `${STAGE}${process.pid}-`));
  try {
    await takeAtOneMoment(from, { links, to }, signal);
    for (const name of readdirSync(links)) {
      mustGoOn(signal);
      await copyFile(join(links, name), join(to, name));
    }
  } finally {
    rmSync(links, { recursive: true, force: true });
  }
};

const takeAtOneMoment = async (
  from: string,
  { links, to }: { readonly links: string; readonly to: string },
  signal: AbortSignal | undefined,
): Promise<void> => {
  for (let tries = 0; tries < TRIES; tries++) {
    // A turn of the event loop lets `signal` arrive.
    await new Promise((resolve) => setImmediate(resolve));
    mustGoOn(signal);
    try {
      const before = listing(from);
      for (const name of before.map((line) => line.split(' ')[0] ?? '')) {
        if (name.endsWith('.ldb')) linkSync(join(from, name), join(links, name));
        else copyFileSync(join(from, name), join(to, name));
      }
      if (listing(from).join() === before.join()) return;
    } catch (error) {
      // The server removed a file between the listing and the copy.
      if (codeOf(error) !== 'ENOENT') throw error;
    }
    for (const folder of [links, to]) for (const name of readdirSync(folder)) rmSync(join(folder, name));
  }
  throw new Error(`its files changed each of the ${TRIES} times that they were taken`);
};

/** Opens the copy like its server, which checks the copy. Then closes it and removes its place. */
const checked = async (folder: string, { server, atLeast }: Wanted): Promise<E.Either<string, FinishedBackup>> => {
  const log = createDiskLog(folder);
  const opened = await log.open({ server });
  if (E.isLeft(opened)) return E.left(`the copy cannot be used: ${opened.left.message}`);
  const writes = [...opened.right.writes].length;
  await log.close();
  const has = readHighWater(nodeFiles, folder);
  if (typeof has !== 'number' || has < atLeast)
    return E.left(`the copy lacks changes that the log had when it was begun (${String(has)} of ${atLeast}); try again`);
  for (const name of readdirSync(folder)) if (isOfPlace(name)) rmSync(join(folder, name), { recursive: true });
  return E.right({ server, writes });
};
