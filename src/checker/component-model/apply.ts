/**
 * States of a {@link ComponentModel} as the values of its components, in the order of the model's slots: what a step reads of a state, what the
 * state is after the step, and how a report shows the step. All that runs a component model step by step uses this file, except the component
 * engine's search, which runs on numbers. Nothing here knows of Node.
 */
import type { ComponentModel, ComponentProperty, Interaction, Outcome, Predicate, Slot } from '../model.js';
import type { TraceStep } from '../report.js';
import { pictureOfSlots } from '../shown/state.js';

// --- types -----------------------------------------------------------------------------------------------------------------

/** The components' values, in the order of the model's slots. */
export type Tuple = ReadonlyArray<unknown>;

/** One way in which an interaction can go, whatever its slots are. */
export type AnyOutcome = Outcome<ReadonlyArray<Slot<unknown>>>;

// --- initial states --------------------------------------------------------------------------------------------------------

/** Gives the initial states of a component model, with repetitions. */
export const initialStates = ({ slots, initial = [{}] }: ComponentModel): ReadonlyArray<Tuple> =>
  initial.map((given) => slots.map((slot) => (Object.hasOwn(given, slot.name) ? given[slot.name] : slot.initial)));

// --- reading ---------------------------------------------------------------------------------------------------------------

/** Gives the positions of slots among the model's. @throws TypeError for one that the model does not declare. */
export const positionsOf =
  (model: ComponentModel) =>
  (slots: ReadonlyArray<Slot<unknown>>): ReadonlyArray<number> =>
    slots.map((wanted) => {
      const at = model.slots.findIndex(({ name }) => name === wanted.name);
      if (at < 0) throw new TypeError(`${model.name}: slot ${wanted.name} is used and not declared`);
      return at;
    });

/** Gives the values at some positions of a state. */
export const localsAt = (state: Tuple, positions: ReadonlyArray<number>): Tuple => positions.map((at) => state[at]);

/** Calls a pure function of local states. */
export const call = <T>(pure: (...locals: never) => T, locals: Tuple): T => pure(...(locals as ReadonlyArray<never> as never));

/** Evaluates a predicate in a state. `positions` are those of its slots. */
export const holdsIn = ({ holds }: Predicate, positions: ReadonlyArray<number>, state: Tuple): boolean =>
  call(holds, localsAt(state, positions));

/** Evaluates a predicate of a model in a state. */
export const standsIn = (model: ComponentModel, predicate: Predicate, state: Tuple): boolean =>
  holdsIn(predicate, positionsOf(model)(predicate.slots), state);

/** Tests that a state lies within the model's boundary. */
export const isWithin = (model: ComponentModel, state: Tuple): boolean =>
  model.boundary?.every((predicate) => standsIn(model, predicate, state)) !== false;

/** The predicates of a property over states; none of one over steps. */
export const predicatesOf = (property: ComponentProperty): ReadonlyArray<Predicate> => {
  switch (property.kind) {
    case 'alwaysStep':
    case 'sometimesStep':
      return [];
    case 'leadsTo':
      return [...property.from, ...property.to];
    case 'noDeadlock':
      return property.final ?? [];
    default:
      return property.over;
  }
};

// --- writing ---------------------------------------------------------------------------------------------------------------

/** Gives what an outcome writes: positions among the model's slots, with the new values. `positions` are those of the interaction's slots. */
export const writesOf = (
  { writes }: Interaction,
  positions: ReadonlyArray<number>,
  { next }: AnyOutcome,
): ReadonlyArray<readonly [position: number, value: unknown]> => writes.map((write) => [positions[write]!, next[write]]);

/** Gives the state after some writes. A step reads everything before it writes anything, so the order of writes does not matter. */
export const written = <V>(state: ReadonlyArray<V>, writes: ReadonlyArray<readonly [position: number, value: V]>): V[] => {
  const after = state.slice();
  for (const [at, value] of writes) after[at] = value;
  return after;
};

// --- showing ---------------------------------------------------------------------------------------------------------------

/** Shows a step as a report does: its label, its note, and the state after it. */
export const shownStep = (
  model: ComponentModel,
  { label }: Pick<Interaction, 'label'>,
  { note }: Pick<AnyOutcome, 'note'>,
  before: Tuple,
  after: Tuple,
): TraceStep => ({ label, ...(note === undefined ? {} : { note }), ...pictureOfSlots(model, after, before) });
