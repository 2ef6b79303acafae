/**
 * Judges liveness under symmetry. A permutation maps runs to runs. So where a property is the same of a state and of all its images, the graph of
 * representatives has a run that breaks it exactly when the model has. With fairness nothing is judged in this way: a fairness class is of
 * certain processes, and a permutation takes it to a class of others.
 */
import { fault } from '../contract/model-faults.js';
import type { Property } from '../model.js';
import type { Lasso } from '../liveness/lasso.js';
import type { StateGraph } from '../liveness/state-graph.js';
import type { CheckOptions } from '../options.js';
import type { Counterexample } from '../report.js';
import { encode } from '../values/encode.js';
import { oneForm } from '../values/one-form.js';
import { predicatesOf } from '../liveness/predicates.js';
import { isReducing } from '../reduction/reduction-audit.js';
import { endOf, type Run } from '../shown/shown-run.js';
import type { ExplicitSpace } from './explicit-search.js';
import { lassoOf, runAlong } from './explicit-counterexample.js';

/** Tests that the search keeps representatives of a symmetry, and reduces by nothing else. */
export const isSymmetric = <S, A>(
  { model, edges }: Pick<ExplicitSpace<S, A>, 'model' | 'edges'>,
  options: CheckOptions,
): boolean => edges !== undefined && isReducing(model, options);

/** Tests that a property of liveness is the same of each state that was found and of all its images. */
export const isKept = <S, A>(
  { model, store }: Pick<ExplicitSpace<S, A>, 'model' | 'store'>,
  property: Property<S, A>,
): boolean => {
  const predicates = predicatesOf(property);
  for (let index = 0; index < store.size(); index++) {
    const state = store.get(index);
    const truths = predicates.map((holds) => holds(state));
    for (const permutation of model.symmetry ?? []) {
      const image = model.key === undefined ? oneForm(permutation(state)) : permutation(state);
      if (predicates.some((holds, i) => holds(image) !== truths[i])) return false;
    }
  }
  return true;
};

/** Takes a step from a state to an image of the state with this index. */
const stepTo = <S, A>({ model, store }: ExplicitSpace<S, A>, state: S, index: number): Run<S, A>['steps'][number] => {
  for (const action of model.actions(state)) {
    const next = model.next(state, action);
    if (next !== undefined && store.add(next) === index) return { action, next };
  }
  throw fault(
    `the symmetry does not keep the steps of ${model.name}: a state has a step that its image under the symmetry lacks`,
  );
};

/**
 * Makes a run of the model from a lasso of representatives. It goes round the cycle, each time perhaps to another image of the state where it
 * began, until it comes back to a state where it was.
 */
export const showSymmetricLasso = <S, A>(
  found: ExplicitSpace<S, A>,
  graph: StateGraph,
  { start, prefix, cycle }: Lasso,
  property: Property<S, A>,
): Counterexample => {
  const targets = (edges: ReadonlyArray<number>): ReadonlyArray<number> => edges.map((edge) => graph.targets[edge]!);
  const run = runAlong(found, [start, ...targets(prefix)]);
  const steps = [...run.steps];
  const seen = new Map<string, number>();
  let state = endOf(run);
  while (cycle.length > 0 && !seen.has(encode(state))) {
    seen.set(encode(state), steps.length);
    for (const index of targets(cycle)) {
      const step = stepTo(found, state, index);
      steps.push(step);
      state = step.next;
    }
  }
  return lassoOf(found, property, { initial: run.initial, steps }, seen.get(encode(state)) ?? steps.length);
};
