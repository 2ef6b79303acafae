/** Replaying counterexamples on the model as it stands: no search, no reduction. */
import { showState } from '#bayou/checker/shown/state.js';
import type { Model, Property } from '#bayou/checker/model.js';
import { showLabel, type Counterexample } from '#bayou/checker/report.js';

type Shown = Counterexample['initial'];

const same = (a: Shown, b: Shown): boolean =>
  Object.keys(a).length === Object.keys(b).length && Object.entries(a).every(([part, text]) => b[part] === text);

/** A way along the trace: the state it has come to, and the one and the action before. */
interface Way<S, A> {
  readonly state: S;
  readonly last?: { readonly state: S; readonly action: A };
}

const breaks = <S, A>(model: Model<S, A>, property: Property<S, A>, { state, last }: Way<S, A>): boolean => {
  switch (property.kind) {
    case 'always':
      return !property.holds(state);
    case 'alwaysStep':
      return last !== undefined && !property.holds(last.state, last.action, state);
    case 'noDeadlock':
      return model.actions(state).every((action) => model.next(state, action) === undefined) && property.final?.(state) !== true;
    default:
      return false;
  }
};

/** What is wrong with a counterexample to a safety property: a step that the model has not, or an end that breaks nothing. */
export const faultOf = <S, A>(model: Model<S, A>, trace: Counterexample, property: string): string | undefined => {
  const show = (state: S): Shown => showState(model, state);
  let ways: ReadonlyArray<Way<S, A>> = model.initial
    .filter((state) => same(show(state), trace.initial))
    .map((state) => ({ state }));
  if (ways.length === 0) return 'it begins in no initial state';
  for (const [i, step] of trace.steps.entries()) {
    ways = ways.flatMap(({ state }) =>
      model.actions(state).flatMap((action) => {
        const next = showLabel(model.label(action)) === showLabel(step.label) ? model.next(state, action) : undefined;
        return next !== undefined && same(show(next), step.state) ? [{ state: next, last: { state, action } }] : [];
      }),
    );
    if (ways.length === 0) return `the model has no step ${i + 1}, ${showLabel(step.label)}`;
  }
  const judged = model.properties.find(({ name }) => name === property);
  if (judged === undefined) return `the model has no property ${property}`;
  return ways.some((way) => breaks(model, judged, way)) ? undefined : `it does not break "${property}"`;
};
