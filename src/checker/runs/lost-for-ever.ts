/** Finds the properties of liveness that are lost on a run which comes back to an earlier state, or stays in its last one, for ever. */
import type { Model, Property } from '../model.js';
import type { Run } from '../shown/shown-run.js';

/** A run, and the index of the state to which it comes back after its last step. The index of the last state itself says that it stays there. */
export interface LassoRun<S, A> {
  readonly run: Run<S, A>;
  readonly loop: number;
}

/** Gives all states of a run, the initial one first. */
export const statesOf = <S, A>({ initial, steps }: Run<S, A>): ReadonlyArray<S> => [initial, ...steps.map(({ next }) => next)];

/** Tests that a property is broken where the states after the prefix come again for ever. */
const isBroken = <S, A>(property: Property<S, A>, states: ReadonlyArray<S>, loop: number): boolean => {
  const cycle = states.slice(loop);
  switch (property.kind) {
    case 'eventually':
      return !states.some((state) => property.holds(state));
    case 'eventuallyAlways':
      return !cycle.every((state) => property.holds(state));
    case 'leadsTo': {
      if (cycle.some((state) => property.to(state))) return false;
      const last = states.findLastIndex((state) => property.to(state));
      return states.slice(last + 1).some((state) => property.from(state));
    }
    default:
      return false;
  }
};

/** Gives the names of the lost properties. It does not test that the run is fair. */
export const lostForEver = <S, A>(model: Model<S, A>, { run, loop }: LassoRun<S, A>): ReadonlyArray<string> => {
  const states = statesOf(run);
  return model.properties.filter((property) => isBroken(property, states, loop)).map(({ name }) => name);
};
