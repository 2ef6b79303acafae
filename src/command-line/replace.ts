/** Files that a command writes where something may stand already: what is not its own to replace stays as it is. */
import { closeSync, existsSync, openSync, readdirSync, readSync } from 'node:fs';
import { wrongToWrite } from './named-files.js';

/** A kind of file that a command writes: what it is called, and how one begins. */
export interface Kind {
  readonly name: string;
  /** Sought in the first {@link HEAD_BYTES} bytes. */
  readonly mark: RegExp;
}

const HEAD_BYTES = 64 * 1024;

/** The explorer's page. */
export const PAGE: Kind = { name: "page of bayou's explorer", mark: /^<!doctype html>[^]*<title>bayou explore<\/title>/ };

/** What processes write of a run: each line is an event. */
export const TRACE: Kind = { name: 'trace', mark: /^\{"p":"/ };

/** What `bayou conform` keeps: the path of a run, the plan of a simulated one, and its report. */
export const PATH: Kind = { name: 'path', mark: /^\{[^]*"(?:config|steps)":/ };
export const PLAN: Kind = { name: 'plan', mark: /^\{[^]*"(?:seed|script)":/ };
export const JUNIT: Kind = { name: 'JUnit report', mark: /^<\?xml[^>]*>\s*<testsuites?\b/ };

/** What a log's lines are. */
export const LOG: Kind = { name: 'log of bayou', mark: /^\{"level"/ };

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
 * Why a file of this kind cannot be written here, in words; undefined where nothing stands against it. A file of the same kind is replaced, and
 * an empty one; any other may be somebody's only copy.
 */
export const wrongToReplace = (path: string, { name, mark }: Kind): string | undefined => {
  const wrong = wrongToWrite(path);
  if (wrong !== undefined || !existsSync(path)) return wrong;
  const head = headOf(path);
  return head === '' || mark.test(head)
    ? undefined
    : `it is there already, and is no ${name}: name another, or move it away first`;
};

/** Throws that reason, for whoever tells what was thrown. */
export const mustBeReplaceable = (path: string, kind: Kind): void => {
  const wrong = wrongToReplace(path, kind);
  if (wrong !== undefined) throw new Error(`${path}: ${wrong}`);
};

/** Why a folder cannot be emptied, in words: it has something else in it than files with this ending. */
export const wrongToEmpty = (folder: string, ending: string): string | undefined => {
  if (!existsSync(folder)) return undefined;
  const other = readdirSync(folder).find((name) => !name.endsWith(ending));
  return other === undefined
    ? undefined
    : `${folder} would be emptied for it, and has ${other} in it: name another file, or move that`;
};
