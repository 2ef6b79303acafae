/** Loading what a command consists of. It fails where a file of the installation is missing, and where too few files may be open. */
import { readFileSync } from 'node:fs';
import { messageOf, reasonOf } from '../command-line/say.js';
import { codeOf } from '../files/error-code.js';

/** The program, or a part of it, cannot be loaded; one line. */
export class LoadError extends Error {}

/** With fewer open files Node does not load the parts of a command, which it reads many at a time. */
const LEAST_FILES = 256;

/** How many files this process may have open; undefined where the system does not say. */
const mostFiles = (): number | undefined => {
  try {
    const [, most] = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1')) ?? [];
    return most === undefined ? undefined : Number(most);
  } catch {
    return undefined;
  }
};

/** Why loading failed. Node says that a module is not there where it could not look for it. */
const whyNot = (error: unknown): string => {
  if (codeOf(error) === 'EMFILE') return reasonOf(error);
  const most = mostFiles();
  return most !== undefined && most < LEAST_FILES
    ? `${messageOf(error)}; this process may have ${most} files open: raise the limit (ulimit -n)`
    : `${messageOf(error)}; is the installation whole?`;
};

const SETTLE_MS = 100;

/** Errors of loading, by their codes: others are thrown by what was loaded. */
const OF_LOADING = new Set(['EMFILE', 'ENFILE', 'ENOENT', 'ERR_MODULE_NOT_FOUND', 'ERR_DLOPEN_FAILED']);

/** Loads a part of the program. @throws LoadError where that is not to be had */
export const loading = async <A>(load: () => Promise<A>): Promise<A> => {
  try {
    return await load();
  } catch (error) {
    if (!OF_LOADING.has(codeOf(error) ?? '')) throw error;
    // Of what Node was reading at the same time something is open yet, and the limits could not be read.
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    throw new LoadError(`it cannot be loaded: ${whyNot(error)}`);
  }
};
