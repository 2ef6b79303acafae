/** Changes folders of servers that do not run, and copies folders of servers that do. */
import { cpSync, existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { tearTail } from './process-faults.js';
import type { SeededChance } from '../common/seeded-chance.js';
import { codeOf } from '#bayou/files/error-code.js';

/** Copies a folder as `cp -a` does, also while a server uses it. A file that is removed meanwhile is left out. */
export const copyFolder = (from: string, to: string): void => {
  rmSync(to, { recursive: true, force: true });
  for (let tries = 0; tries < 20; tries++) {
    try {
      cpSync(from, to, { recursive: true, preserveTimestamps: true });
      return;
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error;
    }
  }
};

/** Puts a copy in place of a folder; the copy stays. */
export const putBack = (copy: string, folder: string): void => {
  rmSync(folder, { recursive: true, force: true });
  cpSync(copy, folder, { recursive: true, preserveTimestamps: true });
};

/** Moves a folder, as `mv` does. */
export const moveFolder = (from: string, to: string): void => {
  rmSync(to, { recursive: true, force: true });
  renameSync(from, to);
};

/** Replaces a folder by an up-to-date copy, as when a log is copied to a new disk. */
export const renewFolder = (folder: string): void => {
  moveFolder(folder, `${folder}.before`);
  putBack(`${folder}.before`, folder);
  rmSync(`${folder}.before`, { recursive: true, force: true });
};

export const removeFolder = (folder: string): void => rmSync(folder, { recursive: true, force: true });

const filesIn = (folder: string): ReadonlyArray<string> =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => statSync(join(folder, name)).isFile())
    : [];

const LOGS = /\.(log|wal)$/;

/** Removes a log file, replaces it by an older one, or takes bytes off the end of the youngest one. Returns a text of what was done; undefined where nothing could be. */
export const tamper = (folder: string, copies: ReadonlyArray<string>, chance: SeededChance): string | undefined => {
  const logs = filesIn(folder).filter((name) => LOGS.test(name));
  const log = logs.length === 0 ? undefined : chance.pick(logs);
  const how = chance.pick(['remove', 'truncate', 'older'] as const);
  if (log === undefined) return undefined;
  switch (how) {
    case 'remove':
      rmSync(join(folder, log));
      return `${log} removed`;
    case 'truncate':
      return `${tearTail(folder, chance.whole(1, 4000))} bytes cut off the youngest log`;
    case 'older': {
      const copy = copies.find((c) => existsSync(join(c, log)));
      if (copy === undefined) return undefined;
      cpSync(join(copy, log), join(folder, log), { preserveTimestamps: true });
      return `an older ${log} in place of the newer`;
    }
  }
};

/** The size of LevelDB's write-ahead files. The size grows when the database takes in changes of the journal. */
export const writeAheadBytes = (folder: string): number => {
  try {
    return filesIn(folder)
      .filter((name) => name.endsWith('.log'))
      .reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
  } catch {
    // The file was removed after the folder was listed.
    return 0;
  }
};
