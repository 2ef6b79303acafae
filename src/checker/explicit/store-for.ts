/** Makes the store of a plain search. */
import type { Model } from '../model.js';
import type { CheckOptions } from '../options.js';
import { encode } from '../values/encode.js';
import { collapsedStore, hashedKeyStore, hashedStore, keyedStore, type StateStore } from './state-store.js';

/** Gives the least key in a state's orbit. Two states have the same one exactly when a permutation takes one to the other. */
const orbitKey = <S>(key: (state: S) => string, permutations: ReadonlyArray<(state: S) => S>, state: S): string => {
  let least = key(state);
  for (const permutation of permutations) {
    const image = key(permutation(state));
    if (image < least) least = image;
  }
  return least;
};

/**
 * Makes the store that the options ask for. Under a reduction a state's key is that of its representative, but the store keeps the state that was
 * really reached. So each counterexample is a run of the unreduced model as it stands.
 */
export const storeFor = <S, A>(model: Model<S, A>, options: CheckOptions): StateStore<S> => {
  const permutations = options.symmetry === true ? (model.symmetry ?? []) : [];
  const normalize = options.normalize === true ? model.normalize : undefined;
  const { hashBits } = options;
  if (model.key === undefined && permutations.length === 0 && normalize === undefined) {
    return hashBits === undefined ? collapsedStore() : hashedStore(hashBits);
  }
  const key = model.key ?? encode;
  const quotient = normalize === undefined ? key : (state: S): string => key(normalize(state));
  const least = permutations.length === 0 ? quotient : (state: S): string => orbitKey(quotient, permutations, state);
  const by = { key: least, isOwn: model.key !== undefined };
  return hashBits === undefined ? keyedStore(by) : hashedKeyStore(by, hashBits);
};
