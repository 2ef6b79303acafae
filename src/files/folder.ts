/** Makes folders. */
import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

/**
 * Makes a folder, and the folders that lead to it, unless they exist. It does not use `mkdir`'s `recursive`: where the system answers ENOENT
 * although the parent exists, as below /proc, Node would try again for ever.
 *
 * @param mode the mode of new folders, before the umask; 0o700 for a folder that nobody else may use
 * @throws the system's error
 */
export const makeFolder = (path: string, mode = 0o777): void => {
  if (isFolder(path)) return;
  const parent = dirname(path);
  if (parent !== path) makeFolder(parent, mode);
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    // Another process may have made it meanwhile.
    if (!isFolder(path)) throw error;
  }
};
