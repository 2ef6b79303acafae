/** Makes a run of states that know the step by which they were reached. */
import { comparableText } from '../contract/repeated-call.js';
import type { Model } from '../model.js';
import { encode } from '../values/encode.js';
import type { Run } from '../shown/shown-run.js';
import type { Step } from './decides.js';

/** A state, and the step that led to it from another one; an initial state has no step. */
export interface ReachedState<S, A> {
  readonly state: S;
  readonly by?: { readonly before: ReachedState<S, A>; readonly step: Step<S, A> };
}

/** Gives the run to a state. */
export const runTo = <S, A>(end: ReachedState<S, A>): Run<S, A> => {
  const steps: Step<S, A>[] = [];
  let at = end;
  for (; at.by !== undefined; at = at.by.before) steps.push(at.by.step);
  return { initial: at.state, steps: steps.reverse() };
};

/** Gives names to the states of a model. A key may take different states for one; their names tell them apart where they can be seen into. */
export const namesOf = <S, A>({ key }: Model<S, A>): ((state: S) => string) =>
  key === undefined ? encode : (state) => comparableText(state) ?? key(state);
