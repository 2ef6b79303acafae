/**
 * Finds what a comparison by structure cannot see into. Two values that differ only there would be taken for one, and states would be
 * lost. So such a value is refused by name, wherever it stands in a state.
 */
import { types } from 'node:util';
import { CheckerError } from '../error.js';
import { frozenMethodCount } from './freeze.js';
import { hasPrivateFields } from './private-fields.js';

// --- classes ---------------------------------------------------------------------------------------------------------------

/** For each prototype what is incomparable in its objects, or null where nothing is. */
const verdicts = new WeakMap<object, string | null>();

const article = (name: string): string => (/^(?:[AEIO]|U(?!int))/.test(name) ? 'an' : 'a');

const constructorOf = (prototype: object): { readonly name: string; readonly source: string } | undefined => {
  const maker: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
  if (typeof maker !== 'function' || maker.prototype !== prototype) return undefined;
  return { name: maker.name === '' ? 'class without a name' : maker.name, source: Function.prototype.toString.call(maker) };
};

/** Says what is incomparable in objects of one class, by the class itself and not by those it extends. */
const incomparableInClass = (prototype: object): string | null => {
  const maker = constructorOf(prototype);
  if (maker === undefined) return 'an object with a prototype that is no class';
  const named = `${article(maker.name)} ${maker.name}`;
  if (maker.source.includes('[native code]')) return named;
  if (hasPrivateFields(maker.source)) return `${named}, which has private fields`;
  for (const key of Reflect.ownKeys(prototype)) {
    if (key === 'constructor') continue;
    const field = Object.getOwnPropertyDescriptor(prototype, key)!;
    if (!('value' in field)) return `${named}, of which ${String(key)} is a getter`;
    if (typeof field.value !== 'function') return `${named}, which has ${String(key)} from its prototype`;
  }
  return null;
};

/** Says what is incomparable in objects with this prototype, which is neither an array's nor another builtin's. */
export const incomparableByClass = (prototype: object): string | null => {
  const known = verdicts.get(prototype);
  if (known !== undefined) return known;
  let verdict = incomparableInClass(prototype);
  for (let up: unknown = Object.getPrototypeOf(prototype); verdict === null && up !== null; up = Object.getPrototypeOf(up)) {
    if (up === Object.prototype) break;
    verdict = incomparableInClass(up as object);
  }
  verdicts.set(prototype, verdict);
  return verdict;
};

/** Numbers from 0 for classes with one name: they are different classes. */
const namesakes = new WeakMap<object, number>();
const counts = new Map<string, number>();

/** Gives a class a text that no other class has. */
export const classText = (prototype: object): string => {
  const { name } = constructorOf(prototype)!;
  let number = namesakes.get(prototype);
  if (number === undefined) {
    number = counts.get(name) ?? 0;
    counts.set(name, number + 1);
    namesakes.set(prototype, number);
  }
  return number === 0 ? name : `${name}#${number}`;
};

// --- one object ------------------------------------------------------------------------------------------------------------

/**
 * Names a typed array in its refusal. Its items could be compared, but nothing keeps a model from changing them in a state that is kept:
 * typed arrays cannot be frozen.
 */
export const viewName = (view: ArrayBufferView): string => {
  const { name } = view.constructor;
  return `${article(name)} ${name}`;
};

/** Says what is incomparable in a value itself, its parts left out; undefined where nothing is. */
export const incomparableHere = (value: unknown): string | undefined => {
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'symbol') return 'a symbol';
  if (typeof value !== 'object' || value === null) return undefined;
  if (types.isProxy(value)) return 'a Proxy';
  const prototype = Object.getPrototypeOf(value) as object | null;
  const keys = Reflect.ownKeys(value);
  if (prototype === Array.prototype) {
    const { length } = value as ReadonlyArray<unknown>;
    // The indices come first, and then `length`.
    if (keys[length] !== 'length') return HOLES;
    return keys.length === length + 1 ? undefined : 'a list with fields of its own';
  }
  if (prototype === Map.prototype || prototype === Set.prototype || prototype === Date.prototype)
    return keys.length === frozenMethodCount(value) ? undefined : `a ${prototype.constructor.name} with fields of its own`;
  if (ArrayBuffer.isView(value)) return viewName(value);
  if (Array.isArray(value)) return 'a list of a class of its own';
  if (prototype !== null && prototype !== Object.prototype) {
    const blind = incomparableByClass(prototype);
    if (blind !== null) return blind;
  }
  return incomparableFields(value, keys);
};

const incomparableFields = (value: object, keys: ReadonlyArray<string | symbol>): string | undefined => {
  for (const key of keys) {
    if (typeof key === 'symbol') return `a field whose key is the symbol ${String(key)}`;
    const field = Object.getOwnPropertyDescriptor(value, key)!;
    if (!('value' in field)) return `an object whose field ${key} is a getter`;
    if (field.enumerable !== true) return `an object whose field ${key} is hidden`;
  }
  return undefined;
};

/** Tells whether an item of a list is a hole, which reads as `undefined`. */
export const isHole = (list: ReadonlyArray<unknown>, at: number): boolean => list[at] === undefined && !(at in list);

/** The words of {@link incomparableHere} for a list with holes. */
export const HOLES = 'a list with holes';

// --- whole values ----------------------------------------------------------------------------------------------------------

