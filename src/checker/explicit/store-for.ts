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

/** The reductions of a search. */
export interface SearchReductions<S> {
  readonly permutations: ReadonlyArray<(state: S) => S>;
  readonly normalize: ((state: S) => S) | undefined;
}

/** Gives the reductions that the options ask for and the model declares. */
export const reductionsOf = <S, A>(model: Model<S, A>, { symmetry, normalize }: CheckOptions): SearchReductions<S> => ({
  permutations: symmetry === true ? (model.symmetry ?? []) : [],
  normalize: normalize === true ? model.normalize : undefined,
});

/** Gives the function that names a state's class: it is the same for states that the search takes for one. */
export const classKeyOf = <S, A>(model: Model<S, A>, options: CheckOptions): ((state: S) => string) => {
  const { permutations, normalize } = reductionsOf(model, options);
  const key = model.key ?? encode;
  const quotient = normalize === undefined ? key : (state: S): string => key(normalize(state));
  return permutations.length === 0 ? quotient : (state) => orbitKey(quotient, permutations, state);
};

/**
 * Makes the store that the options ask for. Under a reduction a state's key is that of its representative, but the store keeps the state that was
 * really reached. So each counterexample is a run of the unreduced model as it stands.
 */
export const storeFor = <S, A>(model: Model<S, A>, options: CheckOptions): StateStore<S> => {
  const { permutations, normalize } = reductionsOf(model, options);
  const { hashBits } = options;
  if (model.key === undefined && permutations.length === 0 && normalize === undefined) {
    return hashBits === undefined ? collapsedStore() : hashedStore(hashBits);
  }
  const by = { key: classKeyOf(model, options), isOwn: model.key !== undefined };
  return hashBits === undefined ? keyedStore(by) : hashedKeyStore(by, hashBits);
};
