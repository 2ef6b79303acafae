/**
 * The whole graph of a model, found by brute force: a set of states' texts, and a list of the states that are not expanded yet. The oracle knows the
 * checker's interface (its types) and nothing else of the checker.
 */
import type { ComponentModel, Model, Predicate, Slot } from '#bayou/checker/model.js';
import { canon } from './text.js';

// --- types -----------------------------------------------------------------------------------------------------------------

type Property = Model<unknown, unknown>['properties'][number];

/** A property of states or steps, for models of either interface. */
export interface OracleClaim {
  readonly name: string;
  readonly kind: Property['kind'];
  /** `always`, `sometimes`, `eventually`, `eventuallyAlways`. */
  readonly holds: (state: unknown) => boolean;
  /** `leadsTo`. */
  readonly from: (state: unknown) => boolean;
  readonly to: (state: unknown) => boolean;
  /** `noDeadlock`. */
  readonly isFinal: (state: unknown) => boolean;
}

/** A fairness class as the model gives it. */
export interface OracleFairness {
  readonly name: string;
  readonly isStrong: boolean;
}

/** One way from a state to another. */
export interface OracleMove {
  readonly next: unknown;
  readonly label: string;
  readonly family: string;
  readonly note: string | undefined;
  readonly fairness: OracleFairness | undefined;
  /** Names of the step properties that `holds` is true of. */
  readonly holds: ReadonlySet<string>;
}

/** A model of either interface, in the form that the oracle uses. */
export interface OracleModel {
  /** The progress of the state, or of each component, with the name of what has it: values of one name are one to the model's key. */
  readonly progress: (state: unknown) => ReadonlyArray<readonly [name: string | undefined, progress: number]>;
  readonly initial: ReadonlyArray<unknown>;
  readonly moves: (state: unknown) => ReadonlyArray<OracleMove>;
  readonly isWithin: (state: unknown) => boolean;
  readonly claims: ReadonlyArray<OracleClaim>;
  readonly families: ReadonlyArray<string>;
  /** A state as a trace shows it; undefined: the checker decides how. */
  readonly show: ((state: unknown) => Readonly<Record<string, string>>) | undefined;
  readonly permutations: ReadonlyArray<(state: unknown) => unknown>;
  readonly normalize: ((state: unknown) => unknown) | undefined;
  /** The model's key, which is equal for states that the model takes for one; undefined: the model has no key. */
  readonly key: ((state: unknown) => string) | undefined;
  /** The interactions of a component model: the label, and whether the interaction is enabled in a state. */
  readonly enabled: ReadonlyArray<{ readonly label: string; readonly family: string; readonly in: (state: unknown) => boolean }>;
}

export interface StateArc extends OracleMove {
  readonly to: StateNode;
}

export interface StateNode {
  readonly text: string;
  readonly state: unknown;
  /** The fewest steps from an initial state. */
  readonly depth: number;
  readonly isWithin: boolean;
  /** The steps from the state; none beyond the boundary. */
  readonly arcs: StateArc[];
}

export interface OracleGraph {
  readonly model: OracleModel;
  /** The nodes by their states' texts, in breadth-first order. */
  readonly nodes: ReadonlyMap<string, StateNode>;
  /** The initial nodes, without repetitions. */
  readonly initial: ReadonlyArray<StateNode>;
}

// --- machines --------------------------------------------------------------------------------------------------------------

const never = (): boolean => false;
const unasked = { holds: never, from: never, to: never, isFinal: never };

const fairnessOf = (fairness: unknown): OracleFairness | undefined => {
  if (fairness === undefined) return undefined;
  if (typeof fairness === 'string') return { name: fairness, isStrong: false };
  const {
    name,
    class: named,
    strong,
  } = fairness as { readonly name?: string; readonly class?: string; readonly strong?: unknown };
  return { name: name ?? named ?? '', isStrong: strong !== undefined && strong !== false };
};

const textOfLabel = ({ family, args }: { readonly family: string; readonly args: ReadonlyArray<string | number> }): string =>
  [family, ...args].join(' ');

/** A plain model. */
export const plainOracle = (model: Model<unknown, unknown>): OracleModel => {
  const onSteps = model.properties.filter((p) => p.kind === 'alwaysStep' || p.kind === 'sometimesStep');
  const moves = (state: unknown): ReadonlyArray<OracleMove> => {
    const found: OracleMove[] = [];
    for (const action of model.actions(state)) {
      const next = model.next(state, action);
      if (next === undefined) continue;
      const label = model.label(action);
      const holding = onSteps.filter((p) => p.holds(state, action, next)).map(({ name }) => name);
      found.push({
        next,
        label: textOfLabel(label),
        family: label.family,
        note: model.note?.(state, action, next),
        fairness: fairnessOf(model.fairness?.(action)),
        holds: new Set(holding),
      });
    }
    return found;
  };
  const claim = (property: Property): OracleClaim => {
    const { name, kind } = property;
    if (kind === 'leadsTo') return { ...unasked, name, kind, from: property.from, to: property.to };
    if (kind === 'noDeadlock') return { ...unasked, name, kind, isFinal: property.final ?? never };
    if (kind === 'alwaysStep' || kind === 'sometimesStep') return { ...unasked, name, kind };
    return { ...unasked, name, kind, holds: property.holds };
  };
  return {
    progress: (state) => (model.progress === undefined ? [] : [[model.key?.(state), model.progress(state)]]),
    initial: model.initial,
    moves,
    isWithin: model.boundary ?? (() => true),
    claims: model.properties.map(claim),
    families: model.families ?? [],
    show: model.show,
    permutations: model.symmetry ?? [],
    normalize: model.normalize,
    key: model.key,
    enabled: [],
  };
};

