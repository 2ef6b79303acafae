/** Writes values to a checkpoint as V8 serialises them, a few at a time. Each must come back equal. */
import { deserialize, serialize } from 'node:v8';
import { encode } from '../values/encode.js';
import { refuse, type Reader, type Writer } from './file.js';

/**
 * Values that are written together share what they have in common, but V8 makes a copy of them, which needs room near the limit of memory. So a
 * chunk has about `CHUNK_BYTES` bytes, and at most `MOST` values.
 */
const CHUNK_BYTES = 1 << 18;
const FEWEST = 16;
const MOST = 4096;

/** Tests that a value and its copy are the same. Default: in structure. */
type Same = (value: unknown, copy: unknown) => boolean;

const alike: Same = (value, copy) => encode(value) === encode(copy);

/** Gives the values as bytes; undefined where they do not come back as they were: a function, an object of a class … */
const packed = (values: ReadonlyArray<unknown>, same: Same, isProven = false): Uint8Array | undefined => {
  try {
    const bytes = serialize(values);
    if (isProven) return bytes;
    const copies = deserialize(bytes) as ReadonlyArray<unknown>;
    return values.every((value, i) => alike(value, copies[i]) && same(value, copies[i])) ? bytes : undefined;
  } catch {
    // V8 cannot write the value, or it is incomparable, or the model's own key fails on the copy.
    return undefined;
  }
};

/** How many values of a list have come back as they were. Lists only grow, and values never change, so these need not be tried again. */
const proven = new WeakMap<ReadonlyArray<unknown>, number>();

const notPlain = (path: string, what: string): Error =>
  refuse(path, `${what} are not plain data (a function, an object of a class or without a prototype …) and cannot be written`);

/** Refuses values that cannot be written. `what` names them. */
export const mustBePlain = (path: string, what: string, values: ReadonlyArray<unknown>, same: Same = () => true): void => {
  if (packed(values, same) === undefined) throw notPlain(path, what);
};

/**
 * Writes a list of values. `same` tests what else, beside their structure, must come back. A list that is written again may only have grown.
 *
 * @throws CheckerError (`checkpoint`) for values that do not come back.
 */
export const writeValues = (to: Writer, what: string, values: ReadonlyArray<unknown>, same: Same = () => true): void => {
  to.json(values.length);
  for (let at = 0, size = FEWEST; at < values.length;) {
    const chunk = values.slice(at, at + size);
    const bytes = packed(chunk, same, at + chunk.length <= (proven.get(values) ?? 0));
    if (bytes === undefined) throw notPlain(to.path, what);
    to.bytes(bytes);
    at += chunk.length;
    size = Math.min(MOST, Math.max(FEWEST, Math.floor((chunk.length * CHUNK_BYTES) / bytes.length)));
  }
  proven.set(values, values.length);
};

function* chunks(from: Reader, count: number): Generator {
  for (let at = 0; at < count;) {
    const chunk = deserialize(from.bytes()) as ReadonlyArray<unknown>;
    yield* chunk;
    at += chunk.length;
  }
}

/** Reads what {@link writeValues} wrote. The caller must take all values before it reads anything else. */
export const readValues = (from: Reader): Generator => chunks(from, from.json() as number);
