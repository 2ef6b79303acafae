/** Keeps the progress of a check as samples: fewer than {@link MOST}, however long the check takes. */
import type { Progress } from '../../checker/report.js';
import type { CheckSample } from '../../explorer/shape.js';

/** With this many samples every other one is dropped, and from then on samples are taken half as often. */
const MOST = 240;

export class CheckLog {
  #samples: CheckSample[] = [];
  #every = 1;
  #count = 0;

  /** Keeps the progress of the search, if a sample is due. */
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
