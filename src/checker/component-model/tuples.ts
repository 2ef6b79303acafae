/**
 * The states of a {@link ComponentModel} as tuples of its components' values, and its functions on them. Nothing here knows of Node, so an
 * explorer in a browser can use it too.
 */
import type { ComponentModel, ComponentProperty, Interaction, Model, Predicate, Property } from '../model.js';
import { optional } from '../optional.js';
import { showSlots, slotParts } from '../shown/state.js';
import { call, holdsIn, initialStates, localsAt, positionsOf, writesOf, written, type AnyOutcome, type Tuple } from './apply.js';

// --- types -----------------------------------------------------------------------------------------------------------------

/** One way in which an interaction can go in some state. */
export interface ComponentAction {
  readonly interaction: Interaction;
  /** Which of the interaction's outcomes this is. */
  readonly way: number;
  readonly outcome: AnyOutcome;
}

type StatePredicate = (state: Tuple) => boolean;

// --- steps -----------------------------------------------------------------------------------------------------------------

/** Runs an interaction's step on the local states of its slots: the ways in which it may go. */
export type StepFunction = (interaction: Interaction, locals: Tuple) => ReadonlyArray<AnyOutcome>;

/** Gives the ways as they are. {@link toModel} also tests that there are none where the guard is false. */
export const stepWays: StepFunction = ({ step }, locals) => call(step, locals);

const actionsOf = (model: ComponentModel, ways: StepFunction): Model<Tuple, ComponentAction>['actions'] => {
  const positions = new Map(model.interactions.map((interaction) => [interaction, positionsOf(model)(interaction.slots)]));
  return (state) =>
    model.interactions.flatMap((interaction) =>
      ways(interaction, localsAt(state, positions.get(interaction)!)).map((outcome, way) => ({ interaction, way, outcome })),
    );
};

const nextOf = (model: ComponentModel): Model<Tuple, ComponentAction>['next'] => {
  const positions = new Map(model.interactions.map((interaction) => [interaction, positionsOf(model)(interaction.slots)]));
  return (state, { interaction, outcome }) => written(state, writesOf(interaction, positions.get(interaction)!, outcome));
};

// --- properties ------------------------------------------------------------------------------------------------------------

const statePredicateOf =
  (model: ComponentModel) =>
  (predicate: Predicate): StatePredicate => {
    const positions = positionsOf(model)(predicate.slots);
    return (state) => holdsIn(predicate, positions, state);
  };

type Holds<S> = (state: S) => boolean;

/** Are all of the predicates true of a state? */
export const allOf =
  <S>(each: ReadonlyArray<Holds<S>>): Holds<S> =>
  (state) =>
    each.every((holds) => holds(state));

const someOf =
  <S>(each: ReadonlyArray<Holds<S>>): Holds<S> =>
  (state) =>
    each.some((holds) => holds(state));

/**
 * Makes the plain property of a component property, for any states that have the components' values and any actions that have an outcome.
 * `predicateOf` makes a predicate of states.
 */
export const sentence = <S, A extends { readonly outcome: AnyOutcome }>(
  property: ComponentProperty,
  predicateOf: (predicate: Predicate) => Holds<S>,
): Property<S, A> => {
  const all = (predicates: ReadonlyArray<Predicate>): Holds<S> => allOf(predicates.map(predicateOf));
  const { name, rule, impossible } = property;
  const named = { name, ...(rule === undefined ? {} : { rule }), ...(impossible === undefined ? {} : { impossible }) };
  switch (property.kind) {
    case 'always':
    case 'eventually':
    case 'eventuallyAlways':
      return { ...named, kind: property.kind, holds: all(property.over) };
    case 'sometimes':
      return { ...named, kind: 'sometimes', holds: someOf(property.over.map(predicateOf)) };
    case 'alwaysStep':
      return { ...named, kind: 'alwaysStep', holds: (_, { outcome }) => outcome.violates?.includes(name) !== true };
    case 'sometimesStep':
      return { ...named, kind: 'sometimesStep', holds: (_, { outcome }) => outcome.witnesses?.includes(name) === true };
    case 'leadsTo':
      return { ...named, kind: 'leadsTo', from: all(property.from), to: all(property.to) };
    case 'noDeadlock':
      return { ...named, kind: 'noDeadlock', ...(property.final === undefined ? {} : { final: all(property.final) }) };
  }
};

const propertyOf =
  (model: ComponentModel) =>
  (property: ComponentProperty): Property<Tuple, ComponentAction> =>
    sentence(property, statePredicateOf(model));

// --- the rest --------------------------------------------------------------------------------------------------------------

const perSlot = (model: ComponentModel, state: Tuple, f: (kind: string, local: never) => unknown): Tuple =>
  model.slots.map(({ kind }, at) => f(kind, state[at] as never));

const symmetryOf = (model: ComponentModel): ReadonlyArray<(state: Tuple) => Tuple> | undefined =>
  model.symmetry?.map(({ slotTo, apply }) => (state) => {
    const image = [...state];
    model.slots.forEach(({ kind }, at) => (image[slotTo[at]!] = apply(kind, state[at] as never)));
    return image;
  });

/** Draws a part of a state, which is a slot, as its kind is drawn. */
const viewOf = ({ slots, view }: ComponentModel): Model<Tuple, ComponentAction>['view'] => {
  if (view === undefined) return undefined;
  const kinds = new Map(slots.map(({ kind, name }) => [name, kind]));
  return (part, value) => view(kinds.get(part) ?? part, value as never);
};

/**
 * Gives the plain model of a component model. Interactions read the state before the step and write together, so the order of slots does not
 * matter.
 */
export const tupleModel = (model: ComponentModel, ways: StepFunction = stepWays): Model<Tuple, ComponentAction> => {
  const { boundary, key, normalize } = model;
  return {
    name: model.name,
    initial: initialStates(model),
    actions: actionsOf(model, ways),
    next: nextOf(model),
    label: ({ interaction }) => interaction.label,
    note: (_, { outcome }) => outcome.note,
    families: [...new Set(model.interactions.map(({ label }) => label.family))],
    properties: model.properties.map(propertyOf(model)),
    fairness: ({ interaction }) => interaction.fairness,
    parts: (state) => slotParts(model, state),
    ...optional('view', viewOf(model)),
    ...optional('show', model.show && ((state: Tuple) => showSlots(model, state)!)),
    ...optional('boundary', boundary && allOf(boundary.map(statePredicateOf(model)))),
    ...optional('key', key && ((state: Tuple) => JSON.stringify(perSlot(model, state, key)))),
    ...optional('symmetry', symmetryOf(model)),
    ...optional('normalize', normalize && ((state: Tuple) => perSlot(model, state, normalize))),
  };
};
