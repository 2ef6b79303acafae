/** Compiles a component model: names become numbers, and its slots are divided into the *group* part and the *local* positions. */
import type { AnyQuery, ComponentModel, ComponentProperty, Interaction, Predicate, Slot } from '../../model.js';
import { CheckerError } from '../../error.js';
import type { Components } from '../store/interned-values.js';

/** Says which slots make the group, and which are local positions in it. No interaction touches two local positions. */
export interface SlotLayout {
  readonly group: ReadonlyArray<number>;
  readonly locals: ReadonlyArray<number>;
  /** For each slot of the model: its place in the tuple `group` followed by `locals`. */
  readonly place: ReadonlyArray<number>;
}

/** The slots that a pure function reads, and the order of its arguments for the memo: group places first, then local positions. */
export interface Reads {
  readonly arity: number;
  readonly kinds: ReadonlyArray<number>;
  /** The indices of arguments that are group slots. */
  readonly groupArgs: ReadonlyArray<number>;
  /** The places of the group slots, in the order of `groupArgs`. */
  readonly groupPlaces: ReadonlyArray<number>;
  /** The indices of arguments that are local slots. */
  readonly localArgs: ReadonlyArray<number>;
  /** The positions (from 0) of the local slots, in the order of `localArgs`. */
  readonly localPositions: ReadonlyArray<number>;
}

/** A compiled interaction. */
export interface CompiledInteraction extends Reads {
  readonly index: number;
  readonly source: Interaction;
  readonly family: number;
  readonly writes: ReadonlyArray<boolean>;
  /** The places of the group slots that it writes, in the order of `groupArgs`. */
  readonly writtenPlaces: ReadonlyArray<number>;
  /** The local position that it touches, or -1. */
  readonly local: number;
  /** Whether it writes its local position. */
  readonly writesLocal: boolean;
  /** Its guard, if the guard reads group slots alone. */
  readonly guard: CompiledPredicate | undefined;
  readonly query: CompiledQuery | undefined;
}

/** A query with its requester and its replier. Each is the place of a group slot, or -1 for the local position. */
export interface CompiledQuery {
  readonly source: AnyQuery;
  /** Queries with the same index share what is remembered. */
  readonly index: number;
  readonly requesterKind: number;
  readonly replierKind: number;
  readonly requester: number;
  readonly replier: number;
  /** The predicate that must be true besides, where it is not the guard. */
  readonly when: CompiledPredicate | undefined;
}

/** A compiled predicate. */
export interface CompiledPredicate extends Reads {
  readonly source: Predicate;
}

export interface CompiledModel {
  readonly model: ComponentModel;
  readonly layout: SlotLayout;
  /** The kind of each place (group, then locals). */
  readonly kinds: ReadonlyArray<number>;
  readonly families: ReadonlyArray<string>;
  readonly interactions: ReadonlyArray<CompiledInteraction>;
  readonly boundary: ReadonlyArray<CompiledPredicate>;
  readonly properties: ReadonlyArray<ComponentProperty>;
}

/** Makes the layout in which these slots are local. */
export const layoutOf = (model: ComponentModel, locals: ReadonlyArray<number>): SlotLayout => {
  const group = model.slots.map((_, i) => i).filter((i) => !locals.includes(i));
  const order = [...group, ...locals];
  return { group, locals, place: model.slots.map((_, i) => order.indexOf(i)) };
};

export const slotIndices = (model: ComponentModel): ReadonlyMap<Slot<unknown>, number> => {
  const names = new Set(model.slots.map((slot) => slot.name));
  if (names.size < model.slots.length) throw new CheckerError('model', `two slots of ${model.name} have the same name`);
  return new Map(model.slots.map((slot, i) => [slot, i]));
};

