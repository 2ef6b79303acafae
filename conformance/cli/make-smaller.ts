/** Shrinks a failing plan: runs smaller plans, and keeps the smallest that still fails. */
import fc from 'fast-check';

/** How plans are run. */
export interface Trials<P, T> {
  /** Runs a plan; undefined: no more runs may be made. */
  readonly attempt: (plan: P) => Promise<T | undefined>;
  readonly isSound: (tried: T) => boolean;
}

/** Goes from the failed plan to the first of `smallerThan` that still fails, and on from there, until none fails or the time, in ms, is over. */
export const shrinkByCandidates = async <P, T>(
  failed: T,
  smallerThan: (failed: T) => Iterable<P>,
  { attempt, isSound }: Trials<P, T>,
  withinMs: number,
): Promise<T> => {
  const until = performance.now() + withinMs;
  let smallest = failed;
  for (let isDone = false; !isDone;) {
    isDone = true;
    for (const plan of smallerThan(smallest)) {
      if (performance.now() > until) return smallest;
      const tried = await attempt(plan);
      if (tried === undefined || isSound(tried)) continue;
      smallest = tried;
      isDone = false;
      break;
    }
  }
  return smallest;
};

/** A plan that was drawn from a seed, with the arbitrary that it was drawn from. */
interface Drawn<P, T> {
  readonly failed: T;
  readonly seed: number;
  readonly plans: fc.Arbitrary<P>;
}

/** Lets fast-check shrink a drawn plan, until it finds none that fails or the time, in ms, is over. Rejects where the signal comes first. */
export const shrinkWithFastCheck = async <P, T>(
  { failed, seed, plans }: Drawn<P, T>,
  { attempt, isSound }: Trials<P, T>,
  withinMs: number,
  signal: AbortSignal,
): Promise<T> => {
  let smallest = failed;
  const property = fc.asyncProperty(plans, async (plan) => {
    const tried = await attempt(plan);
    if (tried === undefined || isSound(tried)) return true;
    smallest = tried;
    return false;
  });
  await fc.check(property, { seed, numRuns: 1, interruptAfterTimeLimit: withinMs, markInterruptAsFailure: true });
  signal.throwIfAborted();
  return smallest;
};
