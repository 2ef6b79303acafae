/** Compares two values quickly. "Equal" is certain, "not equal" is not. */

type Fields = Readonly<Record<string, unknown>>;

/** Tests that an object has so many fields of its own, whatever their keys are, hidden ones too. */
const hasFields = (value: object, count: number): boolean => Reflect.ownKeys(value).length === count;

/**
 * Compares the fields of two objects. It walks the names without a list of them, because it runs whenever a value comes up again. `next` is the level
 * of the fields.
 */
const sameFields = (one: Fields, other: Fields, isOpenOne: boolean, next: number): boolean => {
  let fields = 0;
  for (const name in one) {
    const part = other[name];
    // A property of the prototype is no field of the object.
    if ((part === undefined || part === Object.prototype || typeof part === 'function') && !Object.hasOwn(other, name))
      return false;
    if (!same(one[name], part, isOpenOne, next)) return false;
    fields++;
  }
  let seen = 0;
  for (const _ in other) seen++;
  return seen === fields && hasFields(other, fields) && (isOpenOne || hasFields(one, fields));
};

/** Tests that a list has no holes, nothing beside its items and its length, and no hidden item. The last of its keys is then the last item. */
const hasItemsAlone = (list: ReadonlyArray<unknown>): boolean => {
  const keys = Object.keys(list);
  const { length } = list;
  return keys.length === length && (length === 0 || keys[length - 1] === String(length - 1)) && hasFields(list, length + 1);
};

const sameItems = (one: ReadonlyArray<unknown>, other: ReadonlyArray<unknown>, isOpenOne: boolean, next: number): boolean => {
  const { length } = one;
  if (other.length !== length) return false;
  for (let i = 0; i < length; i++) if (!same(one[i], other[i], isOpenOne, next)) return false;
  return hasItemsAlone(other) && (isOpenOne || hasItemsAlone(one));
};

/** Compares the members of two sets, or the keys and values of two maps, in the orders in which they were filled. */
const sameMembers = (one: Iterable<unknown>, other: Iterable<unknown>, next: number): boolean => {
  const others = other[Symbol.iterator]();
  for (const member of one) {
    const known = others.next();
    if (known.done === true || !same(member, known.value, false, next)) return false;
  }
  return others.next().done === true;
};

const isCollection = (prototype: unknown): boolean => prototype === Map.prototype || prototype === Set.prototype;

/** How deep values are compared. One that contains itself has no end. */
const DEEPEST = 1_000;

/** Compares two values that are `level` levels deep. `isOpenOne` says that nothing is hidden in `one`, so that it is not looked for ({@link isOpen}). */
const same = (one: unknown, other: unknown, isOpenOne: boolean, level: number): boolean => {
  if (Object.is(one, other)) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null || level > DEEPEST) return false;
  const prototype: unknown = Object.getPrototypeOf(one);
  if (Object.getPrototypeOf(other) !== prototype) return false;
  const next = level + 1;
  if (prototype === Array.prototype)
    return sameItems(one as ReadonlyArray<unknown>, other as ReadonlyArray<unknown>, isOpenOne, next);
  if (prototype === Object.prototype) return sameFields(one as Fields, other as Fields, isOpenOne, next);
  if (!isCollection(prototype) && prototype !== Date.prototype) return false;
  if (!hasFields(one, 0) || !hasFields(other, 0)) return false;
  if (isCollection(prototype)) return sameMembers(one as Iterable<unknown>, other as Iterable<unknown>, next);
  return (one as Date).getTime() === (other as Date).getTime();
};

/** Tests that `Object.prototype` gives objects no enumerable field. */
const isPrototypeBare = (): boolean => {
  for (const _ in Object.prototype) return false;
  return true;
};

/** Does {@link same}. What cannot be read, as a getter that throws or a proxy, is like nothing. */
const canBeSame = (one: unknown, other: unknown, isOpenOne: boolean): boolean => {
  try {
    return isPrototypeBare() && same(one, other, isOpenOne, 0);
  } catch {
    return false;
  }
};

/**
 * Compares two values, getters left out. Yes is certain. No is not certain where there are zeros, objects of classes, or sets and maps that were
 * filled in another order.
 */
export const isLike = (one: unknown, other: unknown): boolean => Object.is(one, other) || canBeSame(one, other, false);

/** The most parts that {@link isOpen} walks: a value that contains itself has no end. */
const MOST_PARTS = 10_000;

/** Gives what is in an object or a list to `take`. False where something in it is hidden. */
const openInto = (part: object, take: (part: unknown) => void): boolean => {
  const prototype: unknown = Object.getPrototypeOf(part);
  if (prototype === Array.prototype) {
    for (const item of part as ReadonlyArray<unknown>) take(item);
    return hasItemsAlone(part as ReadonlyArray<unknown>);
  }
  if (prototype !== Object.prototype) return true;
  let fields = 0;
  for (const name in part) {
    take((part as Fields)[name]);
    fields++;
  }
  return hasFields(part, fields);
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

/** Compares other values with the value of a number, again and again. Whether something is hidden in the value of the number is found out once ({@link isOpen}). */
export class Likes {
  private readonly open: boolean[] = [];

  /** Does {@link isLike} for the value of a number and another one. */
  isLike(id: number, known: unknown, other: unknown): boolean {
    return Object.is(known, other) || canBeSame(known, other, (this.open[id] ??= isOpen(known)));
  }
}
