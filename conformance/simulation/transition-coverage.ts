/**
 * Which transitions of a graph the runs have taken, and where a run should go that is to take new ones.
 *
 * With some contents there is something to do as long as a deed in one of their situations was not done, or leads to contents with which there is something to do. That is kept up to date
 * backwards, deed by deed. A run is led on until nothing new lies ahead of it; never in circles, since contents do not come again.
 */
import type { Choose } from './guided-run.js';
import { randomOf, type Random } from './seeded-streams.js';
import type { Situations } from './situations.js';

/** How much of a family of steps was taken, in transitions. */
export interface Share {
  taken: number;
  all: number;
  /** Of those that a cluster cannot take. */
  barred: number;
}

/** Why a deed cannot be done; undefined: it can. */
export type Bar = (deed: number) => string | undefined;

/** What is taken of a graph. */
export class Coverage {
  readonly situations: Situations;
  /** Transitions that were taken, those that differ only in what was spent with them. */
  taken = 0;
  /** Deeds that were done. */
  done = 0;
  /** Why transitions are barred, and how many. */
  readonly barred = new Map<string, number>();
  readonly #isDone: Uint8Array;
  readonly #isBarred: Uint8Array;
  /** Of each contents: what there is still to do. 0: nothing. */
  readonly #toDo: Int32Array;
  /** From which contents one comes to contents, once for each deed. */
  readonly #before: ReadonlyArray<number[]>;

  constructor(situations: Situations, bar: Bar = () => undefined) {
    this.situations = situations;
    const { deeds, contents, weight } = situations;
    this.#isDone = new Uint8Array(deeds);
    this.#isBarred = new Uint8Array(deeds);
    this.#toDo = new Int32Array(contents);
    this.#before = Array.from({ length: contents }, () => []);
    for (let deed = 0; deed < deeds; deed++) {
      const why = bar(deed);
      if (why !== undefined) {
        this.#isBarred[deed] = 1;
        this.barred.set(why, (this.barred.get(why) ?? 0) + weight[deed]!);
        continue;
      }
      const [from, to] = this.#ends(deed);
      this.#toDo[from]! += from === to ? 1 : 2;
      if (from !== to) this.#before[to]!.push(from);
    }
    const ends = Array.from({ length: contents }, (_, c) => c).filter((c) => this.#toDo[c] === 0);
    for (const c of ends) this.#finish(c);
  }

  /** The contents from which, and to which, a deed leads. */
  #ends(deed: number): readonly [number, number] {
    const { contentsOf, from, to } = this.situations;
    return [contentsOf[from[deed]!]!, contentsOf[to[deed]!]!];
  }

  /** A run has done it. Is it new? */
  take(deed: number): boolean {
    if (this.#isDone[deed] === 1) return false;
    this.#isDone[deed] = 1;
    this.done++;
    this.taken += this.situations.weight[deed]!;
    const [from] = this.#ends(deed);
    // Nobody is led over what is barred.
    if (this.#isBarred[deed] === 0 && this.#hasOneLess(from)) this.#finish(from);
    return true;
  }

  /** Is there nothing new ahead of these contents? */
  isOver(contents: number): boolean {
    return this.#toDo[contents] === 0;
  }

  /** One thing less is to do. Was it the last? */
  #hasOneLess(contents: number): boolean {
    this.#toDo[contents]!--;
    return this.isOver(contents);
  }

  /** Nothing is left to do: whoever leads there has so much less to do. */
  #finish(over: number): void {
    const waiting = [over];
    for (let contents = waiting.pop(); contents !== undefined; contents = waiting.pop()) {
      for (const before of this.#before[contents]!) if (this.#hasOneLess(before)) waiting.push(before);
    }
  }

  /**
   * The deed to do next; undefined: there is nothing new ahead. It is, of the first of these kinds that there is,
   * 1. a new deed that leaves the contents as they are,
   * 2. a new deed to contents with something left to do,
   * 3. a new deed,
   * 4. a known deed to contents with something left to do.
   * Of several of a kind it is the cheapest; chance decides between equals.
   */
  next(contents: number, cost: (deed: number) => number, random: Random): number | undefined {
    if (this.isOver(contents)) return undefined;
    let [best, bestWorth]: [number | undefined, number] = [undefined, 0];
    for (const deed of this.situations.deedsOf[contents]!) {
      const worth = this.#worth(deed);
      if (worth === 0) continue;
      const all = worth * 1000 - cost(deed) + random.part();
      if (best === undefined || all > bestWorth) [best, bestWorth] = [deed, all];
    }
    return best;
  }

  #worth(deed: number): number {
    if (this.#isBarred[deed] === 1) return 0;
    const isNew = this.#isDone[deed] === 0;
    const [from, to] = this.#ends(deed);
    if (to === from) return isNew ? 4 : 0;
    const isOpen = !this.isOver(to);
    return isNew ? (isOpen ? 3 : 2) : isOpen ? 1 : 0;
  }

  /** What was taken, by the family of its step. */
  byFamily(): ReadonlyMap<string, Readonly<Share>> {
    const { deeds, weight, transitionOf, graph } = this.situations;
    const shares = new Map<string, Share>();
    for (let deed = 0; deed < deeds; deed++) {
      const { family } = graph.steps[graph.stepOf[transitionOf[deed]!]!]!;
      const share = shares.get(family) ?? { taken: 0, all: 0, barred: 0 };
      share.all += weight[deed]!;
      share.taken += this.#isDone[deed]! * weight[deed]!;
      share.barred += this.#isBarred[deed]! * weight[deed]!;
      shares.set(family, share);
    }
    return shares;
  }

  /** Some deeds that were not done and could be. */
  missing(most: number): ReadonlyArray<number> {
    const found: number[] = [];
    for (let deed = 0; deed < this.situations.deeds && found.length < most; deed++)
      if (this.#isDone[deed] === 0 && this.#isBarred[deed] === 0) found.push(deed);
    return found;
  }
}

/** Leads where there is something new. */
export const toTheNew = (coverage: Coverage, seed: number): Choose => {
  const random = randomOf(seed, 'choices');
  return (contents, cost) => {
    const deed = coverage.next(contents, cost, random);
    // A deed that cannot be done ends the whole series.
    if (deed !== undefined) coverage.take(deed);
    return deed;
  };
};
