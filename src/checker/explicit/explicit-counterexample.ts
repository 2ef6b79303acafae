/** Makes counterexamples of the plain search. Indices become a run of the model, for which each step is taken again. */
import { fault } from '../contract/model-faults.js';
import { isFaultWithoutRun } from '../contract/fault-location.js';
import { closely, retaken } from '../contract/closely.js';
import type { CheckerError } from '../error.js';
import { predicatesOf } from '../liveness/predicates.js';
import type { Model, Property } from '../model.js';
import type { StateGraph } from '../liveness/state-graph.js';
import type { Lasso } from '../liveness/lasso.js';
import type { Counterexample } from '../report.js';
import type { DecidingPlace } from './explicit-judge.js';
import { onRun } from '../shown/fault-on-run.js';
import { endOf, showRun, type Run } from '../shown/shown-run.js';
import { namesOf, runTo, type ReachedState } from '../runs/run-to.js';
import type { ExplicitSpace } from './explicit-search.js';
import { starvedIn } from './starved.js';

// --- from indices ----------------------------------------------------------------------------------------------------------

/** Gives the steps from a state to states with this index (and of this fairness class, if one is given). There are none beyond the boundary. */
const stepsTo = <S, A>(
  found: ExplicitSpace<S, A>,
  from: ReachedState<S, A>,
  to: number,
  fairness?: number,
): ReadonlyArray<ReachedState<S, A>> => {
  const { model, store, classes } = found;
  if (model.boundary?.(from.state) === false) return [];
  return model.actions(from.state).flatMap((action) => {
    const state = model.next(from.state, action);
    if (state === undefined || store.add(state) !== to) return [];
    const taken = fairness === undefined || fairness === classes.number(model.fairness?.(action));
    return taken ? [{ state, by: { before: from, step: { action, next: state } } }] : [];
  });
};

/**
 * Makes a run along a path of indices, to the very state `goal` where one is given. Under symmetry, in a quotient and with hash compaction
 * several states have one index. So all states that can be reached along the path go on, and the run is the one that comes to the goal.
 */
const walk = <S, A>(
  found: ExplicitSpace<S, A>,
  path: ReadonlyArray<number>,
  goal?: S,
  classes?: ReadonlyArray<number>,
): Run<S, A> => {
  const name = namesOf(found.model);
  const distinct = (reached: ReadonlyArray<ReachedState<S, A>>): ReadonlyArray<ReachedState<S, A>> =>
    reached.length < 2 ? reached : [...new Map(reached.map((one) => [name(one.state), one])).values()];
  let level: ReadonlyArray<ReachedState<S, A>> = found.model.initial
    .filter((state) => found.store.add(state) === path[0])
    .map((state) => ({ state }));
  path.slice(1).forEach((index, i) => {
    level = distinct(level.flatMap((from) => stepsTo(found, from, index, classes?.[i])));
  });
  const end = goal === undefined ? level[0] : level.find(({ state }) => name(state) === name(goal));
  if (end === undefined) throw twoWays();
  return runTo(end);
};

const twoWays = (): CheckerError =>
  fault(
    'next, actions or fairness gives two answers for one input: a step that was taken once is not found again (a clock, Math.random, a counter …)',
  );

const pathOf = <S, A>(found: ExplicitSpace<S, A>, index: number): ReadonlyArray<number> => {
  const path: number[] = [];
  for (let at = index; at >= 0; at = found.parents.at(at)) path.push(at);
  return path.reverse();
};

/** Makes a run along a path of indices. */
export const runAlong = <S, A>(found: ExplicitSpace<S, A>, path: ReadonlyArray<number>): Run<S, A> => walk(found, path);

/** Makes the run to the place where a property was decided. */
const runToPlace = <S, A>(found: ExplicitSpace<S, A>, place: DecidingPlace<S, A>): Run<S, A> => {
  const run = walk(found, pathOf(found, place.index), place.state);
  return place.kind === 'state' ? run : { ...run, steps: [...run.steps, { action: place.action, next: place.next }] };
};

const stepsOut = <S, A>({ actions, next }: Model<S, A>, state: S): ReadonlyArray<A> =>
  actions(state).filter((action) => next(state, action) !== undefined);

/** Makes the run that is told of a property, with each of its calls repeated. @throws CheckerError (`model`) where an answer changes. */
export const decidingRun = <S, A>(
  found: ExplicitSpace<S, A>,
  { kind }: Property<S, A>,
  place: DecidingPlace<S, A>,
): Run<S, A> => {
  const { model, audit } = found;
  const run = retaken(audit, found.watch.elapsedMs(), () => runToPlace(found, place));
  if (kind === 'noDeadlock' && closely(audit, () => stepsOut(model, endOf(run))).length > 0) throw twoWays();
  return run;
};

/** Adds to a fault of the model the run to the state where it came up. */
export const faultAt = <S, A>(found: ExplicitSpace<S, A>, error: unknown, index: number, state: S | undefined): unknown => {
  if (!isFaultWithoutRun(error) || index < 0 || state === undefined) return error;
  try {
    return onRun(found.model, runToPlace(found, { kind: 'state', index, state }), error);
  } catch {
    // A model that is not pure may not reach the state again.
    return error;
  }
};

/**
 * Shows a run that goes back to its state `loop`, and breaks a property of liveness. It asks once more what the run was judged by: the
 * predicates in each state, and the steps out of the last one.
 */
export const lassoOf = <S, A>(
  { model, audit }: Pick<ExplicitSpace<S, A>, 'model' | 'audit'>,
  property: Property<S, A>,
  run: Run<S, A>,
  loop: number,
): Counterexample => {
  for (const state of [run.initial, ...run.steps.map(({ next }) => next)])
    predicatesOf(property).forEach((holds) => holds(state));
  closely(audit, () => model.boundary?.(endOf(run)) !== false && stepsOut(model, endOf(run)));
  const turns = run.steps.map(({ action, next }, i) => ({
    before: i === 0 ? run.initial : run.steps[i - 1]!.next,
    action,
    next,
  }));
  const starved = starvedIn(model, turns.slice(loop));
  return { ...showRun(model, run, false, loop), ...(starved.length === 0 ? {} : { starved }) };
};

/** Shows a lasso. */
export const showLasso = <S, A>(
  found: ExplicitSpace<S, A>,
  graph: StateGraph,
  { start, prefix, cycle }: Lasso,
  property: Property<S, A>,
): Counterexample => {
  const edges = [...prefix, ...cycle];
  const path = [start, ...edges.map((edge) => graph.targets[edge]!)];
  const classes = edges.map((edge) => graph.classes[edge]!);
  return lassoOf(found, property, walk(found, path, undefined, classes), prefix.length);
};