type Locals = ReadonlyArray<unknown>;

/** A component model: a state is the array of its slots' values. Guards are no part of it, since they change no result. */
// eslint-disable-next-line max-lines-per-function -- one reading of the interface, as it is written there, so that both can be compared side by side.
export const componentOracle = (model: ComponentModel): OracleModel => {
  const { slots, interactions, show, key, normalize, progress } = model;
  const at = (wanted: ReadonlyArray<Slot<unknown>>): ReadonlyArray<number> => wanted.map((slot) => slots.indexOf(slot));
  const read = (state: unknown, places: ReadonlyArray<number>): never =>
    places.map((place) => (state as Locals)[place]) as unknown as never;
  const look = ({ slots: read_, holds }: Predicate): ((state: unknown) => boolean) => {
    const places = at(read_);
    return (state) => holds(...read(state, places));
  };
  const every = (predicates: ReadonlyArray<Predicate>): ((state: unknown) => boolean) => {
    const looks = predicates.map(look);
    return (state) => looks.every((one) => one(state));
  };
  const some = (predicates: ReadonlyArray<Predicate>): ((state: unknown) => boolean) => {
    const looks = predicates.map(look);
    return (state) => looks.some((one) => one(state));
  };
  const places = interactions.map((interaction) => at(interaction.slots));
  const outcomes = (state: unknown, i: number) => interactions[i]!.step(...read(state, places[i]!));
  const onSteps = model.properties.filter(({ kind }) => kind === 'alwaysStep' || kind === 'sometimesStep');
  const moves = (state: unknown): ReadonlyArray<OracleMove> =>
    interactions.flatMap(({ label, writes, fairness }, i) =>
      outcomes(state, i).map(({ next, note, violates = [], witnesses = [] }): OracleMove => {
        const after = [...(state as Locals)];
        for (const w of writes) after[places[i]![w]!] = next[w];
        const holding = onSteps.filter(({ kind, name }) =>
          kind === 'alwaysStep' ? !violates.includes(name) : witnesses.includes(name),
        );
        return {
          next: after,
          label: textOfLabel(label),
          family: label.family,
          note,
          fairness: fairnessOf(fairness),
          holds: new Set(holding.map(({ name }) => name)),
        };
      }),
    );
  const claim = (property: ComponentModel['properties'][number]): OracleClaim => {
    const { name, kind } = property;
    switch (property.kind) {
      case 'leadsTo':
        return { ...unasked, name, kind, from: every(property.from), to: every(property.to) };
      case 'noDeadlock':
        return { ...unasked, name, kind, isFinal: property.final === undefined ? never : every(property.final) };
      case 'alwaysStep':
      case 'sometimesStep':
        return { ...unasked, name, kind };
      default:
        return { ...unasked, name, kind, holds: property.kind === 'sometimes' ? some(property.over) : every(property.over) };
    }
  };
  return {
    progress: (state) =>
      progress === undefined
        ? []
        : slots.map(({ kind }, i) => {
            const local = (state as Locals)[i] as never;
            return [key && `${kind}, ${key(kind, local)}`, progress(kind, local)];
          }),
    initial: (model.initial ?? [{}]).map((given) => {
      const own = new Map(Object.entries(given));
      return slots.map(({ name, initial }) => (own.has(name) ? own.get(name) : initial));
    }),
    moves,
    isWithin: every(model.boundary ?? []),
    claims: model.properties.map(claim),
    families: [...new Set(interactions.map(({ label }) => label.family))],
    show:
      show &&
      ((state) => Object.fromEntries(slots.map(({ kind, name }, i) => [name, show(kind, (state as Locals)[i] as never)]))),
    permutations: (model.symmetry ?? []).map(({ slotTo, apply }) => (state) => {
      const image: unknown[] = [];
      slots.forEach(({ kind }, i) => (image[slotTo[i]!] = apply(kind, (state as Locals)[i] as never)));
      return image;
    }),
    key: key && ((state) => JSON.stringify(slots.map(({ kind }, i) => key(kind, (state as Locals)[i] as never)))),
    normalize: normalize && ((state) => slots.map(({ kind }, i) => normalize(kind, (state as Locals)[i] as never))),
    enabled: interactions.map(({ label }, i) => ({
      label: textOfLabel(label),
      family: label.family,
      in: (state) => outcomes(state, i).length > 0,
    })),
  };
};

// --- the graph -------------------------------------------------------------------------------------------------------------

/** The graph of all reachable states; undefined where there are more than `most`. */
export const graphOf = (model: OracleModel, most = Infinity): OracleGraph | undefined => {
  const nodes = new Map<string, StateNode>();
  const meet = (state: unknown, depth: number): StateNode => {
    const text = canon(state);
    const known = nodes.get(text);
    if (known !== undefined) return known;
    const node: StateNode = { text, state, depth, isWithin: model.isWithin(state), arcs: [] };
    nodes.set(text, node);
    return node;
  };
  const initial = new Set(model.initial.map((state) => meet(state, 0)));
  // The loop also visits the entries that are added to the Map during it.
  for (const node of nodes.values()) {
    if (nodes.size > most) return undefined;
    if (!node.isWithin) continue;
    for (const move of model.moves(node.state)) node.arcs.push({ ...move, to: meet(move.next, node.depth + 1) });
  }
  return { model, nodes, initial: [...initial] };
};
