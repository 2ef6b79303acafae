/** Long work in turns: the rest of the process, signals first, is never kept waiting for long. */

/** Work that stops at each step, so that others may have a turn. */
export type Work<A> = Generator<undefined, A>;

/** How long a turn is, in ms. A step that has begun is ended. */
const TURN_MS = 20;

/** Does all of it at once. */
export const atOnce = <A>(work: Work<A>): A => {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
};

/** Does it in turns. Rejects with the signal's reason where that comes first. */
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
