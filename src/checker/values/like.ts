/** Compares two values quickly. "Equal" is certain, but for what {@link Likes} leaves to a sample. "Not equal" is not. */

type Fields = Readonly<Record<string, unknown>>;

/**
 * Compares the fields of two objects. It walks the names without a list of them, because it runs whenever a value comes up again. `next` is the level
 * of the fields.
 */
const sameFields = (one: Fields, other: Fields, looks: boolean, next: number): boolean => {
  let fields = 0;
  for (const name in one) {
    const part = other[name];
    // A property of the prototype is no field of the object.
    if ((part === undefined || part === Object.prototype || typeof part === 'function') && !Object.hasOwn(other, name))
      return false;
    const known = one[name];
    if (!Object.is(known, part) && !sameParts(known, part, looks, next)) return false;
    fields++;
  }
  for (const _ in other) fields--;
  return fields === 0 && (!looks || (hasOpenFields(one) && hasOpenFields(other)));
};

/** Tests that each of an object's own fields can be enumerated and has a text as its key. */
const hasOpenFields = (value: object): boolean => Reflect.ownKeys(value).length === Object.keys(value).length;

/** Tests that a list has no holes, nothing beside its items and its length, and no hidden item. The last of its keys is then the last item. */
const hasItemsAlone = (list: ReadonlyArray<unknown>): boolean => {
  const keys = Object.keys(list);
  const { length } = list;
  return (
    keys.length === length &&
    (length === 0 || keys[length - 1] === String(length - 1)) &&
    Reflect.ownKeys(list).length === length + 1
  );
};

const sameItems = (one: ReadonlyArray<unknown>, other: ReadonlyArray<unknown>, looks: boolean, next: number): boolean => {
  const { length } = one;
  if (other.length !== length) return false;
  for (let i = 0; i < length; i++) {
    const known = one[i];
    const item = other[i];
    if (!Object.is(known, item) && !sameParts(known, item, looks, next)) return false;
  }
  return !looks || (hasItemsAlone(one) && hasItemsAlone(other));
};

/** Compares the members of two sets, or the keys and values of two maps, in the orders in which they were filled. */
const sameMembers = (one: Iterable<unknown>, other: Iterable<unknown>, looks: boolean, next: number): boolean => {
  const others = other[Symbol.iterator]();
  for (const member of one) {
    const known = others.next();
    if (known.done === true || !same(member, known.value, looks, next)) return false;
  }
  return others.next().done === true;
};

const hasNoFields = (value: object): boolean => Reflect.ownKeys(value).length === 0;

const isCollection = (prototype: unknown): boolean => prototype === Map.prototype || prototype === Set.prototype;

/** How deep values are compared. One that contains itself has no end. */
const DEEPEST = 1_000;

/** Compares two values that are `level` levels deep. With `looks`, whatever a plain walk does not show is looked for: {@link hasOpenFields}, {@link hasItemsAlone}. */
const same = (one: unknown, other: unknown, looks: boolean, level: number): boolean =>
  Object.is(one, other) || sameParts(one, other, looks, level);

/** Does it for two values that are not one. */
const sameParts = (one: unknown, other: unknown, looks: boolean, level: number): boolean => {
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null || level > DEEPEST) return false;
  const prototype: unknown = Object.getPrototypeOf(one);
  if (Object.getPrototypeOf(other) !== prototype) return false;
  const next = level + 1;
  if (prototype === Array.prototype) return Array.isArray(one) && Array.isArray(other) && sameItems(one, other, looks, next);
  if (prototype === Object.prototype) return sameFields(one as Fields, other as Fields, looks, next);
  if (!isCollection(prototype) && prototype !== Date.prototype) return false;
  if (!hasNoFields(one) || !hasNoFields(other)) return false;
  if (isCollection(prototype)) return sameMembers(one as Iterable<unknown>, other as Iterable<unknown>, looks, next);
  return (one as Date).getTime() === (other as Date).getTime();
};

/** Tests that `Object.prototype` gives objects no enumerable field. */
const isPrototypeBare = (): boolean => {
  for (const _ in Object.prototype) return false;
  return true;
};

/** Does {@link same}. What cannot be read, as a getter or a proxy that throws, is like nothing. */
const canBeSame = (one: unknown, other: unknown, looks: boolean): boolean => {
  try {
    return isPrototypeBare() && same(one, other, looks, 0);
  } catch {
    return false;
  }
};

/**
 * Compares two values, getters left out. Yes is certain. No is not certain where there are zeros, objects of classes, or sets and maps that were
 * filled in another order.
 */
export const isLike = (one: unknown, other: unknown): boolean => Object.is(one, other) || canBeSame(one, other, true);

/**
 * In so many comparisons it is looked for what is hidden, and then in one of `ONE_IN`: what a model hides, it hides in most of its values. A prime, since
 * a search comes to values in turns.
 */
const FIRST_LOOKS = 1_000;
const ONE_IN = 61;

/**
 * Compares values with one key, again and again. Fields that cannot be enumerated, those whose keys are symbols, and whatever a list has beside its
 * items are looked for on a sample: that takes as long as all the rest.
 */
export class Likes {
  private readonly looksAlways: boolean;
  private compared = 0;

  /** `looksAlways`: nothing is left to the sample. */
  constructor(looksAlways: boolean) {
    this.looksAlways = looksAlways;
  }

  /** Does {@link isLike}, but for what is hidden. */
  isLike(known: unknown, other: unknown): boolean {
    if (Object.is(known, other)) return true;
    const looks = this.looksAlways || this.compared < FIRST_LOOKS || this.compared % ONE_IN === 0;
    this.compared++;
    return canBeSame(known, other, looks);
  }
}
