/**
 * Whether a key of a model takes different states for one (TLA+'s VIEW). What is judged on the graph of states is then not the model's: a step
 * from one of them need not be one from the other, so that a cycle of the graph need not be a run, nor a run be in the graph.
 */
import type { Model } from '../model.js';
import { encode } from '../values/encode.js';
import { givenText } from '../values/given-text.js';
import { isLike } from '../values/like.js';
import { incomparableIn } from '../values/incomparable.js';

/**
 * How many pairs are compared in full, of those that a quick look does not find equal, where the result is only reported: the first 20,000,
 * and then one each time that their number has grown by one hundredth.
 */
const MOST_FULL_COMPARISONS = 20_000;
const RARER = 1.01;

/** What was seen of a key. */
export interface Seen {
  readonly isSeen: boolean;
  readonly isFormSeen: boolean;
  readonly isWhole: boolean;
}

export class Merging implements Seen {
  /** Two different values were taken for one, or two that cannot be seen into. */
  isSeen = false;
  /** Two were that are equal by structure, and not to a model which looks at the order in a set or the sign of a zero. */
  isFormSeen = false;
  /** Whether all pairs were compared. */
  isWhole = true;
  private pairs = 0;
  private next = 0;

  /** Two values have one key, and something is judged by it. */
  examine(known: unknown, other: unknown): void {
    if (this.isSeen || isLike(known, other)) return;
    const isBlind = incomparableIn(known) !== undefined || incomparableIn(other) !== undefined;
    if (isBlind || encode(known) !== encode(other)) this.isSeen = true;
    else if (!this.isFormSeen && givenText(known) !== givenText(other)) this.isFormSeen = true;
  }

  /**
   * The same for what is only said: a quick look at all pairs, and a comparison of most where that does not see that two are equal. A pair left out
   * would cost more than it: an audit of the key on states, and a verdict that is not exact.
   */
  compare(known: unknown, other: unknown): void {
    if (!this.isSeen && !isLike(known, other)) this.compareUnlike(known, other);
  }

  /** The same for two that a quick look does not see to be equal. */
  compareUnlike(known: unknown, other: unknown): void {
    if (this.isSeen) return;
    if (++this.pairs < this.next) {
      this.isWhole = false;
      return;
    }
    if (this.pairs >= MOST_FULL_COMPARISONS) this.next = Math.ceil(this.pairs * RARER);
    this.examine(known, other);
  }

  /** What a checkpoint keeps of it. */
  get kept(): Seen {
    const { isSeen, isFormSeen, isWhole } = this;
    return { isSeen, isFormSeen, isWhole };
  }

  /** Takes in what a search saw that is resumed. */
  resume({ isSeen, isFormSeen, isWhole }: Seen): void {
    this.isSeen ||= isSeen;
    this.isFormSeen ||= isFormSeen;
    this.isWhole &&= isWhole;
  }
}

/** Whether what is watched over merged something, as far as that was looked at. */
export const mayHaveMerged = (by: Merging | undefined): boolean =>
  by !== undefined && (by.isSeen || by.isFormSeen || !by.isWhole);

const merging = new WeakMap<object, Merging>();

/** A model with its values and its key, of one whose states are numbers of these. */
export interface Keyed {
  readonly model: Model<never, never>;
  /** The state of the values that the numbers stand for, instead of others with their keys. */
  readonly representative?: (state: never) => never;
}

const valued = new WeakMap<object, () => Keyed>();

/** Says that a model's states are numbers of values that have a key, by which these may be merged; `values` gives it with the values themselves. */
export const merges = <M extends object>(model: M, by: Merging, values?: () => Keyed): M => {
  merging.set(model, by);
  if (values !== undefined) valued.set(model, values);
  return model;
};

/** The model with its values and its key; undefined where there is no key. */
export const keyedBehind = (model: Model<never, never>): Keyed | undefined =>
  model.key === undefined ? valued.get(model)?.() : { model };

/** What watches over the keys of a model; undefined where it has none. */
export const mergingOf = (model: object & { readonly key?: unknown }): Merging | undefined =>
  merging.get(model) ?? (model.key === undefined ? undefined : new Merging());
