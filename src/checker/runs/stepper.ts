/** Steps through a model on demand: a cursor into its state graph, for explorers. Nothing is searched ahead. */
import { A_COUNT, mustTake } from '../contract/argument-checks.js';
import { contracted } from '../contract/validate.js';
import type { Label, Model } from '../model.js';
import { showRun } from '../shown/shown-run.js';
import type { Counterexample, ShownState, TraceStep } from '../report.js';
import { showState } from '../shown/state.js';
import { runTo } from './run-to.js';

// --- types -----------------------------------------------------------------------------------------------------------------

/** A step that can be taken now. */
export interface Choice<S, A> {
  readonly action: A;
  readonly label: Label;
  readonly note?: string;
  readonly next: S;
}

/** A place on a run. Every operation gives a new one and leaves the old as it was. */
export interface Stepper<S, A> {
  readonly state: S;
  readonly shown: ShownState;
  /** How many steps were taken. */
  readonly depth: number;
  /** None beyond the model's boundary: a check judges such a state, and does not go on from it. */
  readonly choices: ReadonlyArray<Choice<S, A>>;
  /** Whether the state lies beyond the model's boundary. */
  readonly isBeyond: boolean;
  /** Names of the `always`, `alwaysStep` and `noDeadlock` properties that are broken here or by the last step. */
  readonly broken: ReadonlyArray<string>;
  /** After choice number `index`; undefined if there is none. */
  readonly take: (index: number) => Stepper<S, A> | undefined;
  /** Before the last step; undefined at the start. */
  readonly back: () => Stepper<S, A> | undefined;
  /** The last step, as a run shows it; undefined at the start. */
  readonly last: () => TraceStep | undefined;
  /** The run so far. */
  readonly trace: () => Counterexample;
}

// --- operations ------------------------------------------------------------------------------------------------------------

const choicesAt = <S, A>(model: Model<S, A>, state: S): ReadonlyArray<Choice<S, A>> =>
  model.actions(state).flatMap((action) => {
    const next = model.next(state, action);
    if (next === undefined) return [];
    const note = model.note?.(state, action, next);
    return [{ action, label: model.label(action), next, ...(note === undefined ? {} : { note }) }];
  });

/** A state, and the step that led to it from the place before. */
interface Place<S, A> {
  readonly state: S;
  readonly depth: number;
  readonly by?: { readonly before: Place<S, A>; readonly step: Choice<S, A> };
}

const lastOf = <S, A>(model: Model<S, A>, { by }: Place<S, A>): TraceStep | undefined =>
  by && showRun(model, { initial: by.before.state, steps: [by.step] }, false).steps[0];

const brokenAt = <S, A>(model: Model<S, A>, { state, by }: Place<S, A>, isStuck: boolean): ReadonlyArray<string> => {
  const isBroken = (property: Model<S, A>['properties'][number]): boolean => {
    if (property.kind === 'always') return !property.holds(state);
    if (property.kind === 'alwaysStep') return by !== undefined && !property.holds(by.before.state, by.step.action, by.step.next);
    return property.kind === 'noDeadlock' && isStuck && property.final?.(state) !== true;
  };
  return model.properties.filter(isBroken).map(({ name }) => name);
};

const at = <S, A>(model: Model<S, A>, place: Place<S, A>, before: Stepper<S, A> | undefined): Stepper<S, A> => {
  const { state, depth } = place;
  const isBeyond = model.boundary?.(state) === false;
  const choices = isBeyond ? [] : choicesAt(model, state);
  const here: Stepper<S, A> = {
    state,
    shown: showState(model, state),
    depth,
    choices,
    isBeyond,
    broken: brokenAt(model, place, choices.length === 0 && !isBeyond),
    take: (index) => {
      const step = choices[index];
      return step && at(model, { state: step.next, depth: depth + 1, by: { before: place, step } }, here);
    },
    back: () => before,
    last: () => lastOf(model, place),
    trace: () => showRun(model, runTo(place), false),
  };
  return here;
};

/** A stepper at one of the model's initial states. @throws RangeError when there is no such state, CheckerError (`model`) for what is no model. */
export const stepper = <S, A>(given: Model<S, A>, initial = 0): Stepper<S, A> => {
  const { model } = contracted(given);
  mustTake('stepper', 'initial', A_COUNT, initial);
  const state = model.initial[initial];
  if (state === undefined) throw new RangeError(`${model.name} has no initial state number ${initial}`);
  return at(model, { state, depth: 0 }, undefined);
};
