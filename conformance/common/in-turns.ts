/** Does long work in turns, so that the rest of the process, signals first, never waits for long. */

/** Work in steps: after each step other work may have a turn. */
export type Work<A> = Generator<undefined, A>;

/** How long a turn is, in ms. A turn ends after the step during which this time has passed. */
const TURN_MS = 20;

/** Does all steps at once. */
export const atOnce = <A>(work: Work<A>): A => {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
};

/** Does the steps in turns. Rejects with the signal's reason where the signal comes first. */
export const inTurns = async <A>(work: Work<A>, signal?: AbortSignal): Promise<A> => {
  for (let began = performance.now(); ;) {
    signal?.throwIfAborted();
    const step = work.next();
    if (step.done === true) return step.value;
    if (performance.now() - began < TURN_MS) continue;
    await new Promise((resolve) => setImmediate(resolve));
    began = performance.now();
  }
};
