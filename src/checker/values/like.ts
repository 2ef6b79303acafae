/** A quick look at whether two values are equal. */

type Fields = Readonly<Record<string, unknown>>;

/** A field whose key is a symbol is a difference, whatever is in it. */
const hasSymbols = (value: object): boolean => Object.getOwnPropertySymbols(value).length > 0;

/**
 * `isBareOne`: that `one` has no such field is known ({@link isBare}). The names are gone through without a list of them: this runs for each value that
 * comes up again.
 */
const sameFields = (one: Fields, other: Fields, isBareOne: boolean): boolean => {
  let more = 0;
  for (const name in one) {
    const part = other[name];
    // What an object has from its prototype is no field of it.
    if ((part === undefined || part === Object.prototype || typeof part === 'function') && !Object.hasOwn(other, name))
      return false;
    if (!same(one[name], part, isBareOne)) return false;
    more++;
  }
  for (const _ in other) more--;
  return more === 0 && (isBareOne || !hasSymbols(one)) && !hasSymbols(other);
};

/** Without holes, and without fields beside its items. */
const hasItemsAlone = (list: ReadonlyArray<unknown>): boolean => Object.keys(list).length === list.length && !hasSymbols(list);

const sameItems = (one: ReadonlyArray<unknown>, other: ReadonlyArray<unknown>, isBareOne: boolean): boolean => {
  const { length } = one;
  if (other.length !== length) return false;
  for (let i = 0; i < length; i++) if (!same(one[i], other[i], isBareOne)) return false;
  return (isBareOne || hasItemsAlone(one)) && hasItemsAlone(other);
};

const same = (one: unknown, other: unknown, isBareOne: boolean): boolean => {
  if (Object.is(one, other)) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  const prototype: unknown = Object.getPrototypeOf(one);
  if (Object.getPrototypeOf(other) !== prototype) return false;
  if (prototype === Array.prototype) return sameItems(one as ReadonlyArray<unknown>, other as ReadonlyArray<unknown>, isBareOne);
  return prototype === Object.prototype && sameFields(one as Fields, other as Fields, isBareOne);
};

/** Whether no object has fields from the prototype of all. */
const isPrototypeBare = (): boolean => {
  for (const _ in Object.prototype) return false;
  return true;
};

/** Whether two values are equal, but for fields that are hidden or getters. Yes is certain; no is not, where there are sets, maps, zeros, objects of classes. */
export const isLike = (one: unknown, other: unknown): boolean => isPrototypeBare() && same(one, other, false);

/** In so many parts of a value {@link isBare} looks: of one that contains itself there would be no end. */
const MOST_PARTS = 10_000;

/** Whether there is no symbol as a key, no hole and no field of a list in a value, as far as {@link isLike} looks into it. */
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

/** Values by number, with which many others are compared: what would be looked for in them each time is looked for once. */
export class Likes {
  private readonly bare: boolean[] = [];

  /** {@link isLike} for the value of a number, and another. */
  isLike(id: number, known: unknown, other: unknown): boolean {
    if (Object.is(known, other)) return true;
    return isPrototypeBare() && same(known, other, (this.bare[id] ??= isBare(known)));
  }
}
