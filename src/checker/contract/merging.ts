/**
 * Whether a key of a model takes different states for one (TLA+'s VIEW). What is judged on the graph of states is then not the model's: a step
 * from one of them need not be one from the other, so that a cycle of the graph need not be a run, nor a run be in the graph.
 */
import { seenText } from './audit.js';

export class Merging {
  /** Two different values were taken for one, or two that cannot be seen into. */
  isSeen = false;

  /** Two values have one key. */
  look(known: unknown, other: unknown): void {
    if (this.isSeen || known === other) return;
    const text = seenText(known);
    if (text === undefined || text !== seenText(other)) this.isSeen = true;
  }
}

const merging = new WeakMap<object, Merging>();

/** Says that a model's states are numbers of values that have a key, by which these may be merged. */
export const merges = <M extends object>(model: M, by: Merging): M => {
  merging.set(model, by);
  return model;
};

/** What watches over the keys of a model; undefined where it has none. */
export const mergingOf = (model: object & { readonly key?: unknown }): Merging | undefined =>
  merging.get(model) ?? (model.key === undefined ? undefined : new Merging());
