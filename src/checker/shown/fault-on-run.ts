/** A fault of a model, told with the run on which it came up. */
import { isFaultWithoutRun, withRun } from '../contract/fault-location.js';
import type { Model } from '../model.js';
import { showRun, type Run } from './shown-run.js';

/** Adds to a fault of the model the run on which it came up. A run that cannot be shown is left out: a function that shows it may be the one at fault. */
export const onRun = <S, A>(model: Model<S, A>, run: Run<S, A> | undefined, error: unknown): unknown => {
  if (!isFaultWithoutRun(error) || run === undefined) return error;
  try {
    return withRun(error, showRun(model, run, false));
  } catch {
    return error;
  }
};
