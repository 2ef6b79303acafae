/** Finds the properties of liveness that a run breaks which comes back to an earlier state, or stays in its last one, for ever. */
import { isStrong, nameOf } from '../liveness/fairness.js';
import type { Model } from '../model.js';
import { encode } from '../values/encode.js';
import { stepsOf } from './decides.js';
import { lostForEver, statesOf, type LassoRun } from './lost-for-ever.js';

/** Gives a model's name of a state: states with one name are one. */
export const keyOf = <S, A>(model: Model<S, A>): ((state: S) => string) => model.key ?? encode;

/** Tests that no step changes a state: only there a run stays for ever. */
export const isStill = <S, A>(model: Model<S, A>, state: S): boolean => {
  const key = keyOf(model);
  return stepsOf(model, state).every(({ next }) => key(next) === key(state));
};

/** Gives the fairness classes of steps that can be taken in a state and change it: by name, whether they are strong. */
export const classesAt = <S, A>(model: Model<S, A>, state: S): ReadonlyMap<string, boolean> => {
  const key = keyOf(model);
  const found = new Map<string, boolean>();
  for (const { action, next } of stepsOf(model, state)) {
    const fairness = model.fairness?.(action);
    if (fairness !== undefined && key(next) !== key(state)) found.set(nameOf(fairness), isStrong(fairness));
  }
  return found;
};

/** Tests that no class is starved for ever which fairness says is taken. */
const isFair = <S, A>(model: Model<S, A>, { run, loop }: LassoRun<S, A>): boolean => {
  const key = keyOf(model);
  const states = statesOf(run);
  const taken = new Set(
    run.steps.slice(loop).flatMap(({ action, next }, i) => {
      const fairness = model.fairness?.(action);
      return fairness === undefined || key(next) === key(states[loop + i]!) ? [] : [nameOf(fairness)];
    }),
  );
  const cycle = states.slice(loop);
  const enabled = cycle.map((state) => classesAt(model, state));
  const isStarved = ([name, strong]: readonly [string, boolean]): boolean =>
    !taken.has(name) && (strong || enabled.every((classes) => classes.has(name)));
  return !enabled.some((classes) => [...classes].some(isStarved));
};

/**
 * Gives the names of the properties of liveness that the run breaks. There are none where the run is unfair: the model does not say that it can
 * go on so.
 */
export const brokenForEver = <S, A>(model: Model<S, A>, lasso: LassoRun<S, A>): ReadonlyArray<string> =>
  isFair(model, lasso) ? lostForEver(model, lasso) : [];
