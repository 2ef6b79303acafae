/** What a property of liveness asks of single states. */
import type { Property } from '../model.js';

/** The predicates of a property, none of one that is not liveness. */
export const predicatesOf = <S, A>(property: Property<S, A>): ReadonlyArray<(state: S) => boolean> => {
  switch (property.kind) {
    case 'eventually':
    case 'eventuallyAlways':
      return [property.holds];
    case 'leadsTo':
      return [property.from, property.to];
    default:
      return [];
  }
};
