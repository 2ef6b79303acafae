/** Takes a component model as it is when a search is begun: what its owner changes while the search runs is no matter of it. */
import type { AnyQuery, ComponentModel, ComponentProperty, Interaction, Predicate, Slot } from '../model.js';
import { ownFields } from './guard.js';
import type { KeptValues } from './kept-values.js';
import { comparableText } from './repeated-call.js';

/** All fields of a component model. Each is read once. */
const FIELDS = [
  ...(['name', 'slots', 'initial', 'interactions', 'properties', 'boundary', 'key', 'show', 'view', 'progress'] as const),
  ...(['symmetry', 'normalize'] as const),
];

/** Makes a function copy each object once, so that what is shared stays shared. */
const copying = <T extends object>(copy: (one: T) => T): ((one: T) => T) => {
  const copies = new Map<T, T>();
  return (one) => {
    const copied = copies.get(one) ?? copy(one);
    copies.set(one, copied);
    return copied;
  };
};

type CopyPredicate = (predicate: Predicate) => Predicate;

const propertyNow = (property: ComponentProperty, copy: CopyPredicate): ComponentProperty => {
  switch (property.kind) {
    case 'alwaysStep':
    case 'sometimesStep':
      return { ...property };
    case 'leadsTo':
      return { ...property, from: property.from.map(copy), to: property.to.map(copy) };
    case 'noDeadlock':
      return { ...property, ...(property.final === undefined ? {} : { final: property.final.map(copy) }) };
    default:
      return { ...property, over: property.over.map(copy) };
  }
};

/** Gives a component model as it is now. Its functions are called as those of the given model. */
export const componentsNow = (given: ComponentModel): ComponentModel => {
  const model: ComponentModel = { ...given, ...ownFields(given, FIELDS) };
  const slotOf = copying<Slot<unknown>>((slot) => ({ ...slot }));
  const predicateOf = copying<Predicate>((predicate) => ({ ...predicate, slots: predicate.slots.map(slotOf) }));
  const queryOf = copying<AnyQuery>((query) => ({ ...query }));
  const { initial, boundary, symmetry } = model;
  return {
    ...model,
    slots: model.slots.map(slotOf),
    interactions: model.interactions.map(({ guard, query, fairness, ...interaction }): Interaction => ({
      ...interaction,
      label: { ...interaction.label, args: [...interaction.label.args] },
      slots: interaction.slots.map(slotOf),
      writes: [...interaction.writes],
      ...(fairness === undefined ? {} : { fairness: typeof fairness === 'string' ? fairness : { ...fairness } }),
      ...(guard === undefined ? {} : { guard: predicateOf(guard) }),
      ...(query === undefined ? {} : { query: queryOf(query) }),
    })),
    properties: model.properties.map((property) => propertyNow(property, predicateOf)),
    ...(initial === undefined ? {} : { initial: initial.map((values) => ({ ...values })) }),
    ...(boundary === undefined ? {} : { boundary: boundary.map(predicateOf) }),
    ...(symmetry === undefined ? {} : { symmetry: symmetry.map((one) => ({ ...one, slotTo: [...one.slotTo] })) }),
  };
};

/** Keeps the initial values of a model in sight. A value is no copy, because a model may tell it from its copy, and is then refused. */
export const initialValues = ({ slots, initial = [] }: ComponentModel): KeptValues => {
  const values = [...slots.map((slot) => slot.initial), ...initial.flatMap((given) => Object.values(given))];
  const texts = values.map(comparableText);
  return { isKeyed: false, changed: () => values.find((value, i) => comparableText(value) !== texts[i]) };
};
