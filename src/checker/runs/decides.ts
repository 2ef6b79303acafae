/** Tests that a state or a step decides a property of safety: breaks it, or reaches a witness. */
import type { Model, Property } from '../model.js';

/** A step of a model. */
export interface Step<S, A> {
  readonly action: A;
  readonly next: S;
}

/** Lists the steps that can be taken from a state. */
export const stepsOf = <S, A>(model: Model<S, A>, state: S): ReadonlyArray<Step<S, A>> =>
  model.actions(state).flatMap((action) => {
    const next = model.next(state, action);
    return next === undefined ? [] : [{ action, next }];
  });

/** Tests that a property is decided at the end of a run. Without `taken` the run is at its beginning. */
export const decides = <S, A>(
  model: Model<S, A>,
  property: Property<S, A>,
  state: S,
  taken?: { readonly before: S; readonly action: A },
): boolean => {
  switch (property.kind) {
    case 'always':
      return !property.holds(state);
    case 'sometimes':
      return property.holds(state);
    case 'alwaysStep':
      return taken !== undefined && !property.holds(taken.before, taken.action, state);
    case 'sometimesStep':
      return taken !== undefined && property.holds(taken.before, taken.action, state);
    case 'noDeadlock':
      return property.final?.(state) !== true && model.boundary?.(state) !== false && stepsOf(model, state).length === 0;
    default:
      return false;
  }
};

/** Gives the names of the properties of safety that are broken at the end of a run. */
export const brokenAt = <S, A>(
  model: Model<S, A>,
  state: S,
  taken?: { readonly before: S; readonly action: A },
): ReadonlyArray<string> =>
  model.properties
    .filter(({ kind }) => kind === 'always' || kind === 'alwaysStep' || kind === 'noDeadlock')
    .filter((property) => decides(model, property, state, taken))
    .map(({ name }) => name);
