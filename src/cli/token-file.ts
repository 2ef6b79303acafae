/** The token file of `bayou client`. It has all that its session has seen, so that the next session knows it, however this one ends. */
import { accessSync, constants, existsSync, lstatSync, readdirSync, realpathSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { putInPlace } from '../files/in-place.js';
import type { SessionToken } from '../core/guarantees.js';
import { tokenIn } from '../library-options.js';
import { readJson, wrongToWrite } from '../command-line/named-files.js';
import { reasonOf } from '../command-line/say.js';
import { codeOf } from '../files/error-code.js';

/** A token's file that can be written, as far as was tried. */
export interface TokenFile {
  /** The token that the file had; undefined where there was no file. */
  readonly token: SessionToken | undefined;
  /** Puts a token into it, whole or not at all. Fails with one line. */
  readonly write: (text: string) => E.Either<string, void>;
}

/** The longest file that is read, in bytes. */
const MAX_BYTES = 256 * 1024 * 1024;
const OWN = 0o600;
const WRITABLE = 0o222;
const PERMISSIONS = 0o777;

/** Where the file is, at the end of the links that lead to it. */
const targetOf = (file: string): E.Either<string, string> => {
  try {
    if (lstatSync(file, { throwIfNoEntry: false }) === undefined) return E.right(file);
    return E.right(realpathSync(file));
  } catch (error) {
    return E.left(
      `${file}: it is a link that leads nowhere (${codeOf(error) ?? reasonOf(error)}): make what it is a link to, or name another file`,
    );
  }
};

/** What stands against reading and writing it, in words. */
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

/** Removes the halves that processes have left here which were killed while they wrote. */
const sweep = (file: string): void => {
  const [folder, name] = [dirname(file), basename(file)];
  for (const entry of readdirSync(folder)) {
    const [, pid] = entry.startsWith(`${name}.`) ? (/^\.(\d{1,10})\.new$/.exec(entry.slice(name.length)) ?? []) : [];
    if (pid !== undefined && !isRunning(Number(pid))) rmSync(join(folder, entry), { force: true });
  }
};

/** Whole or not at all: beside it first, forced to the disk, and then in its place. */
const write = (file: string, text: string): E.Either<string, void> => {
  try {
    const mode = (statSync(file, { throwIfNoEntry: false })?.mode ?? OWN) & PERMISSIONS;
    putInPlace(file, text, { beside: `${file}.${process.pid}.new`, mode, sync: true, over: 'replace' });
    return E.right(undefined);
  } catch (error) {
    return E.left(`the token cannot be written to ${file}: ${reasonOf(error)}`);
  }
};

/** Opens a token's file: looks whether it can be read, and written over. Fails with one line. */
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
