/**
 * Turns a {@link ComponentModel} into a plain {@link Model} over tuples of small integers: each component's value is a number, and each local
 * step and predicate runs once for each distinct local input. A search of it is several times faster than of {@link toModel}, and the state
 * graph, which liveness needs, stays small. Safety alone is faster still by the component engine.
 */
import { toModel, waysOf } from './as-model.js';
import { call, initialStates, positionsOf, writesOf, written, type AnyOutcome, type Tuple } from './apply.js';
import { allOf, sentence } from './tuples.js';
import { remade, trust } from '../contract/guard.js';
import { merges, mergingOf, type KeyedModel, type KeyWatch } from '../contract/merging.js';
import { mustBeSeenInto } from '../values/incomparable.js';
import { oneForm } from '../values/one-form.js';
import { contractedComponents } from '../contract/validate.js';
import type { ComponentModel, ComponentProperty, Interaction, Model, Predicate, Property } from '../model.js';
import { encode } from '../values/encode.js';
import { LargeMap } from '../large-map.js';
import { remembered } from './remembered.js';
import { showSlots, slotParts } from '../shown/state.js';

// --- types -----------------------------------------------------------------------------------------------------------------

/** For each slot the number of its value. */
export type Numbers = ReadonlyArray<number>;

/** One way in which an interaction can go, with what it writes: slot positions and the numbers of the new values. */
export interface NumberedAction {
  readonly interaction: Interaction;
  readonly outcome: AnyOutcome;
  readonly writes: ReadonlyArray<readonly [position: number, id: number]>;
}

type StatePredicate = (state: Numbers) => boolean;

/** Numbers the values of each kind. */
interface Interner {
  readonly id: (kind: string, local: unknown) => number;
  readonly value: (kind: string, id: number) => unknown;
  /** Gives the first value with the key of this one, or the value itself where there is none. */
  readonly representative: (kind: string, local: unknown) => unknown;
  /** Gives a value that somebody has changed since it got its number; undefined where there is none. */
  readonly changed: () => unknown;
}

// --- numbers ---------------------------------------------------------------------------------------------------------------

