/** Chance by name: what an actor of the soak does depends on the seed, its name and how often it has thrown, not on the others. */
import { type Dice, diceOf } from './seeded-dice.js';

/** Dice with a few ways to read them. */
export interface Chance {
  readonly dice: Dice;
  /** A whole number from `least` to `most`. */
  readonly whole: (least: number, most: number) => number;
  readonly pick: <T>(things: ReadonlyArray<T>) => T;
  readonly percent: (p: number) => boolean;
}

/** The chance of an actor. */
export const chanceOf = (...seeds: ReadonlyArray<number>): Chance => {
  const dice = diceOf(...seeds);
  const whole = (least: number, most: number): number => least + Math.floor(dice() * (most - least + 1));
  return { dice, whole, pick: (things) => things[whole(0, things.length - 1)]!, percent: (p) => dice() * 100 < p };
};

/** Waits so many ms. What the soak waits for by time alone is when to hurt, never whether something has come about. */
export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
