/** A quick look at whether two values are equal. */

type Fields = Readonly<Record<string, unknown>>;

/** A field whose key is a symbol is a difference, whatever is in it. */
const hasSymbols = (value: object): boolean => Object.getOwnPropertySymbols(value).length > 0;

const sameFields = (one: object, other: object): boolean => {
  const names = Object.keys(one);
  const others = Object.keys(other);
  if (others.length !== names.length) return false;
  for (let i = 0; i < names.length; i++) {
    const name = names[i]!;
    if (others[i] !== name && !Object.hasOwn(other, name)) return false;
    if (!isLike((one as Fields)[name], (other as Fields)[name])) return false;
  }
  return !hasSymbols(one) && !hasSymbols(other);
};

const sameItems = (one: ReadonlyArray<unknown>, other: ReadonlyArray<unknown>): boolean => {
  const { length } = one;
  if (other.length !== length) return false;
  for (let i = 0; i < length; i++) if (!isLike(one[i], other[i])) return false;
  // Neither has holes, nor fields beside its items.
  return Object.keys(one).length === length && Object.keys(other).length === length && !hasSymbols(one) && !hasSymbols(other);
};

/** Whether two values are equal, but for fields that are hidden or getters. Yes is certain; no is not, where there are sets, maps, zeros, objects of classes. */
export const isLike = (one: unknown, other: unknown): boolean => {
  if (Object.is(one, other)) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  const prototype: unknown = Object.getPrototypeOf(one);
  if (Object.getPrototypeOf(other) !== prototype) return false;
  if (prototype === Array.prototype) return sameItems(one as ReadonlyArray<unknown>, other as ReadonlyArray<unknown>);
  return prototype === Object.prototype && sameFields(one, other);
};