const internerOf = (model: ComponentModel, merging: KeyWatch | undefined): Interner => {
  const kinds = new Map(model.slots.map(({ kind }) => [kind, { ids: new LargeMap<string, number>(), values: [] as unknown[] }]));
  const nameOf = (kind: string, local: unknown): string => model.key?.(kind, local as never) ?? encode(local);
  const id = (kind: string, local: unknown): number => {
    const { ids, values } = kinds.get(kind)!;
    const name = nameOf(kind, local);
    const known = ids.get(name);
    if (known !== undefined) {
      merging?.examine(values[known], local);
      return known;
    }
    if (model.key === undefined) mustBeSeenInto(local);
    const value = model.key === undefined ? oneForm(local) : local;
    ids.add(name, values.length);
    return values.push(value) - 1;
  };
  const representative = (kind: string, local: unknown): unknown => {
    const { ids, values } = kinds.get(kind)!;
    const known = ids.get(nameOf(kind, local));
    return known === undefined ? local : values[known];
  };
  const changed = (): unknown => {
    for (const [kind, { ids, values }] of kinds) {
      const found = values.find((local, number) => ids.get(nameOf(kind, local)) !== number);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return { id, representative, value: (kind, number) => kinds.get(kind)!.values[number], changed };
};

// --- steps -----------------------------------------------------------------------------------------------------------------

const localsOf = (
  model: ComponentModel,
  { value }: Interner,
  positions: ReadonlyArray<number>,
  state: Numbers,
): ReadonlyArray<unknown> => positions.map((at) => value(model.slots[at]!.kind, state[at]!));

const actionsOf = (model: ComponentModel, interner: Interner): Model<Numbers, NumberedAction>['actions'] => {
  const meetings = model.interactions.map((interaction) => {
    const positions = positionsOf(model)(interaction.slots);
    return remembered(positions, (state): ReadonlyArray<NumberedAction> => {
      return waysOf(interaction, localsOf(model, interner, positions, state)).map((outcome) => ({
        interaction,
        outcome,
        writes: writesOf(interaction, positions, outcome).map(
          ([at, value]) => [at, interner.id(model.slots[at]!.kind, value)] as const,
        ),
      }));
    });
  });
  return (state) => {
    const actions: NumberedAction[] = [];
    for (const meeting of meetings) for (const action of meeting(state)) actions.push(action);
    return actions;
  };
};

const next = (state: Numbers, { writes }: NumberedAction): Numbers => written(state, writes);

// --- properties ------------------------------------------------------------------------------------------------------------

const statePredicateOf =
  (model: ComponentModel, interner: Interner) =>
  ({ slots, holds }: Predicate): StatePredicate => {
    const positions = positionsOf(model)(slots);
    return remembered(positions, (state) => call(holds, localsOf(model, interner, positions, state)));
  };

const propertyOf =
  (model: ComponentModel, interner: Interner) =>
  (property: ComponentProperty): Property<Numbers, NumberedAction> =>
    sentence(property, statePredicateOf(model, interner));

// --- reductions ------------------------------------------------------------------------------------------------------------

/** Makes a function of values one of their numbers. It runs once for each. */
const onNumbers = (interner: Interner, map: (kind: string, local: never) => unknown): ((kind: string, id: number) => number) => {
  const known = new Map<string, number[]>();
  return (kind, id) => {
    let images = known.get(kind);
    if (images === undefined) known.set(kind, (images = []));
    return (images[id] ??= interner.id(kind, map(kind, interner.value(kind, id) as never)));
  };
};

const reductionsOf = (
  { slots, symmetry, normalize }: ComponentModel,
  interner: Interner,
): Pick<Model<Numbers, NumberedAction>, 'symmetry' | 'normalize'> => {
  const normal = normalize && onNumbers(interner, normalize);
  return {
    ...(symmetry === undefined
      ? {}
      : {
          symmetry: symmetry.map(({ slotTo, apply }) => {
            const imageOf = onNumbers(interner, apply);
            return (state: Numbers): Numbers => {
              const image = state.slice();
              slots.forEach(({ kind }, at) => (image[slotTo[at]!] = imageOf(kind, state[at]!)));
              return image;
            };
          }),
        }),
    ...(normal === undefined ? {} : { normalize: (state: Numbers) => state.map((id, at) => normal(slots[at]!.kind, id)) }),
  };
};

// --- the model -------------------------------------------------------------------------------------------------------------

/**
 * Gives the model of numbers, without the symmetry and the quotient of the component model: liveness is not judged under them.
 *
 * @throws CheckerError (`model`) for what is no component model.
 */
export const internedModel = (given: ComponentModel): Model<Numbers, NumberedAction> => remade(() => numbered(given, false));

/** Gives the model of numbers with its symmetry and its quotient. */
export const internedWithReductions = (given: ComponentModel): Model<Numbers, NumberedAction> =>
  remade(() => numbered(given, true));

const numbered = (given: ComponentModel, hasReductions: boolean): Model<Numbers, NumberedAction> => {
  const { model, audit } = contractedComponents(given);
  const merging = mergingOf(model);
  const interner = internerOf(model, merging);
  audit.kept.add({ isKeyed: model.key !== undefined, changed: interner.changed });
  const valuesAt = (state: Numbers): ReadonlyArray<unknown> =>
    model.slots.map(({ kind }, at) => interner.value(kind, state[at]!));
  const looks = (model.boundary ?? []).map(statePredicateOf(model, interner));
  const plain: Model<Numbers, NumberedAction> = {
    name: model.name,
    fleeting: 'its states are numbers that this process gave',
    initial: initialStates(model).map((state) => state.map((local, at) => interner.id(model.slots[at]!.kind, local))),
    actions: actionsOf(model, interner),
    next,
    label: ({ interaction }) => interaction.label,
    note: (_, { outcome }) => outcome.note,
    families: [...new Set(model.interactions.map(({ label }) => label.family))],
    properties: model.properties.map(propertyOf(model, interner)),
    fairness: ({ interaction }) => interaction.fairness,
    parts: (state) => slotParts(model, valuesAt(state)),
    ...(model.show === undefined ? {} : { show: (state: Numbers) => showSlots(model, valuesAt(state))! }),
    ...(looks.length === 0 ? {} : { boundary: allOf(looks) }),
    ...(hasReductions ? reductionsOf(model, interner) : {}),
  };
  const valued = (): KeyedModel => ({
    model: toModel(model) as unknown as Model<never, never>,
    representative: (state: Tuple) => state.map((local, at) => interner.representative(model.slots[at]!.kind, local)) as never,
  });
  return trust(merging === undefined ? plain : merges(plain, merging, valued), audit);
};
