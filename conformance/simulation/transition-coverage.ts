/**
 * Records which transitions of a graph the runs have taken, and chooses the deeds that lead a run to new ones.
 *
 * Contents are *open* as long as a deed in one of their situations was not done, or leads to other open contents. After each deed the open contents are determined anew, backwards: from contents to those from which a deed leads to them. A run goes on
 * until its contents are not open. It never goes in a circle, since no run comes back to earlier contents.
 */
import type { DeedChoice } from './guided-run.js';
import { randomOf, type RandomStream } from './seeded-streams.js';
import type { Situations } from './situations.js';

/** How many transitions of a family of steps were taken. */
export interface FamilyShare {
  taken: number;
  all: number;
  /** The number of transitions that a cluster cannot take. */
  barred: number;
}

/** The reason why a deed cannot be done; undefined: it can. */
export type Bar = (deed: number) => string | undefined;

/** The taken transitions of a graph. */
export class TransitionCoverage {
  readonly situations: Situations;
  /** The number of taken transitions; with a deed all its transitions are taken. */
  taken = 0;
  /** The number of deeds that were done. */
  done = 0;
  /** By reason, the number of transitions that a cluster cannot take. */
  readonly barred = new Map<string, number>();
  readonly #isDone: Uint8Array;
  readonly #isBarred: Uint8Array;
  /** By contents: the number of things to do. Each deed is one until it is done, and one more while it leads to other, open contents. 0: the contents are not open. */
  readonly #toDo: Int32Array;
  /** By contents, the other contents from which a deed leads to them, once for each deed. */
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

  /** Notes that a run has done a deed. Is it new? */
  take(deed: number): boolean {
    if (this.#isDone[deed] === 1) return false;
    this.#isDone[deed] = 1;
    this.done++;
    this.taken += this.situations.weight[deed]!;
    const [from] = this.#ends(deed);
    // No run is led through a barred deed, so barred deeds are not counted in `#toDo`.
    if (this.#isBarred[deed] === 0 && this.#hasOneLess(from)) this.#finish(from);
    return true;
  }

  /** Are these contents not open? */
  isOver(contents: number): boolean {
    return this.#toDo[contents] === 0;
  }

  /** Counts one thing less to do. Was that thing the last? */
  #hasOneLess(contents: number): boolean {
    this.#toDo[contents]!--;
    return this.isOver(contents);
  }

  /** Contents are not open any more: counts one thing less for every deed that leads to them. */
  #finish(over: number): void {
    const waiting = [over];
    for (let contents = waiting.pop(); contents !== undefined; contents = waiting.pop()) {
      for (const before of this.#before[contents]!) if (this.#hasOneLess(before)) waiting.push(before);
    }
  }

  /**
   * The deed to do next; undefined: these contents are not open. The deed is of the first of these kinds that exists:
   * 1. a new deed that leaves the contents as they are,
   * 2. a new deed to open contents,
   * 3. a new deed,
   * 4. a known deed to open contents.
   * Of several deeds of that kind the cheapest is taken. Chance decides between equal costs.
   */
  next(contents: number, cost: (deed: number) => number, random: RandomStream): number | undefined {
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

  /** The taken transitions by the family of their step. */
  byFamily(): ReadonlyMap<string, Readonly<FamilyShare>> {
    const { deeds, weight, transitionOf, graph } = this.situations;
    const shares = new Map<string, FamilyShare>();
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

  /** At most `most` deeds that were not done and could be. */
  missing(most: number): ReadonlyArray<number> {
    const found: number[] = [];
    for (let deed = 0; deed < this.situations.deeds && found.length < most; deed++)
      if (this.#isDone[deed] === 0 && this.#isBarred[deed] === 0) found.push(deed);
    return found;
  }
}

/** Chooses deeds that lead to new ones. */
export const toTheNew = (coverage: TransitionCoverage, seed: number): DeedChoice => {
  const random = randomOf(seed, 'choices');
  return (contents, cost) => {
    const deed = coverage.next(contents, cost, random);
    // The deed counts as done at once: if the cluster cannot do it, the run fails, and that ends the whole series.
    if (deed !== undefined) coverage.take(deed);
    return deed;
  };
};
