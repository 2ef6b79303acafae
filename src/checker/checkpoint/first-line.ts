/** What a checkpoint's first line says, and whether a file has one. */
import { closeSync, openSync, readSync, statSync } from 'node:fs';

/** The format of a checkpoint, as its first line says; undefined: it is none. The first formats began with their headers. */
export const formatIn = (line: string): string | undefined => /^(?:bayou checkpoint |\{"format":)(\d+)/.exec(line)?.[1];

/** Not where it cannot be looked at either: whoever tries to write it says why. */
const isFile = (path: string): boolean => {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
  } catch {
    return false;
  }
};

/** Whether a file is there that no version has written as a checkpoint: it may be the model. */
export const isAnothers = (path: string, firstLine: string): boolean => {
  if (!isFile(path)) return false;
  const file = openSync(path, 'r');
  try {
    const line = Buffer.alloc(firstLine.length);
    const text = line.toString('latin1', 0, readSync(file, line, 0, line.length, 0));
    // A half that was begun may end within its first line.
    return formatIn(text) === undefined && !firstLine.startsWith(text);
  } finally {
    closeSync(file);
  }
};
