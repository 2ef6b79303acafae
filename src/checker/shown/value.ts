/**
 * Values of a model as plain data that goes through JSON: those of JSON as they are, the others as the Informal Trace Format has them
 * (Apalache's ADR 015): `{ "#bigint": "1" }`, `{ "#set": [..] }`, `{ "#map": [[key, value], ..] }`, and `{ "#unserializable": "undefined" }`
 * for what has no counterpart. A record with a field that could be taken for one of these is a map.
 */
import { text } from './text.js';

/** A value as plain data. */
export type PlainValue =
  | string
  | number
  | boolean
  | ReadonlyArray<PlainValue>
  | { readonly '#bigint': string }
  | { readonly '#set': ReadonlyArray<PlainValue> }
  | { readonly '#map': ReadonlyArray<readonly [PlainValue, PlainValue]> }
  | { readonly '#unserializable': string }
  | { readonly [field: string]: PlainValue };

/** The greatest depth that is kept as data. A value may contain itself where a model has a `key` of its own. */
const MOST_DEEP = 200;

/** Tests for names that readers of the format reserve: `#meta`, `#map`, `__label__`. */
export const isReserved = (name: string): boolean => name.startsWith('#') || name.startsWith('__');

const unserializable = (what: string): PlainValue => ({ '#unserializable': what });

const byText = (a: unknown, b: unknown): number => {
  const [left, right] = [text(a), text(b)];
  return left < right ? -1 : Number(left > right);
};

const record = (value: object, depth: number): PlainValue => {
  const fields = Object.entries(value).map(([name, field]) => [name, valueAt(field, depth)] as const);
  return fields.some(([name]) => isReserved(name)) ? { '#map': fields } : Object.fromEntries(fields);
};

const objectValue = (value: object, depth: number): PlainValue => {
  if (depth > MOST_DEEP) return unserializable('too deep');
  if (Array.isArray(value)) return Array.from(value, (item) => valueAt(item, depth));
  if (value instanceof Set) return { '#set': [...value].sort(byText).map((item) => valueAt(item, depth)) };
  if (value instanceof Map) {
    const entries = [...(value as ReadonlyMap<unknown, unknown>)].sort(([a], [b]) => byText(a, b));
    return { '#map': entries.map(([key, item]) => [valueAt(key, depth), valueAt(item, depth)] as const) };
  }
  if (value instanceof Date) return unserializable(text(value));
  if (ArrayBuffer.isView(value) && !(value instanceof DataView))
    return Array.from(value as unknown as Iterable<unknown>, (item) => valueAt(item, depth));
  return record(value, depth);
};

const valueAt = (value: unknown, depth: number): PlainValue => {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : unserializable(String(value));
    case 'bigint':
      return { '#bigint': String(value) };
    case 'object':
      return value === null ? unserializable('null') : objectValue(value, depth + 1);
    default:
      return unserializable(text(value));
  }
};

/** Gives a value as plain data. Members of sets and keys of maps are in the order of their texts. */
export const plainValue = (value: unknown): PlainValue => valueAt(value, 0);
