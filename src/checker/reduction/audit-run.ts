/** Runs to the states that an audit has reached: of the model as it is, without its reductions. */
import type { Model, Property } from '../model.js';
import { decides, stepsOf } from '../runs/decides.js';
import { endOf, type Run } from '../shown/shown-run.js';
import type { MetStates } from './met-states.js';

/** A run to a state that was reached. Undefined where a step to one of its states is a step from another state with the same key. */
export const runTo = <S, A>(model: Model<S, A>, states: MetStates<S>, index: number): Run<S, A> | undefined => {
  const [first, ...path] = states.pathTo(index);
  let run: Run<S, A> = { initial: states.get(first!), steps: [] };
  for (const target of path) {
    const step = stepsOf(model, endOf(run)).find(({ next }) => states.store.add(next) === target);
    if (step === undefined) return undefined;
    run = { ...run, steps: [...run.steps, step] };
  }
  return run;
};

/** A run to a state that decides a property, or beyond it by the step that does. Undefined where its states are not those that were looked at. */
export const runDeciding = <S, A>(
  model: Model<S, A>,
  states: MetStates<S>,
  index: number,
  property: Property<S, A>,
): Run<S, A> | undefined => {
  const run = runTo(model, states, index);
  if (run === undefined) return undefined;
  const before = endOf(run);
  if (decides(model, property, before)) return run;
  const step = stepsOf(model, before).find(({ action, next }) => decides(model, property, next, { before, action }));
  return step && { ...run, steps: [...run.steps, step] };
};
