/** Texts of states, for the messages of an audit. */
import { shortened } from '../contract/model-faults.js';
import { showState, type ShowFunctions } from '../shown/state.js';

/** Gives a state on one line, as the model shows it. */
export const textOf = <S>(model: ShowFunctions<S>, state: S): string => {
  const parts = Object.entries(showState(model, state)).map(([part, value]) => `${part}: ${value}`);
  return shortened(`{${parts.join(', ')}}`);
};

/** Gives different states different texts. Where the model's own `show` gives two of them one text, it prints what is in them. */
export const textsOf = <S>(
  model: ShowFunctions<S>,
  table: { readonly get: (index: number) => S },
  indices: ReadonlyArray<number>,
): ReadonlyArray<string> => {
  const states = indices.map((index) => table.get(index));
  const texts = states.map((state) => textOf(model, state));
  return new Set(texts).size === states.length ? texts : states.map((state) => textOf({}, state));
};
