/** Writes files whole or not at all: the text is written to another file first, which then takes the file's place. */
import { closeSync, fchmodSync, fsyncSync, linkSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';

/** How a file is put in its place. */
export interface InPlace {
  /** The file that is written first: in the same folder, under a name that nobody else writes to. */
  readonly beside: string;
  /** The permissions of the file, whatever the umask says. Default: those of any new file. */
  readonly mode?: number;
  /** Is the text forced to the disk before the file takes its place? */
  readonly sync: boolean;
  /** What happens to an earlier file of that name. `replace`: it is replaced. `keep`: it stays, and the call fails. */
  readonly over: 'replace' | 'keep';
}

const OWN = 0o600;
const ANY_NEW = 0o666;

const writeBeside = ({ beside, mode, sync }: InPlace, text: string): void => {
  // Removes what a crash has left. A new file is no link that somebody else has put there, and nobody else may read it before it is whole.
  rmSync(beside, { force: true });
  const fd = openSync(beside, 'wx', mode === undefined ? ANY_NEW : OWN);
  try {
    if (mode !== undefined) fchmodSync(fd, mode);
    const bytes = Buffer.from(text, 'utf8');
    for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done);
    if (sync) fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
};

/**
 * Puts a file with this text in its place.
 *
 * @throws the system's error; EEXIST where an earlier file is kept. The file beside it is removed in any case.
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
