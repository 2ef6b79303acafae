/**
 * Which incarnations of each server there have been (R7). A server whose folder was moved away or lost is a new replica, and only
 * somebody who remembers the old one can give it a number that was never used.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts/lib/index.js';
import { makeFolder } from '../impl/folder.js';
import { Natural, type NodeId } from '../core/ids.js';

/** The greatest incarnation of each server so far. */
export interface IncarnationBook {
  /** The incarnation for a server that finds no log. */
  readonly next: (server: NodeId) => number;
  /** Notes, durably, that a server runs as this incarnation. Fails with one line: no room. */
  readonly used: (server: NodeId, incarnation: number) => E.Either<string, void>;
}

const BookC = t.record(t.string, Natural);

const read = (file: string): ReadonlyMap<string, number> => {
  if (!existsSync(file)) return new Map();
  try {
    const book = BookC.decode(JSON.parse(readFileSync(file, 'utf8')));
    if (E.isRight(book)) return new Map(Object.entries(book.right));
  } catch {
    // As below: a book that can't be read must not be taken for an empty one.
  }
  throw new Error(`${file} cannot be read: restore it from a copy, or use another --data-dir`);
};

/** The book beside the servers' folders; null: in memory, for logs that are in memory too. */
export const incarnationBook = (dataDir: string | null): IncarnationBook => {
  const file = dataDir === null ? undefined : join(dataDir, 'incarnations.json');
  const book = new Map(file === undefined ? [] : read(file));
  return {
    next: (server) => (book.get(`${server}`) ?? -1) + 1,
    used: (server, incarnation) => {
      if ((book.get(`${server}`) ?? -1) >= incarnation) return E.right(undefined);
      book.set(`${server}`, incarnation);
      if (dataDir === null || file === undefined) return E.right(undefined);
      try {
        makeFolder(dataDir, 0o700);
        writeFileSync(`${file}.new`, JSON.stringify(Object.fromEntries(book)));
        renameSync(`${file}.new`, file);
        return E.right(undefined);
      } catch (error) {
        return E.left(`${file} cannot be written: ${error instanceof Error ? error.message : String(error)}`);
      }
    },
  };
};
