/** Judges the properties of a plain model while its states and steps are found: which failed first, which was reached first, which are open. */
import type { Audit } from '../contract/audit.js';
import { mustStay } from '../contract/closely.js';
import type { Model, Property } from '../model.js';
import { isLiveness, isWitness } from '../report.js';

// --- types -----------------------------------------------------------------------------------------------------------------

/**
 * Where a property was decided: at a state, given with its index in the store, or at a step out of one (into a state that the store
 * need not have kept).
 */
export type DecidingPlace<S, A> =
  | { readonly kind: 'state'; readonly index: number; readonly state: S }
  | { readonly kind: 'step'; readonly index: number; readonly state: S; readonly action: A; readonly next: S };

/** One property and where it was decided, if it was. */
export interface JudgedProperty<S, A> {
  readonly property: Property<S, A>;
  place: DecidingPlace<S, A> | undefined;
}

export interface ExplicitJudge<S, A> {
  readonly all: ReadonlyArray<JudgedProperty<S, A>>;
  readonly liveness: ReadonlyArray<Property<S, A>>;
  /** Judges a state when it is found. */
  readonly state: (state: S, index: number) => void;
  readonly step: (state: S, index: number, action: A, next: S) => void;
  /** Judges a state that was expanded and has no step. */
  readonly stuck: (state: S, index: number) => void;
  /** Takes over where a resumed search decided a property. */
  readonly restore: (index: number, place: DecidingPlace<S, A>) => void;
  readonly violated: () => boolean;
  /** Whether every property is decided, so that nothing is left to search for. */
  readonly allDecided: () => boolean;
}

// --- operations ------------------------------------------------------------------------------------------------------------

/** Makes a judge. A property of states or steps is dropped once it is decided, so the lists of open ones shrink. */
export const judge = <S, A>(properties: ReadonlyArray<Property<S, A>>, audit: Audit | undefined): ExplicitJudge<S, A> => {
  const all = properties.map((property): JudgedProperty<S, A> => ({ property, place: undefined }));
  const liveness = properties.filter((property) => isLiveness(property.kind));
  const ofKind = (...kinds: ReadonlyArray<string>): Set<JudgedProperty<S, A>> =>
    new Set(all.filter((j) => kinds.includes(j.property.kind)));
  const onStates = ofKind('always', 'sometimes');
  const onSteps = ofKind('alwaysStep', 'sometimesStep');
  const onEnds = ofKind('noDeadlock');
  let violated = false;

  const decide = (open: Set<JudgedProperty<S, A>>, judged: JudgedProperty<S, A>, place: DecidingPlace<S, A>): void => {
    judged.place = place;
    open.delete(judged);
    if (!isWitness(judged.property.kind)) violated = true;
  };
  const state = (value: S, index: number): void => {
    for (const judged of onStates) {
      const { property } = judged;
      if (property.kind !== 'always' && property.kind !== 'sometimes') continue;
      const truth = isWitness(property.kind);
      if (property.holds(value) !== truth) continue;
      mustStay(audit, property.name, truth, () => property.holds(value));
      decide(onStates, judged, { kind: 'state', index, state: value });
    }
  };
  const step = (value: S, index: number, action: A, next: S): void => {
    for (const judged of onSteps) {
      const { property } = judged;
      if (property.kind !== 'alwaysStep' && property.kind !== 'sometimesStep') continue;
      const truth = isWitness(property.kind);
      if (property.holds(value, action, next) !== truth) continue;
      mustStay(audit, property.name, truth, () => property.holds(value, action, next));
      decide(onSteps, judged, { kind: 'step', index, state: value, action, next });
    }
  };
  const stuck = (value: S, index: number): void => {
    for (const judged of onEnds) {
      const { property } = judged;
      if (property.kind !== 'noDeadlock' || property.final?.(value) === true) continue;
      mustStay(audit, property.name, false, () => property.final?.(value) === true);
      decide(onEnds, judged, { kind: 'state', index, state: value });
    }
  };
  const restore = (index: number, place: DecidingPlace<S, A>): void => {
    const judged = all[index]!;
    const open = [onStates, onSteps, onEnds].find((set) => set.has(judged));
    if (open !== undefined) decide(open, judged, place);
  };
  const allDecided = (): boolean => onStates.size + onSteps.size + onEnds.size + liveness.length === 0;
  return { all, liveness, state, step, stuck, restore, allDecided, violated: () => violated };
};

/** Gives the first step out of a state that decides a property of steps. */
export const decidingStep = <S, A>(
  { actions, next }: Model<S, A>,
  property: Property<S, A>,
  state: S,
): { readonly action: A; readonly next: S } | undefined => {
  if (property.kind !== 'alwaysStep' && property.kind !== 'sometimesStep') return undefined;
  for (const action of actions(state)) {
    const after = next(state, action);
    if (after !== undefined && property.holds(state, action, after) === isWitness(property.kind)) return { action, next: after };
  }
  return undefined;
};
