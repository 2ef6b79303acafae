/** Gives runs to the states that an audit has reached. They are runs of the model as it is, without its reductions. */
import type { Model, Property } from '../model.js';
import { decides, stepsOf, type Step } from '../runs/decides.js';
import { endOf, type Run } from '../shown/shown-run.js';
import { encode } from '../values/encode.js';
import type { MetStates } from './met-states.js';

/**
 * Gives a step of the model from the state `from` to the state number `target`; undefined where there is none. The model may give the next state in
 * another form each time, if its key takes these forms for one. So a step to the very state is tried first, and then a step to a state of the same
 * structure.
 */
const stepTo = <S, A>(model: Model<S, A>, states: MetStates<S>, from: S, target: number): Step<S, A> | undefined => {
  const steps = stepsOf(model, from);
  const exact = steps.find(({ next }) => states.store.add(next) === target);
  if (exact !== undefined || model.key === undefined) return exact;
  const structure = encode(states.get(target));
  return steps.find(({ next }) => encode(next) === structure);
};

/**
 * Gives a run to the state number `index`, or to a state of the same structure; undefined where a step on the way starts from another state with the
 * same key.
 */
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

/**
 * Gives the run to the state number `index` if that state decides the property. If a step from the state decides it, the run ends with this step.
 * Undefined where the run comes to other states than the audit did.
 */
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
