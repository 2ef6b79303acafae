/** How a check went on, sample by sample: however long it takes, a few hundred of them. */
import type { Progress } from '../../checker/report.js';
import type { CheckSample } from '../../explorer/shape.js';

/** So many samples at most: then every other one is left out, and they are taken half as often. */
const MOST = 240;

export class CheckLog {
  #samples: CheckSample[] = [];
  #every = 1;
  #count = 0;

  /** Keeps how far a search has come. */
  readonly add = ({ elapsedMs, distinct, perSecond, depth, queue, bytes }: Progress): void => {
    const before = this.#samples.at(-1);
    // Another search has begun, which judges what the first one could not: its states are counted anew.
    if (before !== undefined && distinct < before.states) return;
    if (this.#count++ % this.#every !== 0) return;
    // A sweep that has begun anew knows no depth: as deep as the search before it was, it is at least.
    const deepest = Math.max(depth, before?.depth ?? 0);
    this.#samples.push({ ms: Math.round(elapsedMs), states: distinct, perSecond, depth: deepest, queue, bytes });
    if (this.#samples.length < MOST) return;
    this.#samples = this.#samples.filter((_, i) => i % 2 === 0);
    this.#every *= 2;
  };

  get samples(): ReadonlyArray<CheckSample> {
    return this.#samples;
  }
}
