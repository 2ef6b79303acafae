/**
 * Makes counterexamples: a path of states that a search found (see `shortest-path.ts`) becomes a run of the model.
 *
 * Under a reduction the states of the path are representatives. The run is then taken again on the unreduced model: each step is one whose result
 * has the next representative. One exists, because permutations are automorphisms and the quotient commutes with the steps.
 */
import { closely } from '../../contract/closely.js';
import { withRun } from '../../contract/fault-location.js';
import { shortened } from '../../contract/model-faults.js';
import { comparableText } from '../../contract/repeated-call.js';
import { isWitness, type Counterexample, type TraceStep } from '../../report.js';
import { text } from '../../shown/text.js';
import { initialOf, pictureOfSlots } from '../../shown/state.js';
import type { ComponentModel, ComponentProperty, Predicate } from '../../model.js';
import {
  initialStates,
  isWithin,
  localsAt,
  positionsOf,
  shownStep,
  standsIn,
  writesOf,
  written,
  type AnyOutcome,
  type Tuple,
} from '../../component-model/apply.js';
import { stepWays } from '../../component-model/tuples.js';
import type { CompiledInteraction } from '../compile/compile.js';
import { CheckerError } from '../../error.js';
import { encode } from '../../values/encode.js';
import { oneForm } from '../../values/one-form.js';
import type { Evidence } from './factored-judge.js';
import { valuesOf, type Space } from '../space.js';

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

// --- ways along a path -----------------------------------------------------------------------------------------------------

/** A state of the unreduced model on the way along a path of representatives, and how the way came to it. */
interface Way {
  readonly values: Tuple;
  readonly by?: { readonly before: Way; readonly taken: Taken };
}

/** The most ways that are followed. Several states have one representative, and the way to one of them need not decide what another one does. */
const MOST_WAYS = 200;

const nameOf = ({ key, slots }: ComponentModel, values: Tuple): string =>
  comparableText(values) ?? encode(values.map((value, at) => key?.(slots[at]!.kind, value as never)));

const distinct = (model: ComponentModel, ways: ReadonlyArray<Way>, most: number): ReadonlyArray<Way> =>
  [...new Map(ways.map((way) => [nameOf(model, way.values), way])).values()].slice(0, most);

/** Tests that a state has this representative. */
const isOf = (space: Space, values: Tuple, representative: Int32Array): boolean => same(represent(space, values), representative);

/**
 * Tests that permutations take a state to this representative, one after another. Where those of the search are no group, the states of an orbit have
 * several representatives. A state on the unreduced model may then have another one than the path, and the steps of the two lead to states of one
 * orbit all the same.
 */
const isInOrbit = (space: Space, values: Tuple, representative: Int32Array): boolean => {
  const state = represent(space, values);
  for (const image of space.symmetry?.orbitOf(state) ?? [state]) if (same(image, representative)) return true;
  return false;
};

/** Gives one step further to the representative `next`. Where `most` is 1, the first step will do. */
const further = (space: Space, from: Way, next: Int32Array, most: number, is: typeof isOf): ReadonlyArray<Way> => {
  const leads = ({ values }: Taken): boolean => is(space, values, next);
  const steps = stepsFrom(space, from.values);
  const taken = most === 1 ? [steps.find(leads)].filter((step) => step !== undefined) : steps.filter(leads);
  return taken.map((step) => ({ values: step.values, by: { before: from, taken: step } }));
};

/** Follows a path of representatives by at most `most` ways. @throws CheckerError (`model`) where the unreduced model has none. */
const waysAlong = (space: Space, path: ReadonlyArray<Int32Array>, most: number, is = isOf): ReadonlyArray<Way> => {
  const { model } = space.compiled;
  const begins = initialStates(model).filter((state) => is(space, state, path[0]!));
  const all = begins.map((state): Way => ({ values: state.map((value) => given(model, value)) }));
  let ways = distinct(model, all, most);
  for (const next of path.slice(1)) {
    const inside = ways.filter(({ values }) => isWithin(model, values));
    if (ways.length > 0 && inside.length === 0) throw otherwiseBounded(model);
    const on = inside.flatMap((way) => further(space, way, next, most, is));
    ways = most === 1 ? on : distinct(model, on, most);
  }
  if (ways.length === 0) throw unsound(model);
  return ways;
};

/** Gives the same, or nothing where the unreduced model has no such way. */
const triedAlong = (space: Space, path: ReadonlyArray<Int32Array>, most: number, is = isOf): ReadonlyArray<Way> => {
  try {
    return waysAlong(space, path, most, is);
  } catch (error) {
    if (error instanceof CheckerError) return [];
    throw error;
  }
};

