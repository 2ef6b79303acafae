/**
 * Variations of a value that are equal to it, but that a model could tell apart: another order in which a set or a map was filled,
 * another order of the fields of an object, and the sign of a zero. The checker takes them for one state, so no answer of a model may
 * depend on them.
 */
import type { CheckerError } from '../error.js';
import { encode } from '../values/encode.js';
import { partsOf } from '../values/incomparable.js';
import { briefly, fault } from './model-faults.js';

// --- copies ----------------------------------------------------------------------------------------------------------------

/** Which orders a copy reverses, and whether it negates zeros. */
export interface Variation {
  readonly sets: boolean;
  readonly maps: boolean;
  readonly zeros: boolean;
  /** The objects whose fields are reversed, by the names of their fields ({@link namesOf}). */
  readonly fields: (names: string) => boolean;
}

const none = (): boolean => false;
export const UNVARIED: Variation = { sets: false, maps: false, zeros: false, fields: none };

/** The names of an object's fields, sorted, as one text. */
const namesOf = (value: object): string => Object.keys(value).sort().join(', ');

const reversedIf = <T>(items: ReadonlyArray<T>, isReversed: boolean): ReadonlyArray<T> =>
  isReversed ? items.toReversed() : items;

/** Copies a value, so that a change to the copy can be noticed. The value must be comparable all through. */
export const copyOf = (value: unknown, variation: Variation): unknown => {
  if (value === 0 && variation.zeros) return -0;
  if (typeof value !== 'object' || value === null) return value;
  const copy = (part: unknown): unknown => copyOf(part, variation);
  if (Array.isArray(value)) return value.map(copy);
  if (value instanceof Date) return new Date(value);
  if (value instanceof Set) return new Set(reversedIf(Array.from(value, copy), variation.sets));
  if (value instanceof Map)
    return new Map(
      reversedIf(
        Array.from(value, ([key, part]) => [copy(key), copy(part)] as const),
        variation.maps,
      ),
    );
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (prototype === Object.prototype && !Object.hasOwn(value, '__proto__')) {
    // Fields are assigned, since the copy then has the shape that the model is used to, and V8 runs the model as fast as before.
    const plain: Record<string, unknown> = {};
    for (const [name, part] of reversedIf(Object.entries(value), variation.fields(namesOf(value)))) plain[name] = copy(part);
    return plain;
  }
  const made = Object.create(prototype) as object;
  for (const [name, part] of reversedIf(Object.entries(value), variation.fields(namesOf(value))))
    Object.defineProperty(made, name, { value: copy(part), enumerable: true, writable: true, configurable: true });
  return made;
};

// --- what is known of a model's values ---------------------------------------------------------------------------------------

/**
 * Knows in which orders a model sets the fields of its objects, and which functions depend on such an order. One piece of code mostly
 * makes all objects of a kind, so they have one order, and a model may rely on it. A model is refused once there are both: two orders,
 * and a function that tells them apart.
 */
export class Orders {
  private hasMinusZero = false;
  /** The order in which fields of these names were met first. */
  private readonly first = new Map<string, string>();
  private readonly known = new Set<string>();
  /** The names of fields that were met in two orders. */
  private readonly two = new Set<string>();
  private readonly depending = new Map<string, CheckerError>();

  clear(): void {
    this.hasMinusZero = false;
    for (const all of [this.first, this.known, this.two, this.depending]) all.clear();
  }

  /** The variation to try. It leaves out the orders on which a function is known to depend. */
  get variation(): Variation {
    return { sets: true, maps: true, zeros: this.hasMinusZero, fields: (names) => !this.depending.has(names) };
  }

  /**
   * Takes in a value that a model gave. @throws CheckerError (`model`) where the value has a second order of fields, and a function
   * depends on the order.
   */
  meet(value: unknown): void {
    if (Object.is(value, -0)) this.hasMinusZero = true;
    if (typeof value !== 'object' || value === null) return;
    const hasFields = !Array.isArray(value) && !(value instanceof Set) && !(value instanceof Map) && !(value instanceof Date);
    if (hasFields) this.meetFields(value);
    for (const part of partsOf({ value, path: '' })) this.meet(part.value);
  }

  /** Notes that a function depends on the order of these fields. @throws CheckerError where the fields were met in two orders. */
  depends(names: string, blame: CheckerError): void {
    if (this.two.has(names)) throw blame;
    this.depending.set(names, blame);
  }

  private meetFields(value: object): void {
    const order = Object.keys(value).join(', ');
    if (this.known.has(order)) return;
    this.known.add(order);
    const names = namesOf(value);
    const before = this.first.get(names);
    if (before === undefined) this.first.set(names, order);
    if (before === undefined || before === order) return;
    this.two.add(names);
    const blame = this.depending.get(names);
    if (blame !== undefined) throw blame;
  }
}

// --- blame -----------------------------------------------------------------------------------------------------------------

/** Collects the names of the fields of all objects that have several. */
const allNames = (values: ReadonlyArray<unknown>): ReadonlySet<string> => {
  const found = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    if (!Array.isArray(value) && Object.keys(value).length > 1) found.add(namesOf(value));
    for (const part of partsOf({ value, path: '' })) visit(part.value);
  };
  values.forEach(visit);
  return found;
};

/** Gives the answer of a function on varied copies, in a few words; undefined where the answer is equal to the first one. */
export type VariedAnswer = (variation: Variation) => string | undefined;

/** Finds out on which variation the answer of a function depends. @throws CheckerError (`model`) that names it. */
export const blameOrder = (
  where: string,
  args: ReadonlyArray<unknown>,
  answer: unknown,
  orders: Orders,
  otherwise: VariedAnswer,
): void => {
  const asks = (what: string, advice: string, other: string): CheckerError =>
    fault(`${where} depends on ${what}: it gives ${briefly(answer)} or ${other}; ${advice}`);
  const probe = (variation: Partial<Variation>, what: string, advice: string): void => {
    const other = otherwise({ ...UNVARIED, ...variation });
    if (other !== undefined) throw asks(what, advice, other);
  };
  probe({ sets: true }, 'the order in which a Set was filled', 'a set has no order: use an array');
  probe({ maps: true }, 'the order in which a Map was filled', 'a map has no order: sort its keys, or use an array');
  if (orders.variation.zeros)
    probe({ zeros: true }, 'the sign of a zero', '0 and -0 are one state: use another value for one of them');
  for (const names of allNames(args)) {
    const other = orders.variation.fields(names) ? otherwise({ ...UNVARIED, fields: (some) => some === names }) : undefined;
    const what = `the order in which the fields ${names} of an object were set`;
    if (other !== undefined)
      orders.depends(names, asks(what, 'objects are equal in any order of their fields: sort them, or use an array', other));
  }
};

// --- equal answers ---------------------------------------------------------------------------------------------------------

/** Gives lists with the same items the same text, in whatever order the items are. */
export const inAnyOrder = (items: ReadonlyArray<unknown>): string => items.map(encode).sort().join(',');
