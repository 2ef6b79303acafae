/** Runs a model's function again with another `Date` and another `Math.random`, for the while of the run: a function that asks either gives another answer. */

const DAY_MS = 86_400_000;

/** Runs something at another time. */
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

/** Numbers that are given for random ones: whatever these are compared with mostly lies between two of them. */
const CHANCES = [0, 1 - Number.EPSILON, 0.5, 0.25, 0.75];

/** Runs something with a number of our own for random ones; and where it asks for any, again with others. */
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
