/**
 * A record of a database that nobody has opened, from its files: LevelDB tidies a folder up as soon as it opens it, and what it tidies away
 * may be all that there is of what somebody was told to be safe.
 */
import { valueInBatch, type Numbered } from './level-format.js';
import { smallestInTable } from './level-tables.js';

/** The latest value that a file gives a key; `unknown`: it cannot be read from outside. */
export type Peek = Numbered | 'unknown' | undefined;

/** Tables that begin with another key are no log's. */
const A_LOGS = /^(meta$|[wp]\/)/;

const orUnknown = (peek: () => Peek): Peek => {
  try {
    return peek();
  } catch (error) {
    if (error instanceof RangeError) return 'unknown';
    throw error;
  }
};

/** What a table has of the key that comes before all others of a log. */
export const peekAtTable = (table: Buffer, key: string): Peek =>
  orUnknown(() => {
    const smallest = smallestInTable(table);
    if (smallest !== undefined && !A_LOGS.test(smallest.key)) return 'unknown';
    return smallest?.key === key && !smallest.isRemoved ? smallest : undefined;
  });

/** What a record of a write-ahead file has of it. */
export const peekAtBatch = (record: Buffer, key: string): Peek => orUnknown(() => valueInBatch(record, key));

/** The latest of several. */
export const latestOf = (peeks: ReadonlyArray<Peek>): Buffer | 'unknown' | undefined => {
  let latest: Numbered | undefined;
  for (const peek of peeks) {
    if (peek === 'unknown') return 'unknown';
    if (peek !== undefined && (latest === undefined || peek.number > latest.number)) latest = peek;
  }
  return latest?.value;
};
