/** Folders. */
import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

/**
 * Makes a folder and those that lead to it, where they are not there. Not by `mkdir`'s `recursive`: where the system says ENOENT to a folder
 * whose parent is there, as below /proc, Node tries again for ever.
 *
 * @param mode of the folders that are made, as the umask leaves it; 0o700 for what is nobody else's
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
