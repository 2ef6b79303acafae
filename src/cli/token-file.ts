/** The file in which `bayou client` keeps what its session has seen, so that whatever it was told is known to the next one, however it ends. */
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import * as E from 'fp-ts/lib/Either.js';
import type { SessionToken } from '../core/session.js';

/** The token in a file; undefined where there is no file yet. What it holds is for `connect` to look at. */
export const tokenIn = (file: string): E.Either<string, SessionToken | undefined> => {
  try {
    return E.right(JSON.parse(readFileSync(file, 'utf8')) as SessionToken);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return E.right(undefined);
    return E.left(`the token in ${file} cannot be read: name another file to begin a new session`);
  }
};

/** Puts a token in its file, whole or not at all: beside it first, forced to the disk, and then in its place. Fails with one line. */
export const writeToken = (file: string, text: string): E.Either<string, void> => {
  const beside = `${file}.${process.pid}.new`;
  try {
    const fd = openSync(beside, 'w', 0o600);
    try {
      const bytes = Buffer.from(text, 'utf8');
      for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(beside, file);
    return E.right(undefined);
  } catch (error) {
    rmSync(beside, { force: true });
    return E.left(`the token cannot be written to ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
};
