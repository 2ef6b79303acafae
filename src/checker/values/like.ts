/** A quick look at whether two values are equal. */

type Fields = Readonly<Record<string, unknown>>;

const sameItems = (one: ReadonlyArray<unknown>, other: ReadonlyArray<unknown>): boolean => {
  if (one.length !== other.length) return false;
  for (let i = 0; i < one.length; i++) if (!isLike(one[i], other[i])) return false;
  return Object.keys(one).length === Object.keys(other).length;
};

/** Whether two values are equal. Yes is certain; no is not, where there are sets, maps, zeros, objects of classes. */
export const isLike = (one: unknown, other: unknown): boolean => {
  if (Object.is(one, other)) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  const prototype: unknown = Object.getPrototypeOf(one);
  if (Object.getPrototypeOf(other) !== prototype) return false;
  if (prototype === Array.prototype) return sameItems(one as ReadonlyArray<unknown>, other as ReadonlyArray<unknown>);
  if (prototype !== Object.prototype) return false;
  const names = Object.keys(one);
  if (Object.keys(other).length !== names.length) return false;
  return names.every((name) => Object.hasOwn(other, name) && isLike((one as Fields)[name], (other as Fields)[name]));
};
