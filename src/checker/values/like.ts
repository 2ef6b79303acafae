/** Compares two values quickly. "Equal" is certain, "not equal" is not. */

type Fields = Readonly<Record<string, unknown>>;

/** Compares the fields of two objects. It walks the names without a list of them, because it runs whenever a value comes up again. */
const sameFields = (one: Fields, other: Fields, level: number): boolean => {
  let more = 0;
  for (const name in one) {
    const part = other[name];
    // A property of the prototype is no field of the object.
    if ((part === undefined || part === Object.prototype || typeof part === 'function') && !Object.hasOwn(other, name))
      return false;
    if (!same(one[name], part, level)) return false;
    more++;
  }
  for (const _ in other) more--;
  return more === 0;
};

const sameItems = (one: ReadonlyArray<unknown>, other: ReadonlyArray<unknown>, level: number): boolean => {
  const { length } = one;
  if (other.length !== length) return false;
  for (let i = 0; i < length; i++) if (!same(one[i], other[i], level)) return false;
  return true;
};

/** Compares the members of two sets, or the keys and values of two maps, in the orders in which they were filled. */
const sameMembers = (one: Iterable<unknown>, other: Iterable<unknown>, level: number): boolean => {
  const others = other[Symbol.iterator]();
  for (const member of one) {
    const next = others.next();
    if (next.done === true || !same(member, next.value, level)) return false;
  }
  return others.next().done === true;
};

const isCollection = (prototype: unknown): boolean => prototype === Map.prototype || prototype === Set.prototype;

/** How deep {@link same} goes into a value. One that contains itself has no end. */
const DEEPEST = 1_000;

/**
 * Compares what can be seen of two values that are `level` levels deep: not their fields whose keys are symbols, nor hidden ones, nor the holes
 * and fields of lists.
 */
const same = (one: unknown, other: unknown, level: number): boolean => {
  if (Object.is(one, other)) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null || level > DEEPEST) return false;
  const prototype: unknown = Object.getPrototypeOf(one);
  if (Object.getPrototypeOf(other) !== prototype) return false;
  const next = level + 1;
  if (prototype === Array.prototype) return sameItems(one as ReadonlyArray<unknown>, other as ReadonlyArray<unknown>, next);
  if (prototype === Object.prototype) return sameFields(one as Fields, other as Fields, next);
  if (isCollection(prototype)) return sameMembers(one as Iterable<unknown>, other as Iterable<unknown>, next);
  return prototype === Date.prototype && (one as Date).getTime() === (other as Date).getTime();
};

/** Tests that a list has no holes, and no fields beside its items. The last of its own keys is then its length, and that before it the last item. */
const hasItemsAlone = (list: ReadonlyArray<unknown>): boolean => {
  const keys = Reflect.ownKeys(list);
  const { length } = list;
  return keys.length === length + 1 && (length === 0 || keys[length - 1] === String(length - 1));
};

/** The most parts that {@link isOpen} walks: a value that contains itself has no end. */
const MOST_PARTS = 10_000;

/** Gives what can be seen of an object, to `take`. False where there is something else. */
const openInto = (part: object, take: (part: unknown) => void): boolean => {
  const prototype: unknown = Object.getPrototypeOf(part);
  if (prototype === Array.prototype) {
    for (const item of part as ReadonlyArray<unknown>) take(item);
    return hasItemsAlone(part as ReadonlyArray<unknown>);
  }
  let seen = 0;
  if (prototype === Object.prototype) {
    for (const name in part) {
      take((part as Fields)[name]);
      seen++;
    }
  } else if (isCollection(prototype)) {
    for (const member of part as Iterable<unknown>) take(member);
  }
  return Reflect.ownKeys(part).length === seen;
};

/** Tests that {@link same} sees all of a value: no symbol is a key in it, no field is hidden, and no list has a hole or a field. */
const isOpen = (value: unknown): boolean => {
  const parts: object[] = [];
  const take = (part: unknown): void => {
    if (typeof part === 'object' && part !== null) parts.push(part);
  };
  take(value);
  for (let looked = 0; parts.length > 0; looked++) {
    if (looked === MOST_PARTS || !openInto(parts.pop()!, take)) return false;
  }
  return true;
};

/** Tests that `Object.prototype` gives objects no enumerable field. */
const isPrototypeBare = (): boolean => {
  for (const _ in Object.prototype) return false;
  return true;
};

/** Does {@link same}. What cannot be read, as a getter that throws or a proxy, is like nothing. */
const canBeSame = (one: unknown, other: unknown): boolean => {
  try {
    return isPrototypeBare() && same(one, other, 0);
  } catch {
    return false;
  }
};

/**
 * Compares two values, getters left out. Yes is certain. No is not certain where there are zeros, objects of classes, or sets and maps that were
 * filled in another order.
 */
export const isLike = (one: unknown, other: unknown): boolean =>
  Object.is(one, other) || (canBeSame(one, other) && isOpen(one) && isOpen(other));

/** How many comparisons look for what cannot be seen: the first of them, and then one of so many. What a model hides, it hides in most of its values. */
const FIRST_LOOKS = 500;
const ONE_OF = 64;

/** Compares new values with known ones, again and again. What can be seen of them is compared each time, and whether there is more is looked for on a sample. */
export class Likes {
  private compared = 0;

  /** Does {@link isLike} for a known value and another one. */
  isLike(known: unknown, other: unknown): boolean {
    if (Object.is(known, other)) return true;
    const looks = this.compared < FIRST_LOOKS || this.compared % ONE_OF === 0;
    this.compared++;
    return canBeSame(known, other) && (!looks || (isOpen(known) && isOpen(other)));
  }
}
