/** Compares two values quickly. "Equal" is certain, "not equal" is not. */

type Fields = Readonly<Record<string, unknown>>;

/** Tests for fields whose key is a symbol. Such a field counts as a difference, whatever its value. */
const hasSymbols = (value: object): boolean => Object.getOwnPropertySymbols(value).length > 0;

/**
 * Compares the fields of two objects. `isBareOne` says that `one` is known to have no field whose key is a symbol ({@link isBare}). It
 * walks the names without a list of them, because it runs whenever a value comes up again.
 */
const sameFields = (one: Fields, other: Fields, isBareOne: boolean): boolean => {
  let more = 0;
  for (const name in one) {
    const part = other[name];
    // A property of the prototype is no field of the object.
    if ((part === undefined || part === Object.prototype || typeof part === 'function') && !Object.hasOwn(other, name))
      return false;
    if (!same(one[name], part, isBareOne)) return false;
    more++;
  }
  for (const _ in other) more--;
  return more === 0 && (isBareOne || !hasSymbols(one)) && !hasSymbols(other);
};

/** Tests that a list has no holes, and no fields beside its items. */
const hasItemsAlone = (list: ReadonlyArray<unknown>): boolean => {
  const keys = Object.keys(list);
  const { length } = list;
  return keys.length === length && (length === 0 || keys[length - 1] === String(length - 1)) && !hasSymbols(list);
};

const sameItems = (one: ReadonlyArray<unknown>, other: ReadonlyArray<unknown>, isBareOne: boolean): boolean => {
  const { length } = one;
  if (other.length !== length) return false;
  for (let i = 0; i < length; i++) if (!same(one[i], other[i], isBareOne)) return false;
  return (isBareOne || hasItemsAlone(one)) && hasItemsAlone(other);
};

const hasNoFields = (value: object): boolean => Reflect.ownKeys(value).length === 0;

/** Compares the members of two sets, or the keys and values of two maps, in the orders in which they were filled. */
const sameMembers = (one: Iterable<unknown>, other: Iterable<unknown>): boolean => {
  const others = other[Symbol.iterator]();
  for (const member of one) {
    const next = others.next();
    if (next.done === true || !same(member, next.value, false)) return false;
  }
  return others.next().done === true;
};

/** Compares two sets, maps or dates. */
const sameBuiltins = (one: object, other: object): boolean => {
  if (!hasNoFields(one) || !hasNoFields(other)) return false;
  if (one instanceof Date) return one.getTime() === (other as Date).getTime();
  return sameMembers(one as Iterable<unknown>, other as Iterable<unknown>);
};

const same = (one: unknown, other: unknown, isBareOne: boolean): boolean => {
  if (Object.is(one, other)) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  const prototype: unknown = Object.getPrototypeOf(one);
  if (Object.getPrototypeOf(other) !== prototype) return false;
  if (prototype === Array.prototype) return sameItems(one as ReadonlyArray<unknown>, other as ReadonlyArray<unknown>, isBareOne);
  if (prototype === Object.prototype) return sameFields(one as Fields, other as Fields, isBareOne);
  const isBuiltin = prototype === Map.prototype || prototype === Set.prototype || prototype === Date.prototype;
  return isBuiltin && sameBuiltins(one, other);
};

/** Tests that `Object.prototype` gives objects no enumerable field. */
const isPrototypeBare = (): boolean => {
  for (const _ in Object.prototype) return false;
  return true;
};

/**
 * Compares two values, hidden fields and getters left out. Yes is certain. No is not certain where there are zeros, objects of classes, or
 * sets and maps that were filled in another order.
 */
export const isLike = (one: unknown, other: unknown): boolean => isPrototypeBare() && same(one, other, false);

/** The most parts that {@link isBare} walks: a value that contains itself has no end. */
const MOST_PARTS = 10_000;

/** Tests that a value has no symbol as a key, and no list with a hole or a field, as far as {@link isLike} looks into it. */
const isBare = (value: unknown): boolean => {
  const parts: object[] = [];
  const take = (part: unknown): void => {
    if (typeof part === 'object' && part !== null) parts.push(part);
  };
  take(value);
  for (let looked = 0; parts.length > 0; looked++) {
    if (looked === MOST_PARTS) return false;
    const part = parts.pop()!;
    const prototype: unknown = Object.getPrototypeOf(part);
    if (prototype === Array.prototype) {
      if (!hasItemsAlone(part as ReadonlyArray<unknown>)) return false;
      for (const item of part as ReadonlyArray<unknown>) take(item);
    } else if (prototype === Object.prototype) {
      if (hasSymbols(part)) return false;
      for (const name in part) take((part as Fields)[name]);
    }
  }
  return true;
};

/** Compares other values with the value of a number, again and again. Whether the value of the number is bare ({@link isBare}) is found out once. */
export class Likes {
  private readonly bare: boolean[] = [];

  /** Does {@link isLike} for the value of a number and another one. */
  isLike(id: number, known: unknown, other: unknown): boolean {
    if (Object.is(known, other)) return true;
    return isPrototypeBare() && same(known, other, (this.bare[id] ??= isBare(known)));
  }
}
