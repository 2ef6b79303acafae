/**
 * Which incarnation a server takes that finds no log (R7): one that it never had. A master that begins with an empty folder knows all
 * that there were, and counts: 0, 1, 2. One that finds an earlier run's folder cannot know, for the folder, and its book with it, may
 * have been put back from a copy (R7a): it takes random ones.
 */
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts/lib/index.js';
import { makeFolder } from '../impl/folder.js';
import { randomIncarnation } from '../impl/incarnation.js';
import { Natural, type NodeId } from '../core/ids.js';

/** The latest incarnation of each server so far. */
export interface IncarnationBook {
  /** The incarnation for a server that finds no log. */
  readonly next: (server: NodeId) => number;
  /** Notes, durably, that a server runs as this incarnation. Fails with one line: no room. */
  readonly used: (server: NodeId, incarnation: number) => E.Either<string, void>;
}

const BookC = t.record(t.string, Natural);

/** What an earlier run noted. It is for people to read, and is not believed: one that cannot be read is begun anew. */
const read = (file: string): ReadonlyMap<string, number> => {
  try {
    const book = BookC.decode(JSON.parse(readFileSync(file, 'utf8')));
    return new Map(E.isRight(book) ? Object.entries(book.right) : []);
  } catch {
    return new Map();
  }
};

const hasPast = (dataDir: string): boolean =>
  existsSync(dataDir) && readdirSync(dataDir).some((name) => name === 'incarnations.json' || name.startsWith('server-'));

/** The book beside the servers' folders; null: in memory, for logs that are in memory too. */
export const incarnationBook = (dataDir: string | null): IncarnationBook => {
  const file = dataDir === null ? undefined : join(dataDir, 'incarnations.json');
  const knowsAll = dataDir === null || !hasPast(dataDir);
  const book = new Map(file === undefined ? [] : read(file));
  return {
    next: (server) => (knowsAll ? (book.get(`${server}`) ?? -1) + 1 : randomIncarnation()),
    used: (server, incarnation) => {
      if (book.get(`${server}`) === incarnation) return E.right(undefined);
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
