/** What programs say to whoever runs them: errors, each one line that a terminal shows and does not obey. */
import { codeOf } from '../files/error-code.js';

/** Characters by which a text could move a cursor, hide what comes after it or turn it round, and those that end a line. */
const UNSEEN = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]|\p{Surrogate}/gu;

const NAMED: Readonly<Record<string, string>> = { '\n': String.raw`\n`, '\r': String.raw`\r`, '\t': String.raw`\t` };

const HEXADECIMAL = 16;

/** A text as one line: what a terminal would obey is written as an escape, `\u{1b}`. Names of files may have anything in them. */
export const inOneLine = (text: string): string =>
  text.replaceAll(UNSEEN, (c) => NAMED[c] ?? String.raw`\u{${(c.codePointAt(0) ?? 0).toString(HEXADECIMAL)}}`);

/** Says one line on standard error. */
export const say = (line: string): void => void process.stderr.write(`${inOneLine(line)}\n`);

/** Says several, as they stand: where a bug happened, or the text of a help. */
export const sayLines = (lines: string): void => lines.split('\n').forEach(say);

/** What an error says, of a value that may be none. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** What the system says of files, and of what a process may have, in words that say what to do where there is something. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'a part of its path is no folder',
  EISDIR: 'it is a folder',
  EACCES: 'this user may not (permission denied)',
  EPERM: 'the system does not permit it',
  EROFS: 'its file system is mounted read-only',
  ELOOP: 'its links lead in a circle',
  ENAMETOOLONG: 'its name is too long',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'it may not grow further',
  EMFILE: 'too many files are open; raise the limit (ulimit -n)',
  ENFILE: 'the system has too many files open',
  EAGAIN: 'there are too many processes or threads; raise the limit (ulimit -u)',
  ENOMEM: 'there is not enough memory',
  EIO: 'the disk reports an error',
};

/** Why something could not be done to a file, in words: without its path, which whoever says it knows. */
export const reasonOf = (error: unknown): string => {
  const code = codeOf(error);
  return (code === undefined ? undefined : REASONS[code]) ?? code ?? messageOf(error);
};

/** What no program can be blamed for: the machine has not enough of something, or its disk fails. */
const SURROUNDINGS = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN', 'ENOSPC', 'EDQUOT', 'EROFS', 'EIO']);

/** Is an error the surroundings' and no bug of the program? */
export const isOfSurroundings = (error: unknown): boolean => SURROUNDINGS.has(codeOf(error) ?? '');
