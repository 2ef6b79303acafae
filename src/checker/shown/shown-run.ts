/** A run of a plain model, and how a report shows it. */
import type { Model } from '../model.js';
import type { Counterexample, TraceStep } from '../report.js';
import { initialOf, pictureOf } from './state.js';

/** A run of a model: the state it starts from, and each action with the state after it. */
export interface Run<S, A> {
  readonly initial: S;
  readonly steps: ReadonlyArray<{ readonly action: A; readonly next: S }>;
}

/** Gives the state at the end of a run, or `before` steps before the end. It tests no state for being null, because a state may be null. */
export const endOf = <S, A>({ initial, steps }: Run<S, A>, before = 0): S =>
  steps.length > before ? steps[steps.length - 1 - before]!.next : initial;

/** Shows a run as a report does. */
export const showRun = <S, A>(model: Model<S, A>, run: Run<S, A>, shortest: boolean, loop?: number): Counterexample => {
  let before = run.initial;
  const steps = run.steps.map(({ action, next }): TraceStep => {
    const note = model.note?.(before, action, next);
    const picture = pictureOf(model, next, { state: before });
    before = next;
    return { label: model.label(action), ...picture, ...(note === undefined ? {} : { note }) };
  });
  return { ...initialOf(pictureOf(model, run.initial)), steps, shortest, ...(loop === undefined ? {} : { loop }) };
};
