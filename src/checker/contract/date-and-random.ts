/**
 * Runs a model's function again with another `Date` and another `Math.random`. A function that uses either gives another answer then, and
 * is not pure.
 */

const DAY_MS = 86_400_000;

/** Runs something on another day. */
export const elsewhen = <T>(run: () => T): T => {
  const { Date: RealDate } = globalThis;
  const now = (): number => RealDate.now() + DAY_MS;
  const OtherDate = new Proxy(RealDate, {
    construct: (target, args: ReadonlyArray<unknown>, newTarget) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget) as object,
    get: (target, key): unknown => (key === 'now' ? now : Reflect.get(target, key)),
  });
  globalThis.Date = OtherDate;
  try {
    return run();
  } finally {
    globalThis.Date = RealDate;
  }
};

/**
 * The numbers that replace random ones. A model compares a random number with some threshold, and most thresholds lie between two of
 * these.
 */
const CHANCES = [0, 1 - Number.EPSILON, 0.5, 0.25, 0.75];

/** Runs something with a fixed number for `Math.random`. Where it asks for one, it runs again with each of the other numbers. */
export const againstChance = (run: () => void): void => {
  const { random } = Math;
  const dice = { areAsked: false };
  try {
    for (const chance of CHANCES) {
      Math.random = () => {
        dice.areAsked = true;
        return chance;
      };
      run();
      if (!dice.areAsked) return;
    }
  } finally {
    Math.random = random;
  }
};
