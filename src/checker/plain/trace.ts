/** Counterexamples of the plain search: from indices back to a run of the model, each step found again by taking it. */
import type { Model } from '../interface.js';
import type { StateGraph } from '../liveness/graph.js';
import type { Lasso } from '../liveness/lasso.js';
import type { Counterexample, TraceStep } from '../report.js';
import { showParts } from './encode.js';
import type { Place } from './judge.js';
import { classNumber, type Space } from './search.js';

// --- runs ------------------------------------------------------------------------------------------------------------------

/** A run of a model: the state it starts from, and each action with the state after it. */
export interface Run<S, A> {
  readonly initial: S;
  readonly steps: ReadonlyArray<{ readonly action: A; readonly next: S }>;
}

/** A run as a report shows it. */
export const showRun = <S, A>(model: Model<S, A>, run: Run<S, A>, shortest: boolean, loop?: number): Counterexample => {
  const show = model.show ?? showParts;
  let before = run.initial;
  const steps = run.steps.map(({ action, next }): TraceStep => {
    const note = model.note?.(before, action, next);
    before = next;
    return { label: model.label(action), state: show(next), ...(note === undefined ? {} : { note }) };
  });
  return { initial: show(run.initial), steps, shortest, ...(loop === undefined ? {} : { loop }) };
};

// --- from indices ----------------------------------------------------------------------------------------------------------

/** The action that leads from one stored state to another (of the class, if one is asked for). */
const actionBetween = <S, A>(found: Space<S, A>, from: S, to: number, fairness?: number): { action: A; next: S } => {
  const { model, store, classes } = found;
  for (const action of model.actions(from)) {
    const next = model.next(from, action);
    if (next === undefined || store.add(next) !== to) continue;
    const name = model.fairness?.(action);
    if (fairness === undefined || fairness === (name === undefined ? -1 : classNumber(classes, name))) return { action, next };
  }
  throw new Error(`${model.name} is not pure: a step that was taken once is not found again`);
};

const walk = <S, A>(found: Space<S, A>, path: ReadonlyArray<number>, classes?: ReadonlyArray<number>): Run<S, A> => {
  const initial = found.store.get(path[0]!);
  let state = initial;
  const steps = path.slice(1).map((index, i) => {
    const step = actionBetween(found, state, index, classes?.[i]);
    state = step.next;
    return step;
  });
  return { initial, steps };
};

const pathOf = <S, A>(found: Space<S, A>, index: number): ReadonlyArray<number> => {
  const path: number[] = [];
  for (let at = index; at >= 0; at = found.parents.at(at)) path.push(at);
  return path.reverse();
};

/** The run to the place where a property was decided. */
export const runTo = <S, A>(found: Space<S, A>, place: Place<S, A>): Run<S, A> => {
  if (place.kind === 'state') return walk(found, pathOf(found, place.index));
  const { initial, steps } = walk(found, pathOf(found, place.from));
  return { initial, steps: [...steps, { action: place.action, next: place.next }] };
};

/** A lasso as a report shows it. */
export const showLasso = <S, A>(found: Space<S, A>, graph: StateGraph, { start, prefix, cycle }: Lasso): Counterexample => {
  const edges = [...prefix, ...cycle];
  const path = [start, ...edges.map((edge) => graph.targets[edge]!)];
  const classes = edges.map((edge) => graph.classes[edge]!);
  return showRun(found.model, walk(found, path, classes), false, prefix.length);
};
