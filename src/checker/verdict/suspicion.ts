/**
 * Whether a space that is searched breadth first looks like one without an end. Nobody can know before the end; but a finite space shows signs of
 * it: the share of its states that wait falls, and depth grows more and more slowly. A space of unbounded counters grows in depth as some
 * root of its states, for ever; one of unbounded queues has the same share waiting, for ever.
 */
import type { Suspicion } from '../report.js';

/** What a search has found so far. */
interface Pulse {
  readonly distinct: number;
  readonly queue: number;
  readonly depth: number;
}

/** It is looked at where it has doubled since, from so many states on; and this often in a row the sign must be there. */
const FIRST = 64;
const ROW = 6;

/** Depth grows as this power of the states, at least: up to three counters. Finite spaces come near half of it, and only late. */
const POWER = 0.3;
/** The share that waits falls by less than this at each doubling. */
const SAME = 0.985;

/** From one look to the next, which is of twice as many states or more. */
const growsInDepth = (before: Pulse, now: Pulse): boolean =>
  before.depth > 0 && Math.log(now.depth / before.depth) >= POWER * Math.log(now.distinct / before.distinct);

const keepsItsShare = (before: Pulse, now: Pulse): boolean => {
  const doublings = Math.log2(now.distinct / before.distinct);
  return now.queue / now.distinct >= (before.queue / before.distinct) * SAME ** doublings;
};

export class Suspect {
  #looks: ReadonlyArray<Pulse> = [];
  #deeper = 0;
  #wider = 0;

  /** Takes in how far a search has come. */
  update({ distinct, queue, depth }: Pulse): void {
    const before = this.#looks.at(-1);
    if (distinct < (before === undefined ? FIRST : before.distinct * 2)) return;
    const now = { distinct, queue, depth };
    this.#looks = [...this.#looks.slice(-ROW), now];
    if (before === undefined) return;
    const grows = queue >= before.queue && queue > 0;
    this.#deeper = grows && growsInDepth(before, now) ? this.#deeper + 1 : 0;
    this.#wider = grows && keepsItsShare(before, now) ? this.#wider + 1 : 0;
  }

  /** What speaks for a space without end; undefined where nothing does. */
  suspicion(): Suspicion | undefined {
    const [first, last] = [this.#looks[0], this.#looks.at(-1)];
    if (first === undefined || last === undefined || (this.#deeper < ROW && this.#wider < ROW)) return undefined;
    return { states: [first.distinct, last.distinct], queue: [first.queue, last.queue], depth: [first.depth, last.depth] };
  }
}
