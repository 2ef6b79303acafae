/** Chance for the fuzz: one number decides everything that is tried. */

/** Dice, with functions that choose by them. */
export interface Dice {
  /** A whole number from 0 below a bound. */
  readonly below: (bound: number) => number;
  /** True with the probability `1 / times`. */
  readonly oneIn: (times: number) => boolean;
  readonly pick: <T>(items: ReadonlyArray<T>) => T;
  /** The items, each with this probability. */
  readonly some: <T>(items: ReadonlyArray<T>, probability: number) => ReadonlyArray<T>;
  readonly shuffled: <T>(items: ReadonlyArray<T>) => ReadonlyArray<T>;
  /** A seed for other dice. */
  readonly seed: () => number;
}

/** Dice that fall alike for one seed (a 32-bit number). The generator is Wang's hash of a counter. */
export const diceOf = (seed: number): Dice => {
  let counter = seed | 0;
  const word = (): number => {
    counter = (counter + 0x61c88647) | 0;
    let x = counter;
    x = x ^ 61 ^ (x >>> 16);
    x = (x + (x << 3)) | 0;
    x ^= x >>> 4;
    x = Math.imul(x, 0x27d4eb2d);
    x ^= x >>> 15;
    return x >>> 0;
  };
  const below = (bound: number): number => word() % bound;
  return {
    below,
    oneIn: (times) => below(times) === 0,
    pick: (items) => items[below(items.length)]!,
    some: (items, probability) => items.filter(() => word() < probability * 2 ** 32),
    shuffled: (items) => {
      const rest = [...items];
      return items.map(() => rest.splice(below(rest.length), 1)[0]!);
    },
    seed: word,
  };
};

export const range = (count: number): ReadonlyArray<number> => Array.from({ length: count }, (_, i) => i);
