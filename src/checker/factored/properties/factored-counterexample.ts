/**
 * Makes counterexamples: a path of states that a search found (see `shortest-path.ts`) becomes a run of the model.
 *
 * Under a reduction the states of the path are representatives. The run is then taken again on the unreduced model: each step is one whose result
 * has the next representative. One exists, because permutations are automorphisms and the quotient commutes with the steps.
 */
import { type Counterexample, type TraceStep } from '../../report.js';
import { initialOf, pictureOfSlots } from '../../shown/state.js';
import type { ComponentModel, ComponentProperty, Predicate } from '../../model.js';
import {
  holdsIn,
  initialStates,
  localsAt,
  positionsOf,
  shownStep,
  writesOf,
  written,
  type AnyOutcome,
  type Tuple,
} from '../../component-model/apply.js';
import { stepWays } from '../../component-model/tuples.js';
import type { CompiledInteraction } from '../compile/compile.js';
import { CheckerError } from '../../error.js';
import { oneForm } from '../../values/one-form.js';
import type { Evidence } from './factored-judge.js';
import type { Space } from '../space.js';

const unsound = ({ key }: ComponentModel): CheckerError =>
  new CheckerError(
    'model',
    key === undefined
      ? 'a step of the reduced model has none in the unreduced one: the reduction is not sound'
      : 'a step from a value has none from another with the same key: the two are not alike, and the key takes them for one',
  );

const otherwiseBounded = ({ key }: ComponentModel): CheckerError =>
  new CheckerError(
    'model',
    `of two states that ${key === undefined ? 'the reduction' : 'the key'} takes for one, only one lies within the boundary`,
  );

/** One step on the unreduced model. */
interface Taken {
  readonly interaction: CompiledInteraction;
  readonly outcome: AnyOutcome;
  readonly values: Tuple;
}

/** Gives a value as the model gets it: in its one form, unless a key says what is equal. */
const given = ({ key }: ComponentModel, value: unknown): unknown => (key === undefined ? oneForm(value) : value);

/** Lists all steps from a state of the unreduced model, which is given by the values of its slots. */
const stepsFrom = (space: Space, values: Tuple, only?: CompiledInteraction): ReadonlyArray<Taken> => {
  const { model, interactions } = space.compiled;
  return (only === undefined ? interactions : [only]).flatMap((interaction) => {
    const { source } = interaction;
    const positions = positionsOf(model)(source.slots);
    return stepWays(source, localsAt(values, positions)).map((outcome): Taken => {
      const writes = writesOf(source, positions, outcome).map(([at, value]) => [at, given(model, value)] as const);
      return { interaction, outcome, values: written(values, writes) };
    });
  });
};

/** Gives the representative of a state of the unreduced model, by places. */
const represent = (space: Space, values: Tuple): Int32Array => {
  const { layout, kinds } = space.compiled;
  const state = Int32Array.from([...layout.group, ...layout.locals], (slot, place) =>
    space.components.intern(kinds[place]!, values[slot]),
  );
  return space.symmetry?.canonical(state) ?? state;
};

const same = (a: Int32Array, b: Int32Array): boolean => a.every((id, i) => id === b[i]);

const showStep = (model: ComponentModel, before: Tuple, { interaction, outcome, values }: Taken): TraceStep =>
  shownStep(model, interaction.source, outcome, before, values);

/**
 * Makes the counterexample (or witness) for evidence, on the unreduced model, along a path of representatives to the evidence's state. It is
 * undefined for a witness that the reduction does not keep: the run comes to a state that does not have the witness.
 */
export const traceOf = (
  space: Space,
  path: ReadonlyArray<Int32Array>,
  property: string,
  evidence: Evidence,
  shortest: boolean,
): Counterexample | undefined => {
  const { model } = space.compiled;
  const claim = model.properties.find(({ name }) => name === property);
  const initial = initialStates(model).find((state) => same(represent(space, state), path[0]!));
  if (initial === undefined) throw unsound(model);
  let values: Tuple = initial.map((value) => given(model, value));
  const steps: TraceStep[] = [];
  for (const next of path.slice(1)) {
    mustBeWithin(model, values);
    const taken = stepsFrom(space, values).find((step) => same(represent(space, step.values), next));
    if (taken === undefined) throw unsound(model);
    steps.push(showStep(model, values, taken));
    values = taken.values;
  }
  if (evidence.step !== undefined) {
    mustBeWithin(model, values);
    const last = stepsFrom(space, values).find((step) => says(step, property));
    if (last === undefined && claim?.kind === 'sometimesStep') return undefined;
    if (last === undefined) throw unsound(model);
    steps.push(showStep(model, values, last));
  } else if (claim !== undefined && !isDecidedIn(space, claim, values)) return undefined;
  return {
    ...initialOf(pictureOfSlots(model, initial)),
    steps,
    shortest,
  };
};

const standsIn = (model: ComponentModel, predicate: Predicate, values: Tuple): boolean =>
  holdsIn(predicate, positionsOf(model)(predicate.slots), values);

/**
 * Tests that a state of the unreduced model decides a property, as the state does that stands for it. No: it does not have the witness.
 * @throws CheckerError (`model`) where it does not break a property that the other state breaks.
 */
const isDecidedIn = (space: Space, property: ComponentProperty, values: Tuple): boolean => {
  const { model } = space.compiled;
  const stands = (predicate: Predicate): boolean => standsIn(model, predicate, values);
  const notKept = (why: string): CheckerError =>
    new CheckerError('model', `the reduction does not keep "${property.name}": ${why}`);
  if (property.kind === 'sometimes') return property.over.some(stands);
  if (property.kind === 'always' && property.over.every(stands)) throw notKept('it is violated in a normal form alone');
  if (property.kind !== 'noDeadlock') return true;
  mustBeWithin(model, values);
  if (property.final?.every(stands) === true) throw notKept('a state that is taken for another one may be the last');
  if (stepsFrom(space, values).length > 0) throw notKept('a state that is taken for another one has steps');
  return true;
};

/** Refuses to go on from a state beyond the boundary. The search went on from the state that stands for it. @throws CheckerError (`model`). */
const mustBeWithin = (model: ComponentModel, values: Tuple): void => {
  if (model.boundary?.every((predicate) => standsIn(model, predicate, values)) === false) throw otherwiseBounded(model);
};

const says = ({ outcome }: Taken, property: string): boolean =>
  outcome.violates?.includes(property) === true || outcome.witnesses?.includes(property) === true;
