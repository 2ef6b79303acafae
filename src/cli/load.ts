/** Loads the modules of a command. Loading fails where a file of the installation is missing, or where the process may open too few files. */
import { readFileSync } from 'node:fs';
import { reasonOf } from '../command-line/say.js';
import { messageOf } from '../core/errors.js';
import { codeOf } from '../files/error-code.js';

/** The program or a part of it cannot be loaded; the message is one line. */
export class LoadError extends Error {}

/** The least number of files that a process must be able to open: Node reads many modules of a command at the same time. */
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

/** Why loading failed. Node says that a module does not exist also where it had no descriptor left to look for the module. */
const whyNot = (error: unknown): string => {
  if (codeOf(error) === 'EMFILE') return reasonOf(error);
  const most = mostFiles();
  return most !== undefined && most < LEAST_FILES
    ? `${messageOf(error)}; this process may have ${most} files open: raise the limit (ulimit -n)`
    : `${messageOf(error)}; is the installation whole?`;
};

const SETTLE_MS = 100;

/** The codes of errors of loading. Any other error was thrown by a module that was loaded. */
const OF_LOADING = new Set(['EMFILE', 'ENFILE', 'ENOENT', 'ERR_MODULE_NOT_FOUND', 'ERR_DLOPEN_FAILED']);

/** Loads a part of the program. @throws LoadError where the part cannot be loaded */
export const loading = async <A>(load: () => Promise<A>): Promise<A> => {
  try {
    return await load();
  } catch (error) {
    if (!OF_LOADING.has(codeOf(error) ?? '')) throw error;
    // Node is still reading other modules. They must be closed first, or the file of the limits could not be opened.
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    throw new LoadError(`it cannot be loaded: ${whyNot(error)}`);
  }
};
