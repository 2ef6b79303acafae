/** Chance that a seed repeats: a small generator of pseudo-random numbers (Marsaglia's xorshift, 32 bits). */

/** Each call throws the dice: a number from 0 up to 1, without 1. */
export type DiceThrow = () => number;

/** Mixes several whole numbers into one seed, so that neighbouring numbers give unlike throws (a finalizer of MurmurHash3). */
const mixSeeds = (...seeds: ReadonlyArray<number>): number => {
  let h = 0x9e3779b9;
  for (const seed of seeds) {
    h = Math.imul(h ^ seed, 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    h ^= h >>> 16;
  }
  return h | 0;
};

/** Dice with this seed: the same throws every time. */
export const diceOf = (...seeds: ReadonlyArray<number>): DiceThrow => {
  let x = mixSeeds(...seeds) || 1;
  return () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) / 2 ** 32;
  };
};

/** Dice with functions that choose by them. */
export interface SeededChance {
  readonly dice: DiceThrow;
  /** A whole number from `least` to `most`. */
  readonly whole: (least: number, most: number) => number;
  readonly pick: <T>(things: ReadonlyArray<T>) => T;
  readonly percent: (p: number) => boolean;
}

/** The chance of these seeds. Each actor has seeds of its own, so that its choices do not depend on how often another actor throws. */
export const chanceOf = (...seeds: ReadonlyArray<number>): SeededChance => {
  const dice = diceOf(...seeds);
  const whole = (least: number, most: number): number => least + Math.floor(dice() * (most - least + 1));
  return { dice, whole, pick: (things) => things[whole(0, things.length - 1)]!, percent: (p) => dice() * 100 < p };
};
