/**
 * A copy of a log that may be in use, without stopping its server.
 *
 * The database's tables never change once they are there; the rest of its files and the journal are appended to, or replaced under new names. So files
 * whose names are the same before and after they were taken, with the same manifest, are the files of one moment, or of one with a little
 * more at their ends. Tables are taken as links, which takes no time however large they are. Then the copy is opened, which checks every byte
 * and takes the journal in, and it is left without a place: whoever starts a server on it, or on a copy of it, gets a new replica (R7a).
 */
import { copyFileSync, existsSync, linkSync, mkdtempSync, readdirSync, realpathSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { serverOf, type NodeId } from '../../core/ids.js';
import { makeFolder } from '../../common/folder.js';
import { createDiskLog } from './disk-log.js';
import { openError } from './errors.js';
import { nodeFiles } from './files.js';
import { readHighWater } from './high-water.js';
import { isOfPlace, readPlace } from './place.js';

/** What was copied: whose log, and how many live writes it has. */
export interface BackedUp {
  readonly server: NodeId;
  readonly writes: number;
}

const TRIES = 1000;
const STAGE = '.backup-';
const LOGS = /^(CURRENT|MANIFEST-\d+|\d+\.(ldb|log)|journal-\d+\.wal)$/;

/** Copies the log in `from` into the folder `to`, which is made and must be empty. Fails with one line. */
export const backUp = async (from: string, to: string): Promise<E.Either<string, BackedUp>> => {
  try {
    const refusal = refusalOf(from, to);
    if (refusal !== undefined) return E.left(refusal);
    const place = readPlace(nodeFiles, from);
    if (typeof place !== 'object' || place.replica === null) {
      return E.left(`${from} has no log that a server of this version has opened; copy the folder while no server runs`);
    }
    // Whatever was acknowledged before now must be in the copy.
    const atLeast = readHighWater(nodeFiles, from);
    const done = await copied(from, to, serverOf(place.replica), typeof atLeast === 'number' ? atLeast : 0);
    // A part of a backup, left behind, could be taken for one.
    if (E.isLeft(done)) for (const name of readdirSync(to)) rmSync(join(to, name), { recursive: true, force: true });
    return done;
  } catch (error) {
    return E.left(`no backup of ${from} was made: ${openError(to, error).message}`);
  }
};

const copied = async (from: string, to: string, server: NodeId, atLeast: number): Promise<E.Either<string, BackedUp>> => {
  makeFolder(to, 0o700);
  try {
    copyNow(from, to);
    return await checked(to, server, atLeast);
  } catch (error) {
    return E.left(`no backup of ${from} was made: ${openError(to, error).message}`);
  }
};

/** Where a path leads, also where its end is not there yet. */
const placeOf = (path: string): string => (existsSync(path) ? realpathSync(path) : join(placeOf(dirname(path)), basename(path)));

const refusalOf = (from: string, to: string): string | undefined => {
  if (!statSync(join(from, 'CURRENT'), { throwIfNoEntry: false })?.isFile()) return `there is no log in ${from}`;
  const inside = relative(realpathSync(from), placeOf(resolve(to)));
  if (!inside.startsWith('..') && !isAbsolute(inside)) return `${to} is in the folder of the log itself; name one outside of it`;
  const target = statSync(to, { throwIfNoEntry: false });
  if (target === undefined || (target.isDirectory() && readdirSync(to).length === 0)) return undefined;
  return `${to} is there already; name a folder that is not, or an empty one`;
};

/** The names of the log's files, with what must not change while they are taken. */
const listing = (folder: string): ReadonlyArray<string> =>
  readdirSync(folder)
    .filter((name) => LOGS.test(name))
    .sort()
    .map((name) =>
      /^(CURRENT|MANIFEST)/.test(name)
        ? `${name} ${statSync(join(folder, name)).ino} ${statSync(join(folder, name)).size}`
        : name,
    );

/** Is it the stage of a backup whose process is gone? That of one under way is its own. */
const isLeftOver = (name: string): boolean => {
  if (!name.startsWith(STAGE)) return false;
  const pid = Number(/^\d+/.exec(name.slice(STAGE.length))?.[0] ?? 0);
  try {
    return pid === 0 || !process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
};

/** Takes the files of one moment into a folder beside them, and from there, at leisure, to where they are wanted. */
const copyNow = (from: string, to: string): void => {
  for (const left of readdirSync(from).filter(isLeftOver)) rmSync(join(from, left), { recursive: true, force: true });
  const stage = mkdtempSync(join(from, `${STAGE}${process.pid}-`));
  try {
    takeAtOneMoment(from, stage);
    for (const name of readdirSync(stage)) copyFileSync(join(stage, name), join(to, name));
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
};

const takeAtOneMoment = (from: string, stage: string): void => {
  for (let tries = 0; tries < TRIES; tries++) {
    try {
      const before = listing(from);
      for (const name of before.map((line) => line.split(' ')[0] ?? '')) {
        (name.endsWith('.ldb') ? linkSync : copyFileSync)(join(from, name), join(stage, name));
      }
      if (listing(from).join() === before.join()) return;
    } catch (error) {
      // A file went away between the look and the copy.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    for (const name of readdirSync(stage)) rmSync(join(stage, name));
  }
  throw new Error(`its files changed each of the ${TRIES} times that they were taken`);
};

/** Opens the copy as its server would, which checks it, and leaves it as a closed log without a place. */
const checked = async (folder: string, server: NodeId, atLeast: number): Promise<E.Either<string, BackedUp>> => {
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
