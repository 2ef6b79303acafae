/** The input of a round of an audit (its maps, and the state that a key puts in the place of another), and what the round keeps of a class. */
import type { Observation } from './observation.js';
import type { Mapping } from './orbits.js';

/** A map that a model declares, and how it is called. */
export interface NamedMap<S> {
  readonly name: string;
  readonly map: Mapping<S>;
}

/** The first state of a class, what was found of it, and the first of those of the class that were reached. */
export interface FirstOfClass {
  readonly index: number;
  readonly record: string;
  readonly reached: ReadonlyArray<string>;
  readonly predicates: Observation<unknown>['predicates'];
  firstReached?: number;
}

/** How states are told apart where a key is audited. */
export interface AuditedKey<S> {
  /** What a search by the key has instead of a state; undefined: one of the states with the same key. */
  readonly representative: Mapping<S> | undefined;
}

/** What takes states for one, in a word. */
export const reducerOf = (by: { readonly ofKey: unknown; readonly normalize: unknown }): 'key' | 'quotient' | 'symmetry' => {
  if (by.ofKey !== undefined) return 'key';
  return by.normalize === undefined ? 'symmetry' : 'quotient';
};
