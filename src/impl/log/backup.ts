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
import { existsSync, mkdtempSync, readdirSync, realpathSync, renameSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { serverOf, type NodeId } from '../../core/ids.js';
import { makeFolder } from '../../files/folder.js';
import { createDiskLog } from './disk-log.js';
import { copyNow, inTarget, isLeftOver, mustGoOn, SideError, StoppedError } from './backup-copy.js';
import { copyError, damagedSource } from './errors.js';
import { nodeFiles } from './files.js';
import { GUARD } from './guard-name.js';
import { readHighWater } from './high-water.js';
import { isOfPlace, readPlace, UNFINISHED } from './place.js';

/** A finished backup: the server of the log, and the number of its live writes. */
export interface FinishedBackup {
  readonly server: NodeId;
  readonly writes: number;
}

const LOCKS = ['lock', GUARD];

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
    return E.left(noBackup(from, whyNot(from, to, error)));
  }
};

/** An error of which nothing else is known is one of the folder that the backup is made of. */
const whyNot = (from: string, to: string, error: unknown): string => {
  if (error instanceof StoppedError) return error.message;
  if (!(error instanceof SideError)) return copyError(from, 'asSource', error);
  return copyError(error.side === 'asTarget' ? to : from, error.side, error.cause);
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
    const made = inTarget(() => makeStage(to));
    stage = made;
    await copyNow(from, made, wanted.signal);
    const done = await checked(from, made, wanted);
    mustGoOn(wanted.signal);
    if (E.isRight(done)) inTarget(() => putInPlace(made, to));
    return E.mapLeft((why: string) => noBackup(from, why))(done);
  } finally {
    inTarget(() => {
      if (stage !== undefined) rmSync(stage, { recursive: true, force: true });
    });
    if (isNew) removeIfEmpty(to);
  }
};

/** Makes the target's folder, and the folder in it that the backup works in. */
const makeStage = (to: string): string => {
  makeFolder(to, 0o700);
  for (const left of readdirSync(to).filter(isLeftOver)) rmSync(join(to, left), { recursive: true, force: true });
  return mkdtempSync(join(to, `${UNFINISHED}${process.pid}-`));
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
  const real = realpathSync(from);
  return inTarget(() => refusalOfTarget(real, to));
};

const refusalOfTarget = (from: string, to: string): string | undefined => {
  const inside = relative(from, placeOf(resolve(to)));
  if (!inside.startsWith('..') && !isAbsolute(inside)) return `${to} is in the folder of the log itself; name one outside of it`;
  const target = statSync(to, { throwIfNoEntry: false });
  if (target === undefined || (target.isDirectory() && isFree(readdirSync(to)))) return undefined;
  return `${to} is there already; name a folder that is not, or an empty one`;
};

/** Are all names those of dead backups' folders, or of locks that a server made before such a folder refused it? */
const isFree = (names: ReadonlyArray<string>): boolean =>
  names.every((name) => isLeftOver(name) || (LOCKS.includes(name) && names.some(isLeftOver)));

/** Opens the copy like its server, which checks the copy. Then closes it and removes its place. */
const checked = async (from: string, folder: string, { server, atLeast }: Wanted): Promise<E.Either<string, FinishedBackup>> => {
  const log = createDiskLog(folder);
  const opened = await log.open({ server });
  if (E.isLeft(opened)) {
    const { damage, message } = opened.left;
    return E.left(damage === undefined ? `the copy cannot be used: ${message}` : damagedSource(from, damage));
  }
  const writes = [...opened.right.writes].length;
  const closed = await log.close();
  if (E.isLeft(closed)) return E.left(`the copy cannot be used: ${closed.left.message}`);
  const has = readHighWater(nodeFiles, folder);
  if (typeof has !== 'number' || has < atLeast)
    return E.left(`the copy lacks changes that the log had when it was begun (${String(has)} of ${atLeast}); try again`);
  for (const name of readdirSync(folder)) if (isOfPlace(name)) rmSync(join(folder, name), { recursive: true });
  return E.right({ server, writes });
};
