/** Runs a component model by the numbers of its values, which is quick, where the numbers may turn out not to stand for the values. */
import { isNumbered } from '../../checker/contract/merging.js';
import type { Model } from '../../checker/model.js';

/**
 * Gives what `run` finds by the numbers. It gives undefined where `run` throws and a key took several values for one number: a run by numbers may
 * then be no run of the model, and what throws on it no fault of the model.
 */
export const unlessMerged = async <S, A, T>(numbers: Model<S, A>, run: () => Promise<T>): Promise<T | undefined> => {
  try {
    return await run();
  } catch (error) {
    if (!isNumbered(numbers)) throw error;
    return undefined;
  }
};
