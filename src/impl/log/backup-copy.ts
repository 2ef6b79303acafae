/** Copies the files of a log as they are at one moment (`backup.ts`), and tells which of the two folders an error is about. */
import { copyFileSync, linkSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../../core/errors.js';
import { codeOf } from '../../files/error-code.js';
import type { BackupSide } from './errors.js';
import { UNFINISHED } from './place.js';

const TRIES = 1000;
const STAGE = '.backup-';
const LOGS = /^(CURRENT|MANIFEST-\d+|\d+\.(ldb|log)|journal-\d+\.wal)$/;

/** Is thrown after `signal` has stopped the backup. */
export class StoppedError extends Error {}

export const mustGoOn = (signal?: AbortSignal): void => {
  if (signal?.aborted === true) throw new StoppedError('it was stopped');
};

/** An error of one of the two folders. */
export class SideError extends Error {
  readonly side: BackupSide;

  constructor(side: BackupSide, cause: unknown) {
    super(messageOf(cause), { cause });
    this.side = side;
  }
}

/** Does something in the folder that the backup is made in: the error of it is that folder's. */
export const inTarget = <A>(use: () => A): A => {
  try {
    return use();
  } catch (error) {
    throw new SideError('asTarget', error);
  }
};

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
export const isLeftOver = (name: string): boolean => {
  const prefix = [STAGE, UNFINISHED].find((one) => name.startsWith(one));
  if (prefix === undefined) return false;
  const pid = Number(/^\d+/.exec(name.slice(prefix.length))?.[0] ?? 0);
  try {
    return pid === 0 || !process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) === 'ESRCH';
  }
};

/**
 * Takes the files of one moment. Tables are first linked in a folder inside `from` and then copied to `to`. The other files are copied at once.
 * Where nothing can be linked, as on a file system that is mounted read-only, the tables are copied at once too.
 */
export const copyNow = async (from: string, to: string, signal: AbortSignal | undefined): Promise<void> => {
  const links = folderForLinks(from);
  try {
    await takeAtOneMoment(from, { links, to }, signal);
    for (const name of links === undefined ? [] : readdirSync(links)) {
      mustGoOn(signal);
      await copyOne(join(links!, name), join(to, name));
    }
  } finally {
    if (links !== undefined) rmSync(links, { recursive: true, force: true });
  }
};

/** Makes a folder for links in the log's folder, and removes those that dead backups have left. Undefined: none can be made there. */
const folderForLinks = (from: string): string | undefined => {
  try {
    for (const left of readdirSync(from).filter(isLeftOver)) rmSync(join(from, left), { recursive: true, force: true });
    return mkdtempSync(join(from, `${STAGE}${process.pid}-`));
  } catch {
    return undefined;
  }
};

/** Links a file. False: it cannot be linked there. @throws if the file is gone */
const isTakenAsLink = (file: string, link: string): boolean => {
  try {
    linkSync(file, link);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') throw error;
    return false;
  }
};

/** Copies a file. The system does not say which of the two files its error is about: if the first can be read, the error is the second's. */
const copyOne = async (file: string, copy: string): Promise<void> => {
  try {
    await copyFile(file, copy);
  } catch (error) {
    throw sideOfCopy(file, error);
  }
};

const copyOneNow = (file: string, copy: string): void => {
  try {
    copyFileSync(file, copy);
  } catch (error) {
    throw sideOfCopy(file, error);
  }
};

const sideOfCopy = (file: string, error: unknown): SideError => {
  try {
    readFileSync(file);
    return new SideError('asTarget', error);
  } catch (unread) {
    return new SideError('asSource', unread);
  }
};

const takeAtOneMoment = async (
  from: string,
  { links, to }: { readonly links: string | undefined; readonly to: string },
  signal: AbortSignal | undefined,
): Promise<void> => {
  for (let tries = 0; tries < TRIES; tries++) {
    // A turn of the event loop lets `signal` arrive.
    await new Promise((resolve) => setImmediate(resolve));
    try {
      const before = listing(from);
      for (const name of before.map((line) => line.split(' ')[0] ?? '')) {
        mustGoOn(signal);
        const file = join(from, name);
        if (!name.endsWith('.ldb')) copyOneNow(file, join(to, name));
        else if (links === undefined || !isTakenAsLink(file, join(links, name))) await copyOne(file, join(to, name));
      }
      if (listing(from).join() === before.join()) return;
    } catch (error) {
      // The server removed a file between the listing and the copy.
      const cause = error instanceof SideError && error.side === 'asSource' ? error.cause : error;
      if (codeOf(cause) !== 'ENOENT') throw error;
    }
    for (const folder of links === undefined ? [to] : [links, to])
      for (const name of readdirSync(folder)) rmSync(join(folder, name));
  }
  throw new Error(`its files changed each of the ${TRIES} times that they were taken`);
};
