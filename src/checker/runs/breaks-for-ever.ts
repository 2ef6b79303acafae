/** Which properties of liveness a run breaks that comes back to where it was, or stays where it is, for ever. */
import { isStrong, nameOf } from '../liveness/fairness.js';
import type { Model } from '../model.js';
import { encode } from '../values/encode.js';
import { stepsOf } from './decides.js';
import { lostForEver, statesOf, type Lasso } from './lost-for-ever.js';

const keyOf = <S, A>(model: Model<S, A>): ((state: S) => string) => model.key ?? encode;

/** Whether nothing can be done in a state that changes it: only there a run stays. */
export const isStill = <S, A>(model: Model<S, A>, state: S): boolean => {
  const key = keyOf(model);
  return stepsOf(model, state).every(({ next }) => key(next) === key(state));
};

/** The fairness classes of steps that can be done in a state and change it: by name, whether they are strong. */
const classesAt = <S, A>(model: Model<S, A>, state: S): ReadonlyMap<string, boolean> => {
  const key = keyOf(model);
  const found = new Map<string, boolean>();
  for (const { action, next } of stepsOf(model, state)) {
    const fairness = model.fairness?.(action);
    if (fairness !== undefined && key(next) !== key(state)) found.set(nameOf(fairness), isStrong(fairness));
  }
  return found;
};

/** Whether no class is left undone for ever that fairness says is done. */
const isFair = <S, A>(model: Model<S, A>, { run, loop }: Lasso<S, A>): boolean => {
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

/** Names of the properties of liveness that the run breaks. None where it is unfair: the model does not say that it can go on so. */
export const brokenForEver = <S, A>(model: Model<S, A>, lasso: Lasso<S, A>): ReadonlyArray<string> =>
  isFair(model, lasso) ? lostForEver(model, lasso) : [];
