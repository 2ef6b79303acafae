/** Reverses the order of the 16 bits of a number. */
const reversed = (n: number): number => {
  let bits = 0;
  for (let i = 0; i < 16; i++) bits = (bits << 1) | ((n >>> i) & 1);
  return bits;
};

/**
 * Orders items so that every first part of the new list has items from all over the old one. So an audit that stops early has repeated calls from all
 * over the search.
 */
export const spread = <T>(items: ReadonlyArray<T>): ReadonlyArray<T> =>
  [...items.keys()].sort((a, b) => reversed(a) - reversed(b)).map((i) => items[i]!);
