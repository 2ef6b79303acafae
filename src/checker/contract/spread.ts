/** A number of 16 bits with its bits in the other order. */
const reversed = (n: number): number => {
  let bits = 0;
  for (let i = 0; i < 16; i++) bits = (bits << 1) | ((n >>> i) & 1);
  return bits;
};

/** The same items in an order in which whatever part of them comes first is from everywhere. */
export const spread = <T>(items: ReadonlyArray<T>): ReadonlyArray<T> =>
  [...items.keys()].sort((a, b) => reversed(a) - reversed(b)).map((i) => items[i]!);