const traceAlong = (space: Space, end: Way, last: Taken | undefined, shortest: boolean): Counterexample => {
  const { model } = space.compiled;
  const steps: TraceStep[] = last === undefined ? [] : [showStep(model, end.values, last)];
  let at = end;
  for (; at.by !== undefined; at = at.by.before) steps.push(showStep(model, at.by.before.values, at.by.taken));
  return { ...initialOf(pictureOfSlots(model, at.values)), steps: steps.reverse(), shortest };
};

// --- counterexamples -------------------------------------------------------------------------------------------------------

/** What decides a property at the end of a way: a step besides, or the state itself. */
type Deciding = { readonly last?: Taken } | undefined;

const decidingAt = (
  space: Space,
  property: string,
  claim: ComponentProperty | undefined,
  { step }: Evidence,
  end: Way,
): Deciding => {
  const { model } = space.compiled;
  if (step === undefined) return claim === undefined || isDecidedIn(space, claim, end.values) ? {} : undefined;
  const last = isWithin(model, end.values) ? stepsFrom(space, end.values).find((taken) => says(taken, property)) : undefined;
  return last && { last };
};

/**
 * Makes the counterexample (or witness) for evidence, on the unreduced model, along a path of representatives to the evidence's state. It is
 * undefined for a witness that the reduction does not keep: the run comes to a state that does not have the witness.
 *
 * @throws CheckerError (`model`), with a run, where the representative breaks the property, and no state does to which the path leads.
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
  const ofFirst = (ways: ReadonlyArray<Way>): Counterexample | undefined => {
    for (const end of ways) {
      const deciding = closely(space.audit, () => decidingAt(space, property, claim, evidence, end));
      if (deciding !== undefined) return traceAlong(space, end, deciding.last, shortest);
    }
    return undefined;
  };
  const quick = ofFirst(triedAlong(space, path, 1));
  if (quick !== undefined || (claim !== undefined && isWitness(claim.kind))) return quick;
  const found = ofFirst(triedAlong(space, path, MOST_WAYS));
  if (found !== undefined) return found;
  const isOpen = path.some((state) => space.symmetry?.isOpenAt(state));
  const inOrbits = isOpen ? ofFirst(triedAlong(space, path, MOST_WAYS, isInOrbit)) : undefined;
  return inOrbits ?? notKept(space, waysAlong(space, path, MOST_WAYS)[0]!, path.at(-1)!, property, evidence, claim);
};

/** Tests that a state of the unreduced model decides a property, as the state does that stands for it. */
const isDecidedIn = (space: Space, property: ComponentProperty, values: Tuple): boolean => {
  const { model } = space.compiled;
  const stands = (predicate: Predicate): boolean => standsIn(model, predicate, values);
  if (property.kind === 'sometimes') return property.over.some(stands);
  if (property.kind === 'always') return !property.over.every(stands);
  if (property.kind !== 'noDeadlock') return true;
  if (!isWithin(model, values) || property.final?.every(stands) === true) return false;
  const goesOn = stepsFrom(space, values).length > 0;
  return !goesOn;
};

/** Says in what a state differs from the one that stands for it, which breaks the property. */
const differenceOf = (
  space: Space,
  values: Tuple,
  property: string,
  { step }: Evidence,
  claim: ComponentProperty | undefined,
): string => {
  const { model } = space.compiled;
  if (!isWithin(model, values)) return 'only the second lies within the boundary';
  if (step !== undefined) return `only from the second a step breaks "${property}"`;
  if (claim?.kind !== 'noDeadlock') return `"${property}" is true of the first alone`;
  const isLast = claim.final?.every((predicate) => standsIn(model, predicate, values)) === true;
  return isLast ? `"${property}" lets only the first be the last` : 'only the first has steps';
};

/** Refuses a reduction: the state at the end of a way and its representative, which breaks a property alone. */
const notKept = (
  space: Space,
  end: Way,
  representative: Int32Array,
  property: string,
  evidence: Evidence,
  claim: ComponentProperty | undefined,
): never => {
  const { model } = space.compiled;
  const [one, two] = [end.values, valuesOf(space, representative)].map((values) =>
    shortened(text(pictureOfSlots(model, values).state)),
  );
  const by = model.key === undefined ? 'reduction' : 'key';
  const difference = differenceOf(space, end.values, property, evidence, claim);
  throw withRun(
    new CheckerError('model', `${one} and ${two} are one state to the ${by}, and the two are not alike: ${difference}`),
    traceAlong(space, end, undefined, false),
  );
};

const says = ({ outcome }: Taken, property: string): boolean =>
  outcome.violates?.includes(property) === true || outcome.witnesses?.includes(property) === true;
