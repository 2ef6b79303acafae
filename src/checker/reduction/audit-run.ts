/** Runs to the states that an audit has reached: of the model as it is, without its reductions. */
import type { Model, Property } from '../model.js';
import { decides, stepsOf, type Step } from '../runs/decides.js';
import { endOf, type Run } from '../shown/shown-run.js';
import { encode } from '../values/encode.js';
import type { MetStates } from './met-states.js';

/**
 * Which of the steps from a state leads to one that was met. A step may give its state in another form each time that it runs, where the model's key takes the
 * forms for one. So the step to the state as it was met comes first, and then one to a state of the same structure. Each of them is a step of the model.
 */
const stepTo = <S, A>(model: Model<S, A>, states: MetStates<S>, from: S, target: number): Step<S, A> | undefined => {
  const steps = stepsOf(model, from);
  const exact = steps.find(({ next }) => states.store.add(next) === target);
  if (exact !== undefined || model.key === undefined) return exact;
  const structure = encode(states.get(target));
  return steps.find(({ next }) => encode(next) === structure);
};

/** A run to a state that was reached, or to one of the same structure. Undefined where a step to one of its states is a step from another state with the same key. */
export const runTo = <S, A>(model: Model<S, A>, states: MetStates<S>, index: number): Run<S, A> | undefined => {
  const [first, ...path] = states.pathTo(index);
  let run: Run<S, A> = { initial: states.get(first!), steps: [] };
  for (const target of path) {
    const step = stepTo(model, states, endOf(run), target);
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
