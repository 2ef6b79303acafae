/** Prints messages for the user: each is one line, in which no character can control the terminal. */
import { messageOf } from '../core/errors.js';
import { codeOf } from '../files/error-code.js';

/** Matches characters that could move the cursor, hide or reverse the text after them, or end the line. */
const UNSEEN = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]|\p{Surrogate}/gu;

const NAMED: Readonly<Record<string, string>> = { '\n': String.raw`\n`, '\r': String.raw`\r`, '\t': String.raw`\t` };

const HEXADECIMAL = 16;

/** A text as one line, in which characters that control a terminal are escapes, such as `\u{1b}`. A file's name may have any characters. */
export const inOneLine = (text: string): string =>
  text.replaceAll(UNSEEN, (c) => NAMED[c] ?? String.raw`\u{${(c.codePointAt(0) ?? 0).toString(HEXADECIMAL)}}`);

/** Says one line on standard error. */
export const say = (line: string): void => void process.stderr.write(`${inOneLine(line)}\n`);

/** Says several lines, such as the stack of a bug, or a help text. */
export const sayLines = (lines: string): void => lines.split('\n').forEach(say);

/** The system's error codes in words, with what the user can do, where there is something. */
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

/** Says why something could not be done to a file. The path is not in it, since the caller knows the path. */
export const reasonOf = (error: unknown): string => {
  const code = codeOf(error);
  return (code === undefined ? undefined : REASONS[code]) ?? code ?? messageOf(error);
};

/** Says why something could not be done, with the path where the error of the system has one. */
export const placeAndReasonOf = (error: unknown): string => {
  const path = error instanceof Error && 'path' in error ? error.path : undefined;
  return `${typeof path === 'string' ? `${path}: ` : ''}${reasonOf(error)}`;
};

/** Errors that are no program's fault: the machine has too little of something, or its disk fails. */
const SURROUNDINGS = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN', 'ENOSPC', 'EDQUOT', 'EROFS', 'EIO']);

/** Does the error come from the surroundings? Then it is no bug of the program. */
export const isOfSurroundings = (error: unknown): boolean => SURROUNDINGS.has(codeOf(error) ?? '');
