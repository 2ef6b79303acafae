/** Observes a state, to see whether it is like another: its properties, whether it lies within the boundary, and its steps. */
import type { Label, Model, Property } from '../model.js';
import { predicatesOf } from '../liveness/predicates.js';
import { showLabel } from '../report.js';

/** A model, and those of its properties that are audited. */
export interface AuditedModel<S, A> {
  readonly model: Model<S, A>;
  readonly properties: ReadonlyArray<Property<S, A>>;
  /** Witnesses. A reduction that does not keep one leads to no false alarm and to no false proof. */
  readonly witnesses: ReadonlyArray<Property<S, A>>;
  /** Properties of liveness. One that a reduction does not keep is not judged. */
  readonly liveness: ReadonlyArray<Property<S, A>>;
}

interface Step<A> {
  readonly action: A;
  readonly target: number;
  /** For each property its value at the step; `undefined` where it has none. */
  readonly truths: ReadonlyArray<boolean | undefined>;
}

/** What was observed of a state. */
export interface StateObservation<A> {
  /** For each property its value, as at a step. */
  readonly truths: ReadonlyArray<boolean | undefined>;
  readonly isWithin: boolean;
  /** None beyond the boundary. */
  readonly steps: ReadonlyArray<Step<A>>;
  /** Names of the witnesses that are reached here, or by a step from here. */
  readonly reached: ReadonlyArray<string>;
  /** For each property of liveness the values of its predicates. */
  readonly predicates: ReadonlyArray<ReadonlyArray<boolean>>;
}

const ofState = <S, A>(property: Property<S, A>, state: S): boolean | undefined =>
  property.kind === 'always' || property.kind === 'sometimes' ? property.holds(state) : undefined;

const ofStep = <S, A>(property: Property<S, A>, state: S, action: A, next: S): boolean | undefined =>
  property.kind === 'alwaysStep' || property.kind === 'sometimesStep' ? property.holds(state, action, next) : undefined;

/** Says whether a state without a step may be the last. */
const ofEnd = <S, A>(property: Property<S, A>, state: S): boolean | undefined =>
  property.kind === 'noDeadlock' ? property.final?.(state) === true : undefined;

/** Observes a state. `meet` numbers the states to which its steps lead. */
export const observe = <S, A>(asked: AuditedModel<S, A>, state: S, meet: (next: S) => number): StateObservation<A> => {
  const { model, properties, witnesses, liveness } = asked;
  const reached = witnesses.filter((witness) => ofState(witness, state) === true);
  const isWithin = model.boundary?.(state) !== false;
  const steps: Step<A>[] = [];
  for (const action of isWithin ? model.actions(state) : []) {
    const next = model.next(state, action);
    if (next === undefined) continue;
    reached.push(...witnesses.filter((witness) => ofStep(witness, state, action, next) === true));
    steps.push({ action, target: meet(next), truths: properties.map((property) => ofStep(property, state, action, next)) });
  }
  const isEnd = isWithin && steps.length === 0;
  const truths = properties.map((property) => ofState(property, state) ?? (isEnd ? ofEnd(property, state) : undefined));
  const predicates = liveness.map((property) => predicatesOf(property).map((holds) => holds(state)));
  return { truths, isWithin, steps, reached: reached.map(({ name }) => name), predicates };
};

/** Gives the names of the properties that are broken in a state, or by a step from it. */
export const brokenIn = <S, A>(
  { properties }: AuditedModel<S, A>,
  { truths, steps }: StateObservation<A>,
): ReadonlyArray<string> =>
  properties.filter((_, i) => truths[i] === false || steps.some((step) => step.truths[i] === false)).map(({ name }) => name);

/** Names of the witnesses that only one of two states has, and of the properties of liveness whose predicates tell the two apart. */
export const namesTellingApart = <S, A>(
  { liveness }: AuditedModel<S, A>,
  one: Pick<StateObservation<A>, 'reached' | 'predicates'>,
  other: StateObservation<A>,
): ReadonlyArray<string> => [
  ...one.reached.filter((name) => !other.reached.includes(name)),
  ...other.reached.filter((name) => !one.reached.includes(name)),
  ...liveness
    .filter((_, i) => one.predicates[i]!.some((holds, which) => holds !== other.predicates[i]![which]))
    .map(({ name }) => name),
];

