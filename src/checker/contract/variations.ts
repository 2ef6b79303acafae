/**
 * Variations of a value that are equal to it, but that a model could tell apart: another order in which a set or a map was filled,
 * another order of the fields of an object, the sign of a zero, and whether equal parts are one object. The checker takes them for one
 * state, so no answer of a model may depend on them.
 */
import type { CheckerError } from '../error.js';
import { encode } from '../values/encode.js';
import { partsOf } from '../values/incomparable.js';
import { briefly, fault } from './model-faults.js';
import { all, namesOf, UNVARIED, type Variation } from './varied-copies.js';

const LEAST_WITH_MIDDLE = 3;

/** Tests that a value has a set, a map or an object in it of three parts, or of another odd number. */
const hasMiddle = (value: unknown): boolean => {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.some(hasMiddle);
  if (value instanceof Map) return isMiddling(value.size) || [...(value as ReadonlyMap<unknown, unknown>)].some(hasMiddle);
  const parts: ReadonlyArray<unknown> = value instanceof Set ? [...value] : Object.values(value);
  return isMiddling(parts.length) || parts.some(hasMiddle);
};

const isMiddling = (count: number): boolean => count >= LEAST_WITH_MIDDLE && count % 2 === 1;

// --- what is known of a model's values ---------------------------------------------------------------------------------------

/**
 * Knows in which orders a model sets the fields of its objects, and which functions depend on such an order. One piece of code mostly
 * makes all objects of a kind, so they have one order, and a model may rely on it. A model is refused once there are both: two orders,
 * and a function that tells them apart. The same holds of the two signs of a zero.
 */
export class Orders {
  private hasMinusZero = false;
  /** Blames a function that depends on the sign of a zero. */
  private zeroBlame: CheckerError | undefined;
  /** The order in which fields of these names were met first. */
  private readonly first = new Map<string, string>();
  /** For each order that was met, the names in it, sorted. */
  private readonly known = new Map<string, string>();
  /** The names of fields that were met in two orders. */
  private readonly two = new Set<string>();
  private readonly depending = new Map<string, CheckerError>();

  clear(): void {
    this.hasMinusZero = false;
    this.zeroBlame = undefined;
    for (const all of [this.first, this.known, this.two, this.depending]) all.clear();
  }

  /** The variation to try, with equal parts as one object and as several. It leaves out the orders on which a function is known to depend. */
  get variation(): Variation {
    const { depending } = this;
    const fields = depending.size === 0 ? all : (names: string): boolean => !depending.has(names);
    return { ...UNVARIED, sets: true, maps: true, zeros: this.zeroBlame === undefined, fields };
  }

  /** The variations to try: with the other order of everything and, where something has a middle, with another one. */
  variations(args: ReadonlyArray<unknown>): ReadonlyArray<Variation> {
    const { variation } = this;
    return args.some(hasMiddle) ? [variation, { ...variation, order: 'rotated' }] : [variation];
  }

  /**
   * Takes in a value that a model gave. @throws CheckerError (`model`) where the value has a second order of fields, or a `-0`, and a
   * function depends on the order, or on the sign.
   */
  meet(value: unknown): void {
    if (Object.is(value, -0)) this.meetMinusZero();
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

  /** Notes that a function depends on the sign of a zero. @throws CheckerError where a `-0` was met. */
  dependsOnSign(blame: CheckerError): void {
    if (this.hasMinusZero) throw blame;
    this.zeroBlame ??= blame;
  }

  private meetMinusZero(): void {
    this.hasMinusZero = true;
    if (this.zeroBlame !== undefined) throw this.zeroBlame;
  }

  private meetFields(value: object): void {
    const order = Object.keys(value).join(', ');
    const names = this.known.get(order) ?? this.meetOrder(order, namesOf(value));
    if (this.first.get(names) === order) return;
    const blame = this.depending.get(names);
    if (blame !== undefined) throw blame;
  }

  private meetOrder(order: string, names: string): string {
    this.known.set(order, names);
    if (this.first.has(names)) this.two.add(names);
    else this.first.set(names, order);
    return names;
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

/** The advice to a model that tells equal values apart. */
export const COMPARE = 'compare what values hold, not which objects they are (===, includes, a Map or a Set of objects …)';

/** Finds out on which variation the answer of a function depends. @throws CheckerError (`model`) that names it. */
export const blameVariation = (
  where: string,
  args: ReadonlyArray<unknown>,
  answer: unknown,
  orders: Orders | undefined,
  otherwise: VariedAnswer,
): void => {
  const asks = (what: string, advice: string, other: string): CheckerError =>
    fault(`${where} depends on ${what}: it gives ${briefly(answer)} or ${other}; ${advice}`);
  const inSomeOrder = (variation: Partial<Variation>): string | undefined =>
    otherwise({ ...UNVARIED, ...variation }) ?? otherwise({ ...UNVARIED, ...variation, order: 'rotated' });
  const probe = (variation: Partial<Variation>, what: string, advice: string): void => {
    const other = inSomeOrder(variation);
    if (other !== undefined) throw asks(what, advice, other);
  };
  const probeOrders = (of: Orders): void => {
    const { variation } = of;
    probe({ sets: true }, 'the order in which a Set was filled', 'a set has no order: use an array');
    probe({ maps: true }, 'the order in which a Map was filled', 'a map has no order: sort its keys, or use an array');
    const ofSign = variation.zeros ? otherwise({ ...UNVARIED, zeros: true }) : undefined;
    if (ofSign !== undefined)
      of.dependsOnSign(asks('the sign of a zero', '0 and -0 are one state: use another value for one of them', ofSign));
    for (const names of allNames(args)) {
      const other = variation.fields(names) ? inSomeOrder({ fields: (some) => some === names }) : undefined;
      const what = `the order in which the fields ${names} of an object were set`;
      if (other !== undefined)
        of.depends(names, asks(what, 'objects are equal in any order of their fields: sort them, or use an array', other));
    }
  };
  if (orders !== undefined) probeOrders(orders);
  // Of equal parts in two orders one stands for both. So the orders are blamed first.
  probe({ shared: true }, 'whether equal parts of what it is given are one object', COMPARE);
};

// --- equal answers ---------------------------------------------------------------------------------------------------------

/** Gives lists with the same items the same text, in whatever order the items are. */
export const inAnyOrder = (items: ReadonlyArray<unknown>): string => items.map(encode).sort().join(',');
