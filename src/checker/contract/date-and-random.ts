/**
 * Runs a model's function again at another time and with other random numbers. A function whose answer depends on either gives another one
 * then, and is not pure.
 */

import { callNumber } from './current-call.js';

// --- time ------------------------------------------------------------------------------------------------------------------

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/**
 * By how many ms the clocks are moved. The first moves every part of a date and of a time. A function that asks for the time runs with the
 * others too: what it makes of the time may be the same at two times by chance (whether the second is below 30).
 */
const SHIFTS: readonly [number, ...number[]] = [
  403 * DAY_MS + 7 * HOUR_MS + 31 * MINUTE_MS + 31 * SECOND_MS + 517,
  SECOND_MS + 1,
  30 * SECOND_MS,
  30 * MINUTE_MS,
  12 * HOUR_MS,
  3 * DAY_MS,
  190 * DAY_MS,
];

/** By how much the clocks are moved now, and whether one of them was asked. */
const clock = { shiftMs: SHIFTS[0], isAsked: false };

const isClockAsked = (): boolean => clock.isAsked;

const moved = (ms: number): number => {
  clock.isAsked = true;
  return ms + clock.shiftMs;
};

/** The time since the program began, in ms, wherever it is asked for: no {@link elsewhen} moves it. */
export const runningMs: () => number = performance.now.bind(performance);

/** Gives a `Date` whose time now is another one. */
const otherDate = (RealDate: DateConstructor): DateConstructor => {
  const now = (): number => moved(RealDate.now());
  return new Proxy(RealDate, {
    apply: () => new RealDate(now()).toString(),
    construct: (target, args: ReadonlyArray<unknown>, newTarget) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget) as object,
    get: (target, key): unknown => (key === 'now' ? now : Reflect.get(target, key)),
  });
};

/** Moves the clocks. Gives a function that sets them right again. */
export const moveClocks = (): (() => void) => {
  const { Date: RealDate } = globalThis;
  const own = Object.getOwnPropertyDescriptor(performance, 'now');
  const realNow = performance.now.bind(performance);
  globalThis.Date = otherDate(RealDate);
  Object.defineProperty(performance, 'now', { value: () => moved(realNow()), configurable: true, writable: true });
  return () => {
    globalThis.Date = RealDate;
    if (own === undefined) Reflect.deleteProperty(performance, 'now');
    else Object.defineProperty(performance, 'now', own);
  };
};

/** Runs something at another time. */
export const elsewhen = <T>(run: () => T): T => {
  const setRight = moveClocks();
  try {
    return run();
  } finally {
    setRight();
  }
};

// --- random numbers --------------------------------------------------------------------------------------------------------

/**
 * The first number that is given in place of a random one. A model compares a random number with some threshold, and most thresholds lie
 * between two of these.
 */
const CHANCES: readonly [number, ...number[]] = [0, 1 - Number.EPSILON, 0.5, 0.25, 0.75];

/** What is added for each further number of a call, modulo 1: they differ, and are all over the range, so that a loop which waits for some number ends. */
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/**
 * Runs something with numbers of its own for `Math.random`. Where it asks for one, it runs again with others, and where it asks for the time
 * ({@link elsewhen}) at other times.
 */
export const againstChance = (run: () => void): void => {
  const { random } = Math;
  const dice = { areAsked: false };
  const wasAsked = clock.isAsked;
  const { shiftMs } = clock;
  const runWith = (chance: number): void => {
    let [asked, call] = [0, callNumber()];
    Math.random = () => {
      dice.areAsked = true;
      if (call !== callNumber()) [asked, call] = [0, callNumber()];
      return (chance + GOLDEN * asked++) % 1;
    };
    run();
  };
  clock.isAsked = false;
  try {
    const [chance, ...others] = CHANCES;
    runWith(chance);
    if (dice.areAsked) others.forEach(runWith);
    if (!isClockAsked()) return;
    for (const shift of SHIFTS.slice(1)) {
      clock.shiftMs = shift;
      runWith(chance);
    }
  } finally {
    Math.random = random;
    clock.shiftMs = shiftMs;
    clock.isAsked ||= wasAsked;
  }
};