/** A value inside another one, and the path to it: `.log[2]`. */
interface Part {
  readonly value: unknown;
  readonly path: string;
}

/** The parts of a value, each with its path. */
export const partsOf = ({ value, path }: Part): ReadonlyArray<Part> => {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return [];
  if (Array.isArray(value)) return value.map((part: unknown, i) => ({ value: part, path: `${path}[${i}]` }));
  if (value instanceof Set) return Array.from(value, (part: unknown) => ({ value: part, path: `${path}{…}` }));
  if (value instanceof Map)
    return Array.from(value as Map<unknown, unknown>, ([key, part]) => [
      { value: key, path: `${path}{a key}` },
      { value: part, path: `${path}{${typeof key === 'string' || typeof key === 'number' ? key : '…'}}` },
    ]).flat();
  return Object.entries(value).map(([name, part]: [string, unknown]) => ({ value: part, path: `${path}.${name}` }));
};

/** How deep a value is searched. */
const MAX_NESTING = 1000;

/** Tests that nothing in a value is incomparable, without a word of where it would be. */
const isComparableThrough = (value: unknown, depth: number): boolean => {
  if (incomparableHere(value) !== undefined) return false;
  if (typeof value !== 'object' || value === null || value instanceof Date) return true;
  if (depth === MAX_NESTING) return false;
  const inner = depth + 1;
  if (Array.isArray(value)) {
    for (const part of value) if (!isComparableThrough(part, inner)) return false;
  } else if (value instanceof Set) {
    for (const part of value) if (!isComparableThrough(part, inner)) return false;
  } else if (value instanceof Map) {
    for (const [key, part] of value as ReadonlyMap<unknown, unknown>)
      if (!isComparableThrough(key, inner) || !isComparableThrough(part, inner)) return false;
  } else {
    for (const name in value) if (!isComparableThrough((value as Readonly<Record<string, unknown>>)[name], inner)) return false;
  }
  return true;
};

/** Says what in a value is incomparable, and at which path; undefined where nothing is. */
export const incomparableIn = (whole: unknown): string | undefined =>
  isComparableThrough(whole, 0) ? undefined : firstIncomparable(whole);

const firstIncomparable = (whole: unknown): string | undefined => {
  const path: { parts: ReadonlyArray<Part>; at: number; owner: unknown }[] = [];
  const above = new Set<unknown>();
  const enter = (part: Part): string | undefined => {
    const where = part.path === '' ? '' : ` at ${part.path.slice(0, 80)}`;
    const blind = incomparableHere(part.value);
    if (blind !== undefined) return `${blind}${where}`;
    if (above.has(part.value)) return `a reference to what it is in itself${where}`;
    const parts = partsOf(part);
    if (parts.length > 0) {
      if (path.length >= MAX_NESTING) return `values in values, more than ${MAX_NESTING} deep`;
      above.add(part.value);
      path.push({ parts, at: 0, owner: part.value });
    }
    return undefined;
  };
  let blind = enter({ value: whole, path: '' });
  while (blind === undefined && path.length > 0) {
    const last = path.at(-1)!;
    if (last.at < last.parts.length) {
      blind = enter(last.parts[last.at++]!);
      continue;
    }
    above.delete(last.owner);
    path.pop();
  }
  return blind;
};

/** Says what in a value a structured clone loses or changes, so that it cannot go to another thread; undefined where all of it can. */
export const uncloneableIn = (value: unknown): string | undefined => {
  if (typeof value === 'function' || typeof value === 'symbol') return `a ${typeof value}`;
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || value instanceof Date) return undefined;
  const prototype: unknown = Object.getPrototypeOf(value);
  let parts: Iterable<unknown>;
  if (prototype === Array.prototype || prototype === Set.prototype) parts = value as Iterable<unknown>;
  else if (prototype === Object.prototype) parts = Object.values(value);
  else if (prototype === Map.prototype) parts = [...(value as Map<unknown, unknown>)].flat();
  else return prototype === null ? 'an object without a prototype' : 'an object of a class';
  for (const part of parts) {
    const uncloneable = uncloneableIn(part);
    if (uncloneable !== undefined) return uncloneable;
  }
  return undefined;
};

/** The words of {@link incomparableIn} for a typed array. */
const VIEW = /^an? (?:\w*Array|Buffer)(?: at |$)/;

/** Makes the refusal of a thing (`a state`) that holds something incomparable. */
const refusal = (thing: string, what: string, advice: string): CheckerError =>
  new CheckerError(
    'model',
    VIEW.test(what)
      ? `${thing} holds ${what}, which nothing keeps from being changed: use a list of numbers`
      : `${thing} holds ${what}, which cannot be compared: ${advice}`,
  );

export const incomparableFault = (what: string): CheckerError =>
  refusal('a state', what, 'leave it out, or give the model a key function');

/** Makes the same of a value that a helper compares: no key of a model helps there. */
export const incomparableItem = (what: string): CheckerError =>
  refusal('a value that a helper of the checker compares', what, 'leave it out');

/** Refuses a value that cannot be compared: two that differ in what is not seen would be taken for one. @throws CheckerError (`model`). */
export const mustBeSeenInto = (value: unknown): void => {
  const blind = incomparableIn(value);
  if (blind !== undefined) throw incomparableFault(blind);
};
