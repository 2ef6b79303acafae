/** The token file of `bayou client`. The token holds all that the session has seen. The next session goes on from it, however this session ends. */
import { accessSync, constants, existsSync, lstatSync, readdirSync, realpathSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { putInPlace } from '../files/in-place.js';
import type { SessionToken } from '../core/guarantees.js';
import { tokenIn } from '../library-options.js';
import { readJson, wrongToWrite } from '../command-line/named-files.js';
import { reasonOf } from '../command-line/say.js';
import { codeOf } from '../files/error-code.js';

/** A token's file. When it was opened, nothing stood against writing it. */
export interface TokenFile {
  /** The token that the file had; undefined where there was no file. */
  readonly token: SessionToken | undefined;
  /** Writes a token to the file, whole or not at all. Fails with one line. */
  readonly write: (text: string) => E.Either<string, void>;
}

/** The longest file that is read, in bytes. */
const MAX_BYTES = 256 * 1024 * 1024;
const OWN = 0o600;
const WRITABLE = 0o222;
const PERMISSIONS = 0o777;

/** The path of the file itself, after following symbolic links. Fails with one line where a link leads nowhere. */
const targetOf = (file: string): E.Either<string, string> => {
  try {
    if (lstatSync(file, { throwIfNoEntry: false }) === undefined) return E.right(file);
    return E.right(realpathSync(file));
  } catch (error) {
    return E.left(
      codeOf(error) === 'ENOENT'
        ? `${file}: it is a link that leads nowhere: make what it is a link to, or name another file`
        : `${file}: ${reasonOf(error)}: name another file`,
    );
  }
};

/** Why the file cannot be written, in words; undefined: nothing stands against it. */
const wrongWith = (file: string): string | undefined => {
  const wrong = wrongToWrite(file);
  if (wrong !== undefined) return `${file}: ${wrong}: name another file`;
  const mode = statSync(file, { throwIfNoEntry: false })?.mode ?? OWN;
  return (mode & WRITABLE) === 0 ? `${file}: it is read-only: chmod u+w it, or name another file` : undefined;
};

const read = (file: string): E.Either<string, SessionToken | undefined> => {
  if (!existsSync(file)) return E.right(undefined);
  return E.mapLeft((wrong: string) => `--token-file: ${file}: ${wrong}: name another file to begin a new session`)(
    E.chain((json: unknown) => tokenIn(json, Date.now()))(readJson(file, MAX_BYTES)),
  );
};

const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) !== 'ESRCH';
  }
};

/** Removes the half-written files of processes that were killed while they wrote the token. */
const sweep = (file: string): void => {
  const [folder, name] = [dirname(file), basename(file)];
  for (const entry of readdirSync(folder)) {
    const [, pid] = entry.startsWith(`${name}.`) ? (/^\.(\d{1,10})\.new$/.exec(entry.slice(name.length)) ?? []) : [];
    if (pid !== undefined && !isRunning(Number(pid))) rmSync(join(folder, entry), { force: true });
  }
};

/** Writes the file whole or not at all: the text is written to a file beside it and forced to the disk, and that file takes its place. */
const write = (file: string, text: string): E.Either<string, void> => {
  try {
    const mode = (statSync(file, { throwIfNoEntry: false })?.mode ?? OWN) & PERMISSIONS;
    putInPlace(file, text, { beside: `${file}.${process.pid}.new`, mode, sync: true, over: 'replace' });
    return E.right(undefined);
  } catch (error) {
    return E.left(`the token cannot be written to ${file}: ${reasonOf(error)}`);
  }
};

/** Opens a token's file: reads its token, and checks that the file can be replaced. Fails with one line. */
export const openTokenFile = (file: string): E.Either<string, TokenFile> => {
  const target = targetOf(file);
  if (E.isLeft(target)) return E.left(`--token-file: ${target.left}`);
  try {
    const wrong = wrongWith(target.right);
    if (wrong !== undefined) return E.left(`--token-file: ${wrong}`);
    accessSync(dirname(target.right), constants.W_OK);
    sweep(target.right);
  } catch (error) {
    return E.left(`--token-file: ${file}: it cannot be used: ${reasonOf(error)}`);
  }
  return E.map((token: SessionToken | undefined): TokenFile => ({ token, write: (text) => write(target.right, text) }))(
    read(target.right),
  );
};
