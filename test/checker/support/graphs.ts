import type { Fairness, Model, Property } from '#bayou/checker/model.js';

/** An edge: from, to, and its fairness class. */
export type Edge = readonly [from: number, to: number, fairness?: Fairness];

/** A model that is a small graph with named edges; state 0 is the initial one. */
export const graphModel = (
  edges: ReadonlyArray<Edge>,
  properties: ReadonlyArray<Property<number, Edge>>,
): Model<number, Edge> => ({
  name: 'graph',
  initial: [0],
  actions: (state) => edges.filter(([from]) => from === state),
  next: (_, [, to]) => to,
  label: ([from, to]) => ({ family: 'go', args: [from, to] }),
  fairness: ([, , fairness]) => fairness,
  properties,
});
