/**
 * Makes the one form of a value: its sets and maps are filled in one order, and it has no `-0`. Values that are equal by structure have
 * the same one form. A model that gets nothing else cannot tell apart what the checker takes for one state. Fields of objects keep their
 * order, because one piece of code mostly makes all records of a kind. `contract/variations.ts` tests whether a model depends on that
 * order.
 */
import { isTooDeep } from '../memory.js';
import { encode, precedes } from './encode.js';
import { incomparableHere } from './incomparable.js';

interface Member<T> {
  readonly text: string;
  readonly of: unknown;
  readonly member: T;
}

const isSorted = (members: ReadonlyArray<Member<unknown>>): boolean =>
  members.every((one, i) => i === 0 || precedes(members[i - 1]!.of, members[i - 1]!.text, one.of, one.text));

/** Sorts members by key: a set's by the member, a map's by the entry's key. It gives the list itself where the list is sorted already. */
const sorted = <T>(members: ReadonlyArray<T>, of: (member: T) => unknown): ReadonlyArray<T> => {
  if (members.length < 2) return members;
  const told = members.map((member): Member<T> => ({ member, of: of(member), text: encode(of(member)) }));
  if (isSorted(told)) return members;
  return told.sort((a, b) => (precedes(a.of, a.text, b.of, b.text) ? -1 : 1)).map(({ member }) => member);
};

const sameItems = (one: ReadonlyArray<unknown>, other: ReadonlyArray<unknown>): boolean => {
  for (let at = 0; at < one.length; at++) if (!Object.is(one[at], other[at])) return false;
  return true;
};

const setInOneForm = (value: ReadonlySet<unknown>): object => {
  const given = [...value];
  const members = sorted(given.map(inOneForm), (member) => member);
  return sameItems(given, members) ? value : new Set(members);
};

const mapInOneForm = (value: ReadonlyMap<unknown, unknown>): object => {
  const given = [...value];
  const entries = sorted(
    given.map(([key, part]) => [inOneForm(key), inOneForm(part)] as const),
    ([key]) => key,
  );
  return sameItems(given.flat(), entries.flat()) ? value : new Map(entries);
};

const fieldsInOneForm = (value: object): object => {
  const names = Object.keys(value);
  let parts: unknown[] | undefined;
  for (let at = 0; at < names.length; at++) {
    const given = (value as Readonly<Record<string, unknown>>)[names[at]!];
    const part = inOneForm(given);
    if (parts !== undefined) parts.push(part);
    else if (!Object.is(given, part))
      parts = [...names.slice(0, at).map((name) => (value as Readonly<Record<string, unknown>>)[name]), part];
  }
  if (parts === undefined) return value;
  return withParts(value, names, parts);
};

const withParts = (value: object, names: ReadonlyArray<string>, parts: ReadonlyArray<unknown>): object => {
  const copy = Object.create(Object.getPrototypeOf(value) as object | null) as object;
  names.forEach((name, i) =>
    Object.defineProperty(copy, name, { value: parts[i], enumerable: true, writable: true, configurable: true }),
  );
  return copy;
};

const formOf = (value: object): object => {
  if (Array.isArray(value)) {
    const items: ReadonlyArray<unknown> = value.map(inOneForm);
    return sameItems(value, items) ? value : items;
  }
  if (value instanceof Set) return setInOneForm(value);
  if (value instanceof Map) return mapInOneForm(value);
  if (value instanceof Date) return value;
  return fieldsInOneForm(value);
};

const inOneForm = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null) return value === 0 ? 0 : value;
  const form = formOf(value);
  // The copy would lose what is incomparable. The value itself keeps it, and is refused where it is compared.
  return form !== value && incomparableHere(value) !== undefined ? value : form;
};

/** Gives the one form of a value. A value that has it already is given back itself. */
export const oneForm = <T>(value: T): T => {
  try {
    return inOneForm(value) as T;
  } catch (error) {
    // A value that contains itself or is too deep is refused where it is compared.
    if (isTooDeep(error)) return value;
    throw error;
  }
};
