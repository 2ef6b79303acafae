/** What a round of an audit is given (maps, and the representatives by a key), what it keeps of each class, and its store. */
import { comparableText } from '../contract/repeated-call.js';
import { collapsedStore, keyedStore, type StateStore } from '../explicit/state-store.js';
import { givenTexts } from '../values/given-text.js';
import type { StateObservation } from './observation.js';
import type { StateMap } from './orbits.js';

/** A map that a model declares, with its name. */
export interface NamedMap<S> {
  readonly name: string;
  readonly map: StateMap<S>;
}

/** The first state of a class with what was observed of it, and the first reached state of the class. */
export interface FirstOfClass {
  readonly index: number;
  readonly record: string;
  readonly reached: ReadonlyArray<string>;
  readonly predicates: StateObservation<unknown>['predicates'];
  firstReached?: number;
}

/** The key that is audited, by its representatives. */
export interface AuditedKey<S> {
  /** The state that a search by the key has in place of this one. Undefined: the search has one of the model's states with the same key. */
  readonly representative: StateMap<S> | undefined;
  /** States that cannot be compared are told apart by identity. */
  readonly byIdentity?: boolean;
}

/** Says in a word what takes states for one. */
export const reducerOf = (by: { readonly ofKey: unknown; readonly normalize: unknown }): 'key' | 'quotient' | 'symmetry' => {
  if (by.ofKey !== undefined) return 'key';
  return by.normalize === undefined ? 'symmetry' : 'quotient';
};

/** Makes the store of a round's states. A round for a key tells them apart by their values. */
export const storeOf = <S>(key: ((state: S) => string) | undefined, ofKey: AuditedKey<S> | undefined): StateStore<S> => {
  if (key === undefined) return collapsedStore();
  return keyedStore({ key: ofKey === undefined ? key : givenTexts(ofKey.byIdentity), isOwn: true });
};

/** Tests that two states have the same structure. Of what cannot be compared nobody knows. */
export const isOneStructure = (one: unknown, other: unknown): boolean => {
  const text = comparableText(one);
  return text !== undefined && text === comparableText(other);
};
