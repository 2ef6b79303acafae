/**
 * Suspects that a space which is searched breadth first has no end. Nobody can know before the end, but a finite space shows signs of it: the
 * share of its states that wait falls, and its depth grows more and more slowly. In a space of unbounded counters the depth grows for ever as
 * some root of the number of states. In one of unbounded queues the same share of states waits for ever.
 */
import type { Suspicion } from '../report.js';

/** What a search has found so far. */
interface Pulse {
  readonly distinct: number;
  readonly queue: number;
  readonly depth: number;
}

/** The search is judged each time that its states have doubled, from `FIRST` states on. The sign must be there `ROW` times in a row. */
const FIRST = 64;
const ROW = 6;

/**
 * The depth of an infinite space grows at least as this power of the states: that is up to three counters. Finite spaces come near half of it,
 * and only late.
 */
const POWER = 0.3;
/** At each doubling the share that waits falls by less than this. */
const SAME = 0.985;

/** Compares two moments. The later one has twice as many states or more. */
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

  /** Takes in the progress of a search. */
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

  /** Gives what speaks for a space without end; undefined where nothing does. */
  suspicion(): Suspicion | undefined {
    const [first, last] = [this.#looks[0], this.#looks.at(-1)];
    if (first === undefined || last === undefined || (this.#deeper < ROW && this.#wider < ROW)) return undefined;
    return { states: [first.distinct, last.distinct], queue: [first.queue, last.queue], depth: [first.depth, last.depth] };
  }
}
