/**
 * The one form of a value: its sets and maps filled in one order, and no `-0`. Two values that are equal by structure have the same one, so that
 * a model which is given nothing else cannot tell apart what the checker takes for one state. (The fields of objects keep the order in
 * which they were set: records of one kind are mostly made by one piece of code. `contract/variations.ts` looks whether a model depends on it.)
 */
import { encode, precedes } from './encode.js';
import { incomparableHere } from './incomparable.js';

interface Member<T> {
  readonly text: string;
  readonly of: unknown;
  readonly member: T;
}

const isSorted = (members: ReadonlyArray<Member<unknown>>): boolean =>
  members.every((one, i) => i === 0 || precedes(members[i - 1]!.of, members[i - 1]!.text, one.of, one.text));

/** The members in the order of what they are found by; the list itself where they are in it. */
const sorted = <T>(members: ReadonlyArray<T>, of: (member: T) => unknown): ReadonlyArray<T> => {
  if (members.length < 2) return members;
  const told = members.map((member): Member<T> => ({ member, of: of(member), text: encode(of(member)) }));
  if (isSorted(told)) return members;
  return told.sort((a, b) => (precedes(a.of, a.text, b.of, b.text) ? -1 : 1)).map(({ member }) => member);
};

const sameItems = (one: ReadonlyArray<unknown>, other: ReadonlyArray<unknown>): boolean =>
  one.every((item, i) => Object.is(item, other[i]));

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
  const entries = Object.entries(value);
  const parts = entries.map(([, part]) => inOneForm(part));
  if (entries.every(([, part], i) => Object.is(part, parts[i]))) return value;
  const copy = Object.create(Object.getPrototypeOf(value) as object | null) as object;
  entries.forEach(([name], i) =>
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
  // A copy would lose what cannot be seen; with it, the value is refused where it is compared.
  return form !== value && incomparableHere(value) !== undefined ? value : form;
};

/** The one form of a value: the value itself where it is in it. */
export const oneForm = <T>(value: T): T => {
  try {
    return inOneForm(value) as T;
  } catch (error) {
    // What contains itself, or is too deep, is refused where it is compared.
    if (error instanceof RangeError) return value;
    throw error;
  }
};