/** Divides the arguments of a function, by its slots, into those in the group and those at local positions. */
const splitArguments = (
  where: string,
  slots: ReadonlyArray<Slot<unknown>>,
  indices: ReadonlyMap<Slot<unknown>, number>,
  layout: SlotLayout,
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
    kinds: slots.map((slot) => components.kindNumber(slot.kind)),
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
  layout: SlotLayout,
  components: Components,
  only?: ReadonlyArray<string>,
): CompiledModel => {
  const indices = slotIndices(model);
  const families = [...new Set(model.interactions.map((interaction) => interaction.label.family))];
  const guards = new Map<Predicate, CompiledPredicate>();
  const watchedGuard = (where: string, source: Predicate): CompiledPredicate => {
    const guard = guards.get(source) ?? compilePredicate(where, source, indices, layout, components);
    guards.set(source, guard);
    return guard;
  };
  const queryOf = numberQueries();
  const interactions = model.interactions.map((source, index): CompiledInteraction => {
    const where = nameOf(source);
    const reads = splitArguments(where, source.slots, indices, layout, components);
    const written = (arg: number): boolean => source.writes.includes(arg);
    const predicate = source.guard && watchedGuard(where, source.guard);
    // A guard that reads a local position is left out: it would cost as much as the step's own row.
    const guard = predicate?.localArgs.length === 0 ? predicate : undefined;
    // Field by field, because each place with a spread makes objects with a hidden class of its own, and these are read at every look-up.
    return {
      arity: reads.arity,
      kinds: reads.kinds,
      groupArgs: reads.groupArgs,
      groupPlaces: reads.groupPlaces,
      localArgs: reads.localArgs,
      localPositions: reads.localPositions,
      index,
      source,
      family: families.indexOf(source.label.family),
      writes: source.slots.map((_, i) => written(i)),
      writtenPlaces: reads.groupPlaces.filter((_, i) => written(reads.groupArgs[i]!)),
      local: reads.localPositions[0] ?? -1,
      writesLocal: reads.localArgs.some(written),
      guard,
      query: source.query && queryOf(source.query, reads, guard === undefined ? predicate : undefined),
    };
  });
  const kinds = [...layout.group, ...layout.locals].map((i) => components.kindNumber(model.slots[i]!.kind));
  const boundary = (model.boundary ?? []).map((source) => compilePredicate('the boundary', source, indices, layout, components));
  const properties = model.properties.filter((property) => only?.includes(property.name) ?? true);
  return { model, layout, kinds, families, interactions, boundary, properties };
};

/**
 * Numbers queries. Interactions with the same parts and the same kinds of slots have one number. A requester at a local position and one in the
 * group have different numbers, because their rows differ.
 */
const numberQueries = (): ((
  source: CompiledQuery['source'],
  reads: Reads,
  when: CompiledPredicate | undefined,
) => CompiledQuery) => {
  /** The first query of each number. */
  const known: CompiledQuery[] = [];
  const placeOf = ({ groupArgs, groupPlaces }: Reads, arg: number): number => groupPlaces[groupArgs.indexOf(arg)] ?? -1;
  return (source, reads, when) => {
    const [requester, replier] = [placeOf(reads, 0), placeOf(reads, 1)];
    const [requesterKind, replierKind] = [reads.kinds[0]!, reads.kinds[1]!];
    const like = known.find(
      (query) =>
        query.source === source &&
        query.requesterKind === requesterKind &&
        query.replierKind === replierKind &&
        (query.requester === -1) === (requester === -1),
    );
    const index = like?.index ?? known.length;
    const made = { source, index, requesterKind, replierKind, requester, replier, when };
    if (like === undefined) known.push(made);
    return made;
  };
};

/** Compiles a predicate. */
export const compilePredicate = (
  where: string,
  source: Predicate,
  indices: ReadonlyMap<Slot<unknown>, number>,
  layout: SlotLayout,
  components: Components,
): CompiledPredicate => {
  const { arity, kinds, groupArgs, groupPlaces, localArgs, localPositions } = splitArguments(
    where,
    source.slots,
    indices,
    layout,
    components,
  );
  return { arity, kinds, groupArgs, groupPlaces, localArgs, localPositions, source };
};
