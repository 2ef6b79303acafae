/** Files that are there whole or not at all: what goes into one is written beside it first, and then takes its place. */
import { closeSync, fchmodSync, fsyncSync, linkSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';

/** How a file is to be put in its place. */
export interface InPlace {
  /** Where it is written first: in the same folder, under a name that nobody else writes to. */
  readonly beside: string;
  /** Who may do what to it, whatever the umask says. */
  readonly mode: number;
  /** Is it forced to the disk before it takes its place? */
  readonly sync: boolean;
  /** `replace`: whatever has its name loses it; `keep`: whoever was first keeps it. */
  readonly over: 'replace' | 'keep';
}

const OWN = 0o600;

const writeBeside = ({ beside, mode, sync }: InPlace, text: string): void => {
  // What a crash has left there goes. Made anew, it is no link that somebody has put there, and until it is whole nobody else reads it.
  rmSync(beside, { force: true });
  const fd = openSync(beside, 'wx', OWN);
  try {
    fchmodSync(fd, mode);
    const bytes = Buffer.from(text, 'utf8');
    for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done);
    if (sync) fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
};

/**
 * Puts a file of this text in its place.
 *
 * @throws the system's error; EEXIST where another keeps the name. What was beside it is gone then, too.
 */
export const putInPlace = (file: string, text: string, how: InPlace): void => {
  try {
    writeBeside(how, text);
    if (how.over === 'replace') renameSync(how.beside, file);
    else linkSync(how.beside, file);
  } finally {
    rmSync(how.beside, { force: true });
  }
};
