/** Faults of a model, with the run to where they came up. */
import { CheckerError } from '../error.js';
import type { Counterexample } from '../report.js';
import { shortened } from './model-faults.js';

/** By fault: the state, in a search's own numbers, in which it came up. */
const states = new WeakMap<object, Int32Array>();

/** Notes where an error came up, unless that is known. */
export const locate = (error: unknown, state: () => Int32Array): void => {
  if (error instanceof CheckerError && !states.has(error)) states.set(error, state());
};

export const stateOfFault = (error: CheckerError): Int32Array | undefined => states.get(error);

/** Whether an error is a model's fault of which it is not yet said where it came up. */
export const isFaultWithoutRun = (error: unknown): error is CheckerError =>
  error instanceof CheckerError && error.code === 'model' && error.trace === undefined && !stateless.has(error);

/** Faults that came up at no state. */
const stateless = new WeakSet<object>();

/** Says that a fault came up at no state: no run leads there. */
export const atNoState = (error: CheckerError): CheckerError => {
  stateless.add(error);
  return error;
};

/** The fault with the run to where it came up, which its words say too. */
export const withRun = (error: CheckerError, trace: Counterexample): CheckerError => {
  const { steps, initial } = trace;
  const shown = steps.at(-1)?.state ?? initial;
  const parts = Object.entries(shown).map(([part, text]) => `${part}: ${text}`);
  const where = steps.length === 0 ? 'in an initial state' : `after ${steps.length} step${steps.length === 1 ? '' : 's'}`;
  const state = parts.length === 0 ? '' : `, ${shortened(parts.join(', '))}`;
  return new CheckerError('model', `${error.message} (${where}${state})`, trace);
};
