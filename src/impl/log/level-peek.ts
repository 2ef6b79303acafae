/**
 * Reads one record of a closed database from the database's files. LevelDB tidies a folder up as soon as it opens it, and may remove the only
 * copy of acknowledged changes. So the log reads this record before LevelDB opens the database.
 */
import { valueInBatch, type NumberedValue } from './level-format.js';
import { smallestInTable } from './level-tables.js';

/** The latest value that a file gives a key. Undefined: the file has no value. `unknown`: the file cannot be read from outside. */
export type Peek = NumberedValue | 'unknown' | undefined;

/** The keys of a log's records. A table that begins with another key is not a log's table. */
const LOG_KEY = /^(meta$|[wp]\/)/;

const orUnknown = (peek: () => Peek): Peek => {
  try {
    return peek();
  } catch (error) {
    if (error instanceof RangeError) return 'unknown';
    throw error;
  }
};

/** Peeks at `key` in a table. `key` must come before all other keys of a log. */
export const peekAtTable = (table: Buffer, key: string): Peek =>
  orUnknown(() => {
    const smallest = smallestInTable(table);
    if (smallest !== undefined && !LOG_KEY.test(smallest.key)) return 'unknown';
    return smallest?.key === key && !smallest.isRemoved ? smallest : undefined;
  });

/** Peeks at `key` in one record of a write-ahead file. */
export const peekAtBatch = (record: Buffer, key: string): Peek => orUnknown(() => valueInBatch(record, key));

/** The latest value of several peeks. */
export const latestPeek = (peeks: ReadonlyArray<Peek>): Buffer | 'unknown' | undefined => {
  let latest: NumberedValue | undefined;
  for (const peek of peeks) {
    if (peek === 'unknown') return 'unknown';
    if (peek !== undefined && (latest === undefined || peek.number > latest.number)) latest = peek;
  }
  return latest?.value;
};
