/** A component model with names turned into numbers, and its slots divided into the *group* part and the *local* positions. */
import type { ComponentModel, ComponentProperty, Interaction, Predicate, Slot } from '../interface.js';
import { CheckerError } from './error.js';
import type { Components } from './components.js';

/** Which slots make the group, and which are local positions inside it. No interaction touches two local positions. */
export interface Layout {
  readonly group: ReadonlyArray<number>;
  readonly locals: ReadonlyArray<number>;
  /** For each slot of the model: its place in the tuple `group` followed by `locals`. */
  readonly place: ReadonlyArray<number>;
}

/** Some slots and in which order a pure function takes them: by group places first, by local positions last, for the memo. */
export interface Reads {
  readonly arity: number;
  readonly kinds: ReadonlyArray<number>;
  /** Argument indices that are group slots, and their places. */
  readonly groupArgs: ReadonlyArray<number>;
  readonly groupPlaces: ReadonlyArray<number>;
  /** Argument indices that are local slots, and their positions (from 0). */
  readonly localArgs: ReadonlyArray<number>;
  readonly localPositions: ReadonlyArray<number>;
}

/** A compiled interaction. */
export interface Meeting extends Reads {
  readonly index: number;
  readonly source: Interaction;
  readonly family: number;
  readonly writes: ReadonlyArray<boolean>;
  /** The local position it touches, or -1. */
  readonly local: number;
  /** Its guard, where that reads group slots alone. */
  readonly guard: Watched | undefined;
}

/** A compiled predicate. */
export interface Watched extends Reads {
  readonly source: Predicate;
}

export interface Compiled {
  readonly model: ComponentModel;
  readonly layout: Layout;
  /** Of each place (group, then locals): the kind. */
  readonly kinds: ReadonlyArray<number>;
  readonly families: ReadonlyArray<string>;
  readonly meetings: ReadonlyArray<Meeting>;
  readonly boundary: ReadonlyArray<Watched>;
  readonly properties: ReadonlyArray<ComponentProperty>;
}

/** The layout in which the given slots are local. */
export const layoutOf = (model: ComponentModel, locals: ReadonlyArray<number>): Layout => {
  const group = model.slots.map((_, i) => i).filter((i) => !locals.includes(i));
  const order = [...group, ...locals];
  return { group, locals, place: model.slots.map((_, i) => order.indexOf(i)) };
};

export const slotIndices = (model: ComponentModel): ReadonlyMap<Slot<unknown>, number> => {
  const names = new Set(model.slots.map((slot) => slot.name));
  if (names.size < model.slots.length) throw new CheckerError('model', `two slots of ${model.name} have the same name`);
  return new Map(model.slots.map((slot, i) => [slot, i]));
};

/** The reads of a list of slots. */
export const readsOf = (
  where: string,
  slots: ReadonlyArray<Slot<unknown>>,
  indices: ReadonlyMap<Slot<unknown>, number>,
  layout: Layout,
  components: Components,
): Reads => {
  const places = slots.map((slot) => {
    const index = indices.get(slot);
    if (index === undefined)
      throw new CheckerError('model', `${where} names the slot ${slot.name}, which the model does not list`);
    return layout.place[index]!;
  });
  const size = layout.group.length;
  const args = slots.map((_, i) => i);
  const groupArgs = args.filter((i) => places[i]! < size);
  const localArgs = args.filter((i) => places[i]! >= size);
  return {
    arity: slots.length,
    kinds: slots.map((slot) => components.kindOf(slot.kind)),
    groupArgs,
    groupPlaces: groupArgs.map((i) => places[i]!),
    localArgs,
    localPositions: localArgs.map((i) => places[i]! - size),
  };
};

const nameOf = (interaction: Interaction): string => [interaction.label.family, ...interaction.label.args].join(' ');

/** Compiles a model for a layout. */
export const compile = (
  model: ComponentModel,
  layout: Layout,
  components: Components,
  only?: ReadonlyArray<string>,
): Compiled => {
  const indices = slotIndices(model);
  const families = [...new Set(model.interactions.map((interaction) => interaction.label.family))];
  const guards = new Map<Predicate, Watched>();
  const guardOf = (where: string, source: Predicate): Watched | undefined => {
    const guard = guards.get(source) ?? watch(where, source, indices, layout, components);
    guards.set(source, guard);
    // A guard that reads a local position is of no use: it would cost as much as the step's own row.
    return guard.localArgs.length === 0 ? guard : undefined;
  };
  const meetings = model.interactions.map((source, index): Meeting => {
    const where = nameOf(source);
    if (source.slots.length === 0) throw new CheckerError('model', `${where} has no slots`);
    if (new Set(source.slots).size < source.slots.length) throw new CheckerError('model', `${where} names a slot twice`);
    const reads = readsOf(where, source.slots, indices, layout, components);
    return {
      ...reads,
      index,
      source,
      family: families.indexOf(source.label.family),
      writes: source.slots.map((_, i) => source.writes.includes(i)),
      local: reads.localPositions[0] ?? -1,
      guard: source.guard && guardOf(where, source.guard),
    };
  });
  const kinds = [...layout.group, ...layout.locals].map((i) => components.kindOf(model.slots[i]!.kind));
  const boundary = (model.boundary ?? []).map((source) => watch('the boundary', source, indices, layout, components));
  const properties = model.properties.filter((property) => only?.includes(property.name) ?? true);
  return { model, layout, kinds, families, meetings, boundary, properties };
};

/** Compiles a predicate. */
export const watch = (
  where: string,
  source: Predicate,
  indices: ReadonlyMap<Slot<unknown>, number>,
  layout: Layout,
  components: Components,
): Watched => ({ ...readsOf(where, source.slots, indices, layout, components), source });