/** Names of the properties of the kind `leadsTo` whose trigger is true of a state. */
export const triggeredIn = <S, A>({ liveness }: AuditedModel<S, A>, { predicates }: StateObservation<A>): ReadonlyArray<string> =>
  liveness.filter(({ kind }, i) => kind === 'leadsTo' && predicates[i]![0] === true).map(({ name }) => name);

/** The labels of a state's steps. */
export const labelsOf = <S, A>({ model }: AuditedModel<S, A>, { steps }: StateObservation<A>): ReadonlyArray<Label> =>
  steps.map(({ action }) => model.label(action));

const stepText = <A>({ target, truths }: Step<A>, classOf: (target: number) => number): string =>
  `${classOf(target)} ${truths.join()}`;

/** Gives the steps as sorted texts. Under a symmetry each step has an image of its own. A quotient may make one step of several. */
const stepTexts = <A>(
  { steps }: StateObservation<A>,
  classOf: (target: number) => number,
  isMultiset: boolean,
): ReadonlyArray<string> => {
  const texts = steps.map((step) => stepText(step, classOf));
  return (isMultiset ? texts : [...new Set(texts)]).sort();
};

/** Gives states one text where they are alike. */
export const recordOf = <A>(observation: StateObservation<A>, classOf: (target: number) => number, isMultiset: boolean): string =>
  [observation.truths.join(), observation.isWithin, ...stepTexts(observation, classOf, isMultiset)].join('\n');

/** How targets of steps are told apart, and named to people. */
interface TargetNaming {
  readonly classOf: (target: number) => number;
  readonly text: (target: number) => string;
  readonly isMultiset: boolean;
}

/** Says in words in what a state differs from another that should be like it. */
export const differenceOf = <S, A>(
  { model, properties }: AuditedModel<S, A>,
  one: StateObservation<A>,
  other: StateObservation<A>,
  { classOf, text, isMultiset }: TargetNaming,
): string => {
  if (one.isWithin !== other.isWithin) return `only the ${one.isWithin ? 'first' : 'second'} lies within the boundary`;
  const property = properties.find(
    (_, i) => one.truths[i] !== undefined && other.truths[i] !== undefined && one.truths[i] !== other.truths[i],
  );
  if (property !== undefined) {
    const which = one.truths[properties.indexOf(property)] === true ? 'first' : 'second';
    return property.kind === 'noDeadlock'
      ? `only the ${which} may be the last, by "${property.name}"`
      : `"${property.name}" is true of the ${which} alone`;
  }
  const alone = (a: StateObservation<A>, b: StateObservation<A>): Step<A> | undefined => {
    const rest = [...stepTexts(b, classOf, isMultiset)];
    return a.steps.find((step) => {
      const at = rest.indexOf(stepText(step, classOf));
      if (at >= 0 && isMultiset) rest.splice(at, 1);
      return at < 0;
    });
  };
  const [mine, others] = [alone(one, other), alone(other, one)];
  const step = mine ?? others;
  if (step === undefined) return 'their steps are not the same';
  const [from, to] = mine === undefined ? ['second', 'first'] : ['first', 'second'];
  const like = (mine === undefined ? one : other).steps.find(({ target }) => classOf(target) === classOf(step.target));
  const at = properties.findIndex((_, i) => like !== undefined && like.truths[i] !== step.truths[i]);
  if (like !== undefined && at >= 0) {
    const [yes, no] = step.truths[at] === true ? [step, like] : [like, step];
    const [ofYes, ofNo] = step.truths[at] === true ? [from, to] : [to, from];
    const told = ({ action }: Step<A>, state: string): string => `the step ${showLabel(model.label(action))} from the ${state}`;
    return `"${properties[at]!.name}" is true of ${told(yes, ofYes)}, and not of ${told(no, ofNo)}, which leads to the like`;
  }
  return `the step ${showLabel(model.label(step.action))} leads from the ${from} to ${text(step.target)}, and no step from the ${to} does the like`;
};
