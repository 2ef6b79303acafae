/**
 * Runs a model's function again with other random numbers and at other times. A function whose answer depends on either gives another one
 * then, and is not pure.
 */
import { atEachTime } from './clocks.js';
import { callNumber } from './current-call.js';

/** Into so many parts of one size the random numbers are divided; one from the middle of each is given. */
const PARTS = 16;

/**
 * The first number that is given in place of a random one. A model compares a random number with some threshold, or takes a part of the range, and
 * most thresholds lie between two of these.
 */
const CHANCES: readonly [number, ...number[]] = [
  0,
  1 - Number.EPSILON,
  ...Array.from({ length: PARTS }, (_, part) => (part + 0.5) / PARTS),
];

/** What is added for each further number of a call, modulo 1: they differ, and are all over the range, so that a loop which waits for some number ends. */
const GOLDEN = (Math.sqrt(5) - 1) / 2;

const { random: realRandom } = Math;

/** The function that gives numbers in place of random ones now. */
let loaded: (() => number) | undefined;

/** Stands for `Math.random` as long as the program runs. */
const keptRandom = (): number => (loaded ?? realRandom)();

/** Replaces `Math.random` for as long as the program runs, so that a model which is loaded later cannot keep the real one (`const { random } = Math`). */
export const keepChance = (): void => {
  if (Math.random === realRandom && canBeReplaced()) Math.random = keptRandom;
};

const isOurs = (random: () => number): boolean => random === realRandom || random === loaded || random === keptRandom;

/** Whether nobody has frozen `Math`. */
const canBeReplaced = (): boolean => Object.getOwnPropertyDescriptor(Math, 'random')?.writable === true;

/**
 * Runs something with numbers of its own for `Math.random`. Where it asks for one, it runs again with others, and where it asks for the time at other
 * times. A `Math.random` that a model's owner has replaced, as by a constant, is left alone.
 */
export const againstChance = (run: () => void): void => {
  const { random } = Math;
  if (!isOurs(random) || !canBeReplaced()) {
    atEachTime(run);
    return;
  }
  const outer = loaded;
  const dice = { areAsked: false };
  const runWith = (chance: number): void => {
    let [asked, call] = [0, callNumber()];
    const numbers = (): number => {
      dice.areAsked = true;
      if (call !== callNumber()) [asked, call] = [0, callNumber()];
      return (chance + GOLDEN * asked++) % 1;
    };
    loaded = numbers;
    if (random !== keptRandom) Math.random = numbers;
    run();
  };
  const [chance, ...others] = CHANCES;
  try {
    atEachTime((isFirst) => {
      runWith(chance);
      if (isFirst && dice.areAsked) others.forEach(runWith);
    });
  } finally {
    Math.random = random;
    loaded = outer;
  }
};
