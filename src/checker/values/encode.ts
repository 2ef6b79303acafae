/** Makes canonical texts of immutable values, which are compared by them. (Texts for people are in `shown/text.ts`.) */
import type { CheckerError } from '../error.js';
import { isTooDeep } from '../memory.js';
import { frozenMethodCount } from './freeze.js';
import { incomparableByClass, incomparableIn, classText, incomparableFault, incomparableItem, viewName } from './incomparable.js';

/**
 * A text that two values share exactly when they are structurally equal: primitives by value (`0` and `-0` are one, `NaN` is
 * itself), arrays by their items, maps and sets whatever their order, objects by class and fields whatever their order.
 *
 * @throws CheckerError (`model`) for what cannot be seen into (functions, private fields, getters …), for a set with two equal members,
 * and for what contains itself: give the model a `key` then.
 */
export const encode = (value: unknown): string => encoded(value, incomparableFault);

/** The same of a value that a helper compares. A model's `key` does not help there, so the refusal does not advise it. */
export const encodeItem = (value: unknown): string => encoded(value, incomparableItem);

/** Tests whether a value still has the text that it had. Where it has none any more, it was changed. */
export const hasText = (value: unknown, text: string): boolean => {
  try {
    return encode(value) === text;
  } catch {
    return false;
  }
};

const encoded = (value: unknown, refusal: (what: string) => CheckerError): string => {
  try {
    return textOf(value);
  } catch (error) {
    if (error instanceof Incomparable) throw refusal(incomparableIn(value) ?? error.message);
    throw isTooDeep(error) ? refusal(incomparableIn(value) ?? 'values in values, too deep') : error;
  }
};

/**
 * Whether a value was encoded since {@link takeOtherForm} that is not in its one form (`values/one-form.ts`). A model could tell it from
 * an equal value.
 */
let isOtherForm = false;

/**
 * Says whether something was encoded since the last call that was not in its one form, the order of fields left out. Then it starts
 * again.
 */
export const takeOtherForm = (): boolean => {
  const was = isOtherForm;
  isOtherForm = false;
  return was;
};

/** Ranks kinds of members: numbers by size, then `NaN`, texts by code, and the rest by their encoding. */
const rank = (value: unknown): number => {
  if (typeof value === 'number') return Number.isNaN(value) ? 1 : 0;
  return typeof value === 'string' ? 2 : 3;
};

/** Says whether one member of a set comes before another. Each is given with its text. */
export const precedes = (one: unknown, text: string, other: unknown, otherText: string): boolean => {
  const [left, right] = [rank(one), rank(other)];
  if (left !== right) return left < right;
  return left === 0 || left === 2 ? (one as number) < (other as number) : text < otherText;
};

const noteOrder = (members: Iterable<unknown>, texts: ReadonlyArray<string>): void => {
  let at = 0;
  let before: unknown;
  for (const member of members) {
    if (at > 0 && !precedes(before, texts[at - 1]!, member, texts[at]!)) isOtherForm = true;
    before = member;
    at++;
  }
};

/** Thrown inside this file for a value that is incomparable. */
class Incomparable extends Error {}

const textOf = (value: unknown): string => {
  switch (typeof value) {
    case 'string':
      // The length keeps it injective: no text inside can be taken for a delimiter.
      return `s${value.length}:${value}`;
    case 'number':
      if (value === 0 && Object.is(value, -0)) isOtherForm = true;
      return `#${value};`;
    case 'boolean':
      return value ? 't' : 'f';
    case 'undefined':
      return 'u';
    case 'bigint':
      return `i${value};`;
    case 'object':
      return value === null ? 'n' : encodeObject(value);
    case 'function':
    case 'symbol':
      throw new Incomparable(`a ${typeof value}`);
  }
};

const encodeObject = (value: object): string => {
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (prototype === Object.prototype) return `{${encodeFields(value)}}`;
  if (prototype === Array.prototype) return encodeList(value as ReadonlyArray<unknown>);
  if (prototype === null) return `0{${encodeFields(value)}}`;
  if (ArrayBuffer.isView(value)) throw new Incomparable(viewName(value));
  if (prototype === Set.prototype || prototype === Map.prototype || prototype === Date.prototype) {
    if (Reflect.ownKeys(value).length !== frozenMethodCount(value))
      throw new Incomparable(`a ${prototype.constructor.name} with fields of its own`);
    if (value instanceof Set) return encodeSet(value);
    return value instanceof Map ? encodeMap(value) : `D${(value as Date).getTime()};`;
  }
  const blind = Array.isArray(value) ? 'a list of a class of its own' : incomparableByClass(prototype);
  if (blind !== null) throw new Incomparable(blind);
  const name = classText(prototype);
  return `C${name.length}:${name}{${encodeFields(value)}}`;
};

const encodeList = (list: ReadonlyArray<unknown>): string => {
  const keys = Reflect.ownKeys(list);
  if (keys.length !== list.length + 1 || keys[list.length] !== 'length')
    throw new Incomparable('a list with holes or fields of its own');
  return encodeItems('[', list, ']');
};

const encodeSet = (set: ReadonlySet<unknown>): string => {
  if (set.size === 0) return 'S{}';
  const texts = Array.from(set, textOf);
  noteOrder(set, texts);
  return `S{${distinct(texts, 'Set', 'members').join(',')}}`;
};

const encodeMap = (map: ReadonlyMap<unknown, unknown>): string => {
  if (map.size === 0) return 'M{}';
  const keys: string[] = [];
  const entries: string[] = [];
  for (const [key, value] of map) {
    const text = textOf(key);
    keys.push(text);
    entries.push(text + textOf(value));
  }
  noteOrder(map.keys(), keys);
  distinct(keys, 'Map', 'keys');
  return `M{${entries.sort().join(',')}}`;
};

/**
 * Sorts the texts of members or keys, which must differ. JavaScript compares objects by identity, so a set can have two equal members.
 */
const distinct = (texts: string[], owner: string, what: string): ReadonlyArray<string> => {
  texts.sort();
  for (let i = 1; i < texts.length; i++)
    if (texts[i] === texts[i - 1])
      throw new Incomparable(
        `a ${owner} with two equal ${what} (a ${owner} tells objects apart by identity, not by what is in them)`,
      );
  return texts;
};

const encodeItems = (open: string, items: Iterable<unknown>, close: string): string => {
  let out = open;
  for (const item of items) out += textOf(item);
  return out + close;
};

const encodeFields = (value: object): string => {
  const fields = value as Readonly<Record<string, unknown>>;
  let out = '';
  for (const name of sortedKeys(value)) out += `${name.length}:${name}${textOf(fields[name])}`;
  return out;
};

/** Gives the own keys in order. Most objects of a model are built with the same few orders, often the sorted one, and are not sorted then. */
const sortedKeys = (value: object): ReadonlyArray<string> => {
  const keys = Object.keys(value);
  if (Reflect.ownKeys(value).length !== keys.length) throw new Incomparable('an object with a hidden field');
  for (let i = 1; i < keys.length; i++) if (keys[i - 1]! > keys[i]!) return keys.sort();
  return keys;
};
