/** How a check went on, sample by sample: fewer than {@link MOST} of them, however long it takes. */
import type { Progress } from '../../checker/report.js';
import type { CheckSample } from '../../explorer/shape.js';

/** At so many samples every other one is left out, and from then on they are taken half as often. */
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
    // A sweep may not know its depth, and says 0 then. The depth is at least that of the sample before.
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
