/** Says in which state a fault of a model came up, and adds the run to that state. */
import { CheckerError } from '../error.js';
import type { Counterexample } from '../report.js';
import { shortened } from './model-faults.js';

/** The state of each fault, in the search's own numbers. */
const states = new WeakMap<object, Int32Array>();

/** Notes the state of a fault, unless it is known already. */
export const locate = (error: unknown, state: () => Int32Array): void => {
  if (error instanceof CheckerError && !states.has(error)) states.set(error, state());
};

export const stateOfFault = (error: CheckerError): Int32Array | undefined => states.get(error);

/** Tells whether an error is a model's fault that has no run yet, and that a run could lead to. */
export const isFaultWithoutRun = (error: unknown): error is CheckerError =>
  error instanceof CheckerError && error.code === 'model' && error.trace === undefined && !stateless.has(error);

/** Faults that belong to no state. */
const stateless = new WeakSet<object>();

/** Marks a fault that belongs to no state. No search looks for a run to it. */
export const atNoState = (error: CheckerError): CheckerError => {
  stateless.add(error);
  return error;
};

/** Tells whether a fault was marked so. */
export const isOfNoState = (error: object): boolean => stateless.has(error);

/** Gives the fault with a run to its state. The message says the number of steps and the last state. */
export const withRun = (error: CheckerError, trace: Counterexample): CheckerError => {
  const { steps, initial } = trace;
  const shown = steps.at(-1)?.state ?? initial;
  const parts = Object.entries(shown).map(([part, text]) => `${part}: ${text}`);
  const where = steps.length === 0 ? 'in an initial state' : `after ${steps.length} step${steps.length === 1 ? '' : 's'}`;
  const state = parts.length === 0 ? '' : `, ${shortened(parts.join(', '))}`;
  return new CheckerError('model', `${error.message} (${where}${state})`, trace);
};
