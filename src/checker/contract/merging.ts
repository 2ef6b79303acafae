/**
 * Notices whether a model's key takes different states for one (TLA+'s VIEW). The graph of keys is then not the model's graph: one of the
 * states may have a step that the other lacks. So a cycle of the graph need not be a run, and a run need not be in the graph.
 */
import type { Model } from '../model.js';
import { encode } from '../values/encode.js';
import { givenText } from '../values/given-text.js';
import { isLike, type Likes } from '../values/like.js';
import { incomparableIn } from '../values/incomparable.js';

/**
 * How many pairs are compared in full where the result is only reported. It counts the pairs that the quick comparison does not find
 * equal: the first 20,000, and then one whenever their number has grown by a hundredth.
 */
const FIRST_FULL_COMPARISONS = 20_000;
const RARER = 1.01;

/** What was seen of a key. The fields are kept in checkpoints under these names. */
export interface KeyFindings {
  readonly isSeen: boolean;
  readonly isFormSeen: boolean;
  readonly isWhole: boolean;
}

export class KeyWatch implements KeyFindings {
  /** Two different values had one key, or two that cannot be compared. */
  isSeen = false;
  /**
   * Two values had one key that are equal by structure, but that a model can tell apart by the order in a set or by the sign of a zero.
   */
  isFormSeen = false;
  /** Whether all pairs were compared. */
  isWhole = true;
  private pairs = 0;
  private next = 0;

  /** Compares two values with one key in full, where a judgement depends on the result. */
  examine(known: unknown, other: unknown): void {
    if (this.isSeen || isLike(known, other)) return;
    const isBlind = incomparableIn(known) !== undefined || incomparableIn(other) !== undefined;
    if (isBlind || encode(known) !== encode(other)) this.isSeen = true;
    else if (!this.isFormSeen && givenText(known) !== givenText(other)) this.isFormSeen = true;
  }

  /**
   * Compares two values with one key where the result is only reported: quickly first, and in full for most pairs that do not turn out
   * equal. A pair that is left out costs more than its comparison: it leads to an audit of the key on states, and to a verdict that is
   * not exact.
   */
  compare(known: unknown, other: unknown, likes: Likes): void {
    if (this.isSeen || likes.isLike(known, other)) return;
    if (++this.pairs < this.next) {
      this.isWhole = false;
      return;
    }
    if (this.pairs >= FIRST_FULL_COMPARISONS) this.next = Math.ceil(this.pairs * RARER);
    this.examine(known, other);
  }

  /** What a checkpoint keeps. */
  get kept(): KeyFindings {
    const { isSeen, isFormSeen, isWhole } = this;
    return { isSeen, isFormSeen, isWhole };
  }

  /** Takes over what the resumed search saw. */
  resume({ isSeen, isFormSeen, isWhole }: KeyFindings): void {
    this.isSeen ||= isSeen;
    this.isFormSeen ||= isFormSeen;
    this.isWhole &&= isWhole;
  }
}

/** Whether the key may have merged states, as far as pairs were compared. */
export const mayHaveMerged = (by: KeyWatch | undefined): boolean =>
  by !== undefined && (by.isSeen || by.isFormSeen || !by.isWhole);

/** For a model whose states are numbers of values: the model of the values themselves, with their key. */
export interface KeyedModel {
  readonly model: Model<never, never>;
  /**
   * Gives the state that a search by numbers has for this one. Values with one key have one number, which stands for the first of them.
   */
  readonly representative?: (state: never) => never;
}

/** What a model says of its key beside its fields. It is a field, because users copy models, and the copy has the same states. */
const OF_KEY = Symbol('what is known of the key');

interface OfKey {
  readonly by: KeyWatch;
  readonly values: (() => KeyedModel) | undefined;
  /** The model for which it was noted. Any other that has it is a copy. */
  readonly model: object;
}

const ofKey = (model: object): OfKey | undefined => (model as { readonly [OF_KEY]?: OfKey })[OF_KEY];

/** Notes that a key may merge a model's states. `values` gives the model of the values where the states are their numbers. */
export const merges = <M extends object>(model: M, by: KeyWatch, values?: () => KeyedModel): M =>
  Object.assign(model, { [OF_KEY]: { by, values, model } satisfies OfKey });

/** Gives the model of values with its key; undefined where there is no key. */
export const keyedBehind = (model: Model<never, never>): KeyedModel | undefined =>
  model.key === undefined ? ofKey(model)?.values?.() : { model };

/**
 * Tests whether a model is a copy of one whose states are numbers of values. It may have other steps and other properties than that one, of whose values
 * nothing can be said for it.
 */
export const isCopyOfNumbers = (model: object): boolean => {
  const known = ofKey(model);
  return known?.values !== undefined && known.model !== model;
};

/** Gives the watch over a model's key; undefined where the model has none. */
export const mergingOf = (model: object & { readonly key?: unknown }): KeyWatch | undefined =>
  ofKey(model)?.by ?? (model.key === undefined ? undefined : new KeyWatch());

/**
 * Tests whether a model's states are numbers of values, and the key took several values for one. Two forms of one value are not several values: a run
 * of other forms is the same run.
 */
export const isNumbered = (model: object & { readonly key?: unknown }): boolean =>
  model.key === undefined && ofKey(model)?.values !== undefined && mergingOf(model)?.isSeen === true;
