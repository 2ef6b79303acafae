/**
 * Compares the states that a search keeps with their forms when the search found them. A model that changes a kept state changes the space that is
 * searched. The search compares them at its end. It also compares them as it grows, because a model that adds to a part of a state at each step
 * has no end.
 */
import { atNoState } from '../contract/fault-location.js';
import { changed, fault } from '../contract/model-faults.js';
import type { Audit } from '../contract/audit.js';
import type { Model, Property } from '../model.js';
import { observe } from '../reduction/observation.js';
import { freeze } from '../values/freeze.js';
import type { StateStore } from './state-store.js';

/** The model, the store and the audit of a search. */
interface Kept<S, A> {
  readonly model: Model<S, A>;
  readonly store: StateStore<S>;
  readonly audit: Audit;
}

/**
 * The first look comes at `FIRST_LOOK` states, and each later one when the states have grown `GROWTH` times. So the looks while the search grows cost
 * less together than the one at its end.
 */
export const FIRST_LOOK = 16_384;
const GROWTH = 4;

/**
 * Refuses a model that changed a state in the store, or a value whose number is in a state. `isKeyed` says whether it looks at those that have a key of
 * the model, or at the others.
 *
 * @throws CheckerError (`model`) that names the change.
 */
export const mustBeWhole = <S, A>({ model, store, audit }: Kept<S, A>, isKeyed: boolean): void =>
  audit.quietly(() => {
    const damaged = (isKeyed === (model.key !== undefined) ? store.damaged() : undefined) ?? audit.kept.changed(isKeyed);
    if (damaged !== undefined) throw atNoState(changed(damaged));
  });

/**
 * Calls {@link mustBeWhole} when the store has `nextLook` states or more. What has a key of the model is looked at when its search ends, and not here: a
 * key that changes from call to call is found first then.
 */
export const mustBeWholeSoFar = <S, A>(found: Kept<S, A> & { nextLook: number }): void => {
  const size = found.store.size();
  if (size < found.nextLook || found.model.key !== undefined) return;
  found.nextLook = size * GROWTH;
  mustBeWhole(found, false);
};

/**
 * Finds the function of the model that changed `state`: a function that changes its argument throws when the state is frozen.
 *
 * @throws CheckerError (`model`) in every case, and names the function where it can.
 */
export const blame = <S, A>({ model }: Kept<S, A>, state: S, properties: ReadonlyArray<Property<S, A>>): never => {
  freeze(state);
  observe({ model, properties, witnesses: [], liveness: [] }, state, () => 0);
  throw fault('a function of the model changes the state that it is given: states are immutable values, make a new one');
};
