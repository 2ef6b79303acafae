/** Reads a checkpoint's first line. */
import { closeSync, openSync, readSync, statSync } from 'node:fs';

/** Gives the format that a first line names; undefined where it is no checkpoint's. The first formats began with their headers. */
export const formatIn = (line: string): string | undefined => /^(?:bayou checkpoint |\{"format":)(\d+)/.exec(line)?.[1];

/** Tests for a file. It says no where the path cannot be read: the attempt to write there says why. */
const isFile = (path: string): boolean => {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
  } catch {
    return false;
  }
};

/** Tests for a file that no version has written as a checkpoint: it may be the model. */
export const isAnothers = (path: string, firstLine: string): boolean => {
  if (!isFile(path)) return false;
  const file = openSync(path, 'r');
  try {
    const line = Buffer.alloc(firstLine.length);
    const text = line.toString('latin1', 0, readSync(file, line, 0, line.length, 0));
    // A file that was only begun may end within its first line.
    return formatIn(text) === undefined && !firstLine.startsWith(text);
  } finally {
    closeSync(file);
  }
};
