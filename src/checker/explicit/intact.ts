/**
 * Whether the states that a search keeps are what they were when it found them. A model that changes one changes what is searched. It is looked at
 * the end, and besides as the search grows: a model that adds to a part of a state at each step has no end.
 */
import { atNoState } from '../contract/fault-location.js';
import { changed, fault } from '../contract/model-faults.js';
import type { Audit } from '../contract/audit.js';
import type { Model, Property } from '../model.js';
import { observe } from '../reduction/observation.js';
import { freeze } from '../values/freeze.js';
import type { StateStore } from './state-store.js';

/** What a search keeps. */
interface Kept<S, A> {
  readonly model: Model<S, A>;
  readonly store: StateStore<S>;
  readonly audit: Audit;
}

/** How many states there are at the first look, and how many times as many at the next: all looks together cost less than the one at the end. */
export const FIRST_LOOK = 16_384;
const GROWTH = 4;

/** States that a model was given and then changed are not what was searched. @throws CheckerError (`model`). */
export const mustBeWhole = <S, A>({ store, audit }: Pick<Kept<S, A>, 'store' | 'audit'>): void =>
  audit.quietly(() => {
    const damaged = store.damaged();
    if (damaged !== undefined) throw atNoState(changed(damaged));
  });

/** The same while a search grows. With a key of the model's it is looked at the end alone: a key that is not the same each time is found first. */
export const mustBeWholeSoFar = <S, A>(found: Kept<S, A> & { nextLook: number }): void => {
  const size = found.store.size();
  if (size < found.nextLook || found.model.key !== undefined) return;
  found.nextLook = size * GROWTH;
  mustBeWhole(found);
};

/** Finds the function that changed the state at hand: it throws when it is given the state frozen. @throws CheckerError (`model`). */
export const blame = <S, A>({ model }: Kept<S, A>, state: S, properties: ReadonlyArray<Property<S, A>>): never => {
  freeze(state);
  observe({ model, properties, witnesses: [], liveness: [] }, state, () => 0);
  throw fault('a function of the model changes the state that it is given: states are immutable values, make a new one');
};
