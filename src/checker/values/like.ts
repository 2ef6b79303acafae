/** Compares two values quickly. "Equal" is certain, "not equal" is not. */

type Fields = Readonly<Record<string, unknown>>;

/** How two values are compared. {@link OPEN}: nothing is hidden in the first one, so that it is not looked for ({@link isOpen}). {@link HIDDEN}: see {@link hasFields}. */
type Manner = number;

const OPEN = 1;
const HIDDEN = 2;

/**
 * Tests that an object has no fields of its own beside `count` others: none whose key is a symbol and, with {@link HIDDEN}, none that cannot be enumerated.
 * To look for those takes twice as long.
 */
const hasFields = (value: object, count: number, how: Manner): boolean =>
  (how & HIDDEN) === 0 ? Object.getOwnPropertySymbols(value).length === 0 : Reflect.ownKeys(value).length === count;

/**
 * Compares the fields of two objects. It walks the names without a list of them, because it runs whenever a value comes up again. `next` is the level
 * of the fields.
 */
const sameFields = (one: Fields, other: Fields, how: Manner, next: number): boolean => {
  let fields = 0;
  for (const name in one) {
    const part = other[name];
    // A property of the prototype is no field of the object.
    if ((part === undefined || part === Object.prototype || typeof part === 'function') && !Object.hasOwn(other, name))
      return false;
    if (!same(one[name], part, how, next)) return false;
    fields++;
  }
  let seen = 0;
  for (const _ in other) seen++;
  return seen === fields && hasFields(other, fields, how) && ((how & OPEN) !== 0 || hasFields(one, fields, how));
};

/** Tests that a list has no holes, nothing beside its items and its length, and no hidden item. The last of its keys is then the last item. */
const hasItemsAlone = (list: ReadonlyArray<unknown>, how: Manner): boolean => {
  const keys = Object.keys(list);
  const { length } = list;
  return keys.length === length && (length === 0 || keys[length - 1] === String(length - 1)) && hasFields(list, length + 1, how);
};

const sameItems = (one: ReadonlyArray<unknown>, other: ReadonlyArray<unknown>, how: Manner, next: number): boolean => {
  const { length } = one;
  if (other.length !== length) return false;
  for (let i = 0; i < length; i++) if (!same(one[i], other[i], how, next)) return false;
  return hasItemsAlone(other, how) && ((how & OPEN) !== 0 || hasItemsAlone(one, how));
};

/** Compares the members of two sets, or the keys and values of two maps, in the orders in which they were filled. */
const sameMembers = (one: Iterable<unknown>, other: Iterable<unknown>, how: Manner, next: number): boolean => {
  const others = other[Symbol.iterator]();
  for (const member of one) {
    const known = others.next();
    if (known.done === true || !same(member, known.value, how & ~OPEN, next)) return false;
  }
  return others.next().done === true;
};

const hasNoFields = (value: object): boolean => Reflect.ownKeys(value).length === 0;

const isCollection = (prototype: unknown): boolean => prototype === Map.prototype || prototype === Set.prototype;

/** How deep values are compared. One that contains itself has no end. */
const DEEPEST = 1_000;

/** Compares two values that are `level` levels deep. */
const same = (one: unknown, other: unknown, how: Manner, level: number): boolean => {
  if (Object.is(one, other)) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null || level > DEEPEST) return false;
  const prototype: unknown = Object.getPrototypeOf(one);
  if (Object.getPrototypeOf(other) !== prototype) return false;
  const next = level + 1;
  if (prototype === Array.prototype) return sameItems(one as ReadonlyArray<unknown>, other as ReadonlyArray<unknown>, how, next);
  if (prototype === Object.prototype) return sameFields(one as Fields, other as Fields, how, next);
  if (!isCollection(prototype) && prototype !== Date.prototype) return false;
  if (!hasNoFields(one) || !hasNoFields(other)) return false;
  if (isCollection(prototype)) return sameMembers(one as Iterable<unknown>, other as Iterable<unknown>, how, next);
  return (one as Date).getTime() === (other as Date).getTime();
};

/** Tests that `Object.prototype` gives objects no enumerable field. */
const isPrototypeBare = (): boolean => {
  for (const _ in Object.prototype) return false;
  return true;
};

/** Does {@link same}. What cannot be read, as a getter that throws or a proxy, is like nothing. */
const canBeSame = (one: unknown, other: unknown, how: Manner): boolean => {
  try {
    return isPrototypeBare() && same(one, other, how, 0);
  } catch {
    return false;
  }
};

/**
 * Compares two values, getters left out. Yes is certain. No is not certain where there are zeros, objects of classes, or sets and maps that were
 * filled in another order.
 */
export const isLike = (one: unknown, other: unknown): boolean => Object.is(one, other) || canBeSame(one, other, HIDDEN);

/** The most parts that {@link isOpen} walks: a value that contains itself has no end. */
const MOST_PARTS = 10_000;

/** Gives what is in an object or a list to `take`. False where something in it is hidden. */
const openInto = (part: object, take: (part: unknown) => void): boolean => {
  const prototype: unknown = Object.getPrototypeOf(part);
  if (prototype === Array.prototype) {
    for (const item of part as ReadonlyArray<unknown>) take(item);
    return hasItemsAlone(part as ReadonlyArray<unknown>, HIDDEN);
  }
  if (prototype !== Object.prototype) return true;
  let fields = 0;
  for (const name in part) {
    take((part as Fields)[name]);
    fields++;
  }
  return hasFields(part, fields, HIDDEN);
};

/** Tests that nothing is hidden in a value, as far as {@link same} looks into it without a question: no symbol is a key, no list has a hole or a field. */
const isOpen = (value: unknown): boolean => {
  const parts: object[] = [];
  const take = (part: unknown): void => {
    if (typeof part === 'object' && part !== null) parts.push(part);
  };
  try {
    take(value);
    for (let looked = 0; parts.length > 0; looked++) {
      if (looked === MOST_PARTS || !openInto(parts.pop()!, take)) return false;
    }
    return true;
  } catch {
    return false;
  }
};

/** In so many comparisons it is looked for hidden fields, and then in one of `ONE_IN`: what a model hides, it hides in most of its values. */
const FIRST_LOOKS = 2_000;
const ONE_IN = 16;

/**
 * Compares other values with the value of a number, again and again. Whether something is hidden in the value of the number is found out once ({@link isOpen}).
 * In the others it is looked for on a sample, unless something is hidden in the value of the number.
 */
export class Likes {
  private readonly open: boolean[] = [];
  private compared = 0;

  /** Does {@link isLike} for the value of a number and another one. */
  isLike(id: number, known: unknown, other: unknown): boolean {
    if (Object.is(known, other)) return true;
    const isOpenKnown = (this.open[id] ??= isOpen(known));
    const looks = !isOpenKnown || this.compared < FIRST_LOOKS || this.compared % ONE_IN === 0;
    this.compared++;
    return canBeSame(known, other, (isOpenKnown ? OPEN : 0) | (looks ? HIDDEN : 0));
  }
}
