/** Protects files that stand where a command wants to write: it replaces only files of the kind that it writes. */
import { closeSync, existsSync, openSync, readdirSync, readSync } from 'node:fs';
import { wrongToWrite } from './named-files.js';

/** A kind of file that a command writes: its name, and how such files begin. */
export interface FileKind {
  readonly name: string;
  /** Matches the first {@link HEAD_BYTES} bytes of such a file. */
  readonly mark: RegExp;
}

const HEAD_BYTES = 64 * 1024;

/** The explorer's page. */
export const PAGE: FileKind = { name: "page of bayou's explorer", mark: /^<!doctype html>[^]*<title>bayou explore<\/title>/ };

/** The trace of a run: each line is an event. */
export const TRACE: FileKind = { name: 'trace', mark: /^\{"p":"/ };

/** Files of `bayou conform`: the path of a run, the plan of a simulated run, and the report. */
export const PATH: FileKind = { name: 'path', mark: /^\{[^]*"(?:config|steps)":/ };
export const PLAN: FileKind = { name: 'plan', mark: /^\{[^]*"(?:seed|script)":/ };
export const JUNIT: FileKind = { name: 'JUnit report', mark: /^<\?xml[^>]*>\s*<testsuites?\b/ };

/** A log of the processes: each line is an entry of pino. */
export const LOG: FileKind = { name: 'log of bayou', mark: /^\{"level"/ };

const headOf = (path: string): string => {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(HEAD_BYTES);
    return bytes.toString('utf8', 0, readSync(file, bytes, 0, bytes.length, 0));
  } finally {
    closeSync(file);
  }
};

/**
 * Says why a file of this kind cannot be written here; undefined: it can. A file of the same kind, or an empty one, may be replaced. Any other
 * file may be somebody's only copy.
 */
export const wrongToReplace = (path: string, { name, mark }: FileKind): string | undefined => {
  const wrong = wrongToWrite(path);
  if (wrong !== undefined || !existsSync(path)) return wrong;
  const head = headOf(path);
  return head === '' || mark.test(head)
    ? undefined
    : `it is there already, and is no ${name}: name another, or move it away first`;
};

/** @throws an error with the reason why a file of this kind cannot be written here */
export const mustBeReplaceable = (path: string, kind: FileKind): void => {
  const wrong = wrongToReplace(path, kind);
  if (wrong !== undefined) throw new Error(`${path}: ${wrong}`);
};

/** Says why a folder cannot be emptied: it has something other than files with this ending. Undefined: it can. */
export const wrongToEmpty = (folder: string, ending: string): string | undefined => {
  if (!existsSync(folder)) return undefined;
  const other = readdirSync(folder).find((name) => !name.endsWith(ending));
  return other === undefined
    ? undefined
    : `${folder} would be emptied for it, and has ${other} in it: name another file, or move that`;
};
