/** Values in a checkpoint. They are written as V8 serialises them, a few at a time, and each must come back equal. */
import { deserialize, serialize } from 'node:v8';
import { encode } from '../plain/encode.js';
import { refuse, type Reader, type Writer } from './file.js';

/** How many values are written together; those share what they have in common. A copy of all would need as much memory again. */
const CHUNK = 512;

/** Whether two values are the same. Default: in structure. */
type Same = (value: unknown, copy: unknown) => boolean;

const alike: Same = (value, copy) => encode(value) === encode(copy);

/** The values as bytes, or undefined where they do not come back as they were: a function, an object of a class … */
const packed = (values: ReadonlyArray<unknown>, same: Same): Uint8Array | undefined => {
  try {
    const bytes = serialize(values);
    const copies = deserialize(bytes) as ReadonlyArray<unknown>;
    return values.every((value, i) => alike(value, copies[i]) && same(value, copies[i])) ? bytes : undefined;
  } catch {
    // What V8 cannot write, what cannot be compared, and a copy on which the model's own key fails.
    return undefined;
  }
};

const notPlain = (path: string, what: string): Error =>
  refuse(path, `${what} are not plain data (a function, an object of a class …) and cannot be written`);

/** Refuses values that cannot be written. `what`: what they are called. */
export const mustBePlain = (path: string, what: string, values: ReadonlyArray<unknown>, same: Same = () => true): void => {
  if (packed(values, same) === undefined) throw notPlain(path, what);
};

/** Writes some values. `same`: what else, beside their structure, must come back. @throws CheckerError (`checkpoint`). */
export const writeValues = (to: Writer, what: string, values: ReadonlyArray<unknown>, same: Same = () => true): void => {
  to.json(values.length);
  for (let at = 0; at < values.length; at += CHUNK) {
    const bytes = packed(values.slice(at, at + CHUNK), same);
    if (bytes === undefined) throw notPlain(to.path, what);
    to.bytes(bytes);
  }
};

function* chunks(from: Reader, count: number): Generator {
  for (let at = 0; at < count; at += CHUNK) yield* deserialize(from.bytes()) as ReadonlyArray<unknown>;
}

/** Reads what {@link writeValues} wrote; to be taken to the end before anything else is read. */
export const readValues = (from: Reader): Generator => chunks(from, from.json() as number);
