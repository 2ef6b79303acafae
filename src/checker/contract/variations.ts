/**
 * Variations of a value that are equal to it, but that a model could tell apart: another order in which a set or a map was filled,
 * another order of the fields of an object, the sign of a zero, and whether equal parts are one object. The checker takes them for one
 * state, so no answer of a model may depend on them.
 */
import type { CheckerError } from '../error.js';
import { encode } from '../values/encode.js';
import { incomparableIn, partsOf } from '../values/incomparable.js';
import { briefly, fault } from './model-faults.js';

// --- copies ----------------------------------------------------------------------------------------------------------------

/** Which orders a copy reverses, whether it negates zeros, and whether its equal parts are one object. */
export interface Variation {
  readonly shared: boolean;
  readonly sets: boolean;
  readonly maps: boolean;
  readonly zeros: boolean;
  /** The objects whose fields are reversed, by the names of their fields ({@link namesOf}). */
  readonly fields: (names: string) => boolean;
}

const none = (): boolean => false;
const all = (): boolean => true;
export const UNVARIED: Variation = { shared: false, sets: false, maps: false, zeros: false, fields: none };

/** The names of an object's fields, sorted, as one text. */
const namesOf = (value: object): string => Object.keys(value).sort().join(', ');

/** Tests that the fields of an object are to be reversed. Mostly those of every object are, or of none. */
const reversesFields = ({ fields }: Variation, value: object): boolean =>
  fields === all || (fields !== none && fields(namesOf(value)));

const reversedIf = <T>(items: ReadonlyArray<T>, isReversed: boolean): ReadonlyArray<T> =>
  isReversed ? items.toReversed() : items;

/** Gives the copy that stands for a copy of an object. The copies of its parts must have gone through it before. */
type Share = (copy: object, of: object) => object;

const asItIs: Share = (copy) => copy;

/** Makes one object of equal copies, and counts what it saw. */
class Sharing {
  private readonly numbers = new Map<unknown, number>();
  private readonly known = new Map<string, object>();
  private readonly originals = new Set<object>();
  private copies = 0;

  readonly share: Share = (copy, of) => {
    this.copies++;
    this.originals.add(of);
    const text = this.textOf(copy);
    const first = this.known.get(text);
    if (first === undefined) this.known.set(text, copy);
    return first ?? copy;
  };

  /** Whether equal objects were one object already. */
  get wereOne(): boolean {
    return this.originals.size === this.known.size;
  }

  /** Whether no two objects were one object. */
  get wereSeveral(): boolean {
    return this.originals.size === this.copies;
  }

  private numberOf(object: object | null): number {
    const known = this.numbers.get(object);
    if (known === undefined) this.numbers.set(object, this.numbers.size);
    return known ?? this.numbers.size - 1;
  }

  /** Names a part. Texts have their lengths, so that no two lists of names are one text. */
  private nameOf(part: unknown): string {
    if (typeof part === 'string') return `${part.length}"${part}`;
    if (typeof part === 'object' && part !== null) return `#${this.numberOf(part)}`;
    return `${typeof part} ${String(part)}`;
  }

  /** Equal values have one text: in any order of what has none, and of either sign of a zero. A search may keep one of them for both. */
  private textOf(copy: object): string {
    const named = (part: unknown): string => this.nameOf(part);
    const entry = ([key, part]: readonly [unknown, unknown]): string => `${named(key)}:${named(part)}`;
    const parts = (): ReadonlyArray<string> => {
      if (Array.isArray(copy)) return copy.map(named);
      if (copy instanceof Date) return [named(copy.getTime())];
      if (copy instanceof Set) return Array.from(copy, named).sort();
      return Array.from(copy instanceof Map ? (copy as ReadonlyMap<unknown, unknown>) : Object.entries(copy), entry).sort();
    };
    return `${named(Object.getPrototypeOf(copy))},${parts().join()}`;
  }
}

/** Copies a value, so that a change to the copy can be noticed. The value must be comparable all through. */
const copyOf = (value: unknown, variation: Variation, share: Share): unknown => {
  if (value === 0 && variation.zeros) return -0;
  if (typeof value !== 'object' || value === null) return value;
  return share(
    copyOfObject(value, variation, (part) => copyOf(part, variation, share)),
    value,
  );
};

const copyOfObject = (value: object, variation: Variation, copy: (part: unknown) => unknown): object => {
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
    for (const [name, part] of reversedIf(Object.entries(value), reversesFields(variation, value))) plain[name] = copy(part);
    return plain;
  }
  const made = Object.create(prototype) as object;
  for (const [name, part] of reversedIf(Object.entries(value), reversesFields(variation, value)))
    Object.defineProperty(made, name, { value: copy(part), enumerable: true, writable: true, configurable: true });
  return made;
};

/** Gives the arguments of a call, with copies of those that can be compared. */
const copiesBy = (
  args: ReadonlyArray<unknown>,
  isCopied: ReadonlyArray<boolean>,
  by: Variation,
  share: Share,
): ReadonlyArray<unknown> => args.map((arg, i) => (isCopied[i] === true ? copyOf(arg, by, share) : arg));

/** Values that are comparable all through. Many calls have the same arguments. */
const comparable = new WeakSet();

const isComparable = (value: unknown): boolean => {
  if (typeof value !== 'object' || value === null || comparable.has(value)) return true;
  if (incomparableIn(value) !== undefined) return false;
  comparable.add(value);
  return true;
};

const areComparable = (args: ReadonlyArray<unknown>): ReadonlyArray<boolean> => args.map(isComparable);

/** Copies the arguments of a call. What cannot be compared is given as it is. */
export const copiesOf = (args: ReadonlyArray<unknown>, variation: Variation): ReadonlyArray<unknown> =>
  copiesBy(args, areComparable(args), variation, variation.shared ? new Sharing().share : asItIs);

/**
 * Copies the arguments of a call in the ways in which objects may be one: equal ones are one object, or no two are. A way in which the
 * arguments are themselves is left out where there is another.
 */
export const sharedAndNot = (args: ReadonlyArray<unknown>, variation: Variation): ReadonlyArray<ReadonlyArray<unknown>> => {
  const sharing = new Sharing();
  const isCopied = areComparable(args);
  const shared = copiesBy(args, isCopied, variation, sharing.share);
  if (sharing.wereSeveral) return [shared];
  const several = copiesBy(args, isCopied, variation, asItIs);
  return sharing.wereOne ? [several] : [shared, several];
};

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
    return { shared: false, sets: true, maps: true, zeros: this.zeroBlame === undefined, fields };
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
  const probe = (variation: Partial<Variation>, what: string, advice: string): void => {
    const other = otherwise({ ...UNVARIED, ...variation });
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
      const other = variation.fields(names) ? otherwise({ ...UNVARIED, fields: (some) => some === names }) : undefined;
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
