/** Finds the truth of a world: each property's verdict, the length of its shortest run, the counts, and the steps and properties that never occur, so that "holds" says little. */
import { fairly } from './fair.js';
import { oncePer } from './once.js';
import { canon } from './text.js';
import type { OracleClaim, StateNode, OracleGraph } from './world.js';

// --- properties ------------------------------------------------------------------------------------------------------------

/** The truth about a property. */
export interface PropertyTruth {
  readonly claim: OracleClaim;
  /** `open`: no state within the boundary breaks a liveness property, but states beyond it might. */
  readonly verdict: 'holds' | 'violated' | 'reached' | 'not reached' | 'open';
  /** The steps of a shortest run that decides the property; of safety and witnesses alone. */
  readonly shortest?: number;
}

export const isWitness = ({ kind }: OracleClaim): boolean => kind === 'sometimes' || kind === 'sometimesStep';
export const isLiveness = ({ kind }: OracleClaim): boolean =>
  kind === 'eventually' || kind === 'leadsTo' || kind === 'eventuallyAlways';

/** The fewest steps to a state or step that decides a property other than liveness; undefined where none decides it. */
const decidedAfter = ({ nodes }: OracleGraph, { name, kind, holds, isFinal }: OracleClaim): number | undefined => {
  for (const node of nodes.values()) {
    // The nodes are in breadth-first order, so the first one found is nearest.
    if ((kind === 'always' && !holds(node.state)) || (kind === 'sometimes' && holds(node.state))) return node.depth;
    if (kind === 'noDeadlock' && node.isWithin && node.arcs.length === 0 && !isFinal(node.state)) return node.depth;
    if (kind !== 'alwaysStep' && kind !== 'sometimesStep') continue;
    if (node.arcs.some((arc) => arc.holds.has(name) === (kind === 'sometimesStep'))) return node.depth + 1;
  }
  return undefined;
};

/** The nodes that can be reached from some nodes without leaving a set. */
const reachable = (from: Iterable<StateNode>, inside: (node: StateNode) => boolean): ReadonlySet<StateNode> => {
  const found = new Set([...from].filter(inside));
  for (const node of found) for (const { to } of node.arcs) if (inside(to)) found.add(to);
  return found;
};

/** Does a fair run break a liveness property? */
const isBrokenForEver = ({ nodes, initial }: OracleGraph, { kind, holds, from, to }: OracleClaim): boolean => {
  const all = [...nodes.values()];
  const meets = (
    region: ReadonlySet<StateNode>,
    roots: ReadonlyArray<StateNode>,
    visits: (node: StateNode) => boolean,
  ): boolean => {
    const fair = fairly(region, visits);
    return roots.some((node) => fair.has(node));
  };
  const always = (): boolean => true;
  if (kind === 'eventuallyAlways') return meets(new Set(all), initial, ({ state }) => !holds(state));
  if (kind === 'eventually') {
    const region = reachable(initial, ({ state }) => !holds(state));
    return meets(region, initial, always);
  }
  const triggers = all.filter(({ state }) => from(state) && !to(state));
  return meets(
    reachable(triggers, ({ state }) => !to(state)),
    triggers,
    always,
  );
};

/** The truth about each property. */
export const truths = oncePer((world: OracleGraph): ReadonlyArray<PropertyTruth> => {
  const isCut = [...world.nodes.values()].some(({ isWithin }) => !isWithin);
  return world.model.claims.map((claim): PropertyTruth => {
    if (isLiveness(claim)) {
      if (isBrokenForEver(world, claim)) return { claim, verdict: 'violated' };
      return { claim, verdict: isCut ? 'open' : 'holds' };
    }
    const shortest = decidedAfter(world, claim);
    if (shortest === undefined) return { claim, verdict: isWitness(claim) ? 'not reached' : 'holds' };
    return { claim, verdict: isWitness(claim) ? 'reached' : 'violated', shortest };
  });
});

// --- counts ----------------------------------------------------------------------------------------------------------------

export interface Totals {
  readonly distinct: number;
  readonly generated: number;
  readonly depth: number;
  readonly cut: number;
}

/** Names the class of a node. */
export type ClassOf = (node: StateNode) => string;

/** The classes of nodes under different reductions. */
interface Classes {
  readonly bare: ClassOf;
  readonly symmetry: ClassOf;
  readonly quotient: ClassOf;
  readonly both: ClassOf;
}

/** Gives a state and all its images by name, also those that several maps make together. */
export const orbitOf = (
  start: unknown,
  maps: ReadonlyArray<(state: unknown) => unknown>,
  name: (state: unknown) => string,
): ReadonlyMap<string, unknown> => {
  const orbit = new Map([[name(start), start]]);
  for (const member of orbit.values())
    for (const map of maps) {
      const image = map(member);
      const text = name(image);
      if (!orbit.has(text)) orbit.set(text, image);
    }
  return orbit;
};

const classes = ({ model }: OracleGraph, symmetry: boolean, quotient: boolean): ClassOf => {
  const permutations = symmetry ? model.permutations : [];
  const normal = quotient ? model.normalize : undefined;
  const { key } = model;
  const name = key ?? canon;
  if (permutations.length === 0 && normal === undefined) {
    if (key === undefined) return ({ text }) => text;
    return oncePer(({ state }: StateNode) => key(state));
  }
  const maps =
    normal === undefined ? permutations : permutations.map((permutation) => (state: unknown) => normal(permutation(state)));
  const nameOf = (state: unknown): string => {
    const orbit = orbitOf(normal === undefined ? state : normal(state), maps, name);
    return [...orbit.keys()].reduce((least, text) => (text < least ? text : least));
  };
  return oncePer(({ state }: StateNode) => nameOf(state));
};

const allClasses = oncePer((world: OracleGraph): Classes => ({
  bare: classes(world, false, false),
  symmetry: classes(world, true, false),
  quotient: classes(world, false, true),
  both: classes(world, true, true),
}));

/** Names the class of each node under a key or a reduction: by the least text among the images that permutations and the normal form make of it. */
export const classesOf = (world: OracleGraph, symmetry: boolean, quotient: boolean): ClassOf => {
  const all = allClasses(world);
  return symmetry ? (quotient ? all.both : all.symmetry) : quotient ? all.quotient : all.bare;
};

const representatives = oncePer((world: OracleGraph): ((classOf: ClassOf) => ReadonlyArray<StateNode>) =>
  oncePer((classOf: ClassOf) => {
    const nearest = new Map<string, StateNode>();
    for (const node of world.nodes.values()) {
      const name = classOf(node);
      if (!nearest.has(name)) nearest.set(name, node);
    }
    return [...nearest.values()];
  }),
);

/** The first node of each class in breadth-first order, which is a nearest one. */
export const representativesOf = (world: OracleGraph, classOf: ClassOf): ReadonlyArray<StateNode> =>
  representatives(world)(classOf);

/** The counts of a search that sees one state of each class, up to `maxDepth` steps away. */
export const totalsOf = (world: OracleGraph, classOf: ClassOf, maxDepth = Infinity): Totals => {
  const kept = representativesOf(world, classOf).filter(({ depth }) => depth <= maxDepth);
  const isExpanded = (node: StateNode): boolean => node.depth < maxDepth;
  const steps = kept.filter(isExpanded).map(({ arcs }) => arcs.length);
  return {
    distinct: kept.length,
    generated: world.model.initial.length + steps.reduce((sum, n) => sum + n, 0),
    depth: kept.reduce((deepest, { depth }) => Math.max(deepest, depth), 0),
    cut: kept.filter((node) => isExpanded(node) && !node.isWithin).length,
  };
};

/** Does the model's key merge different states? */
export const isMerging = oncePer(({ model: { key }, nodes }: OracleGraph): boolean => {
  if (key === undefined) return false;
  return new Set([...nodes.values()].map(({ state }) => key(state))).size < nodes.size;
});

/** Does a step lower the progress that the model declares? */
export const progressFalls = oncePer(({ nodes, model }: OracleGraph): boolean =>
  [...nodes.values()].some(({ state, arcs }) => {
    const before = model.progress(state);
    return arcs.some(({ to }) => model.progress(to.state).some(([, progress], i) => progress < before[i]![1]));
  }),
);

/** Have states different progress that a search takes for one: a state and its normal form or an image of it, or values with one key? */
export const isUneven = ({ nodes, model }: OracleGraph, symmetry: boolean, quotient: boolean): boolean => {
  const numbers = (state: unknown): ReadonlyArray<number> => model.progress(state).map(([, progress]) => progress);
  const sum = (state: unknown): number => numbers(state).reduce((all, one) => all + one, 0);
  const known = new Map<string, number>();
  const isOther = ([name, progress]: readonly [string | undefined, number]): boolean => {
    if (name === undefined) return false;
    if (!known.has(name)) known.set(name, progress);
    return known.get(name) !== progress;
  };
  return [...nodes.values()].some(
    ({ state }) =>
      model.progress(state).some(isOther) ||
      (quotient && model.normalize !== undefined && numbers(model.normalize(state)).join() !== numbers(state).join()) ||
      (symmetry && [...orbitOf(state, model.permutations, canon).values()].some((image) => sum(image) !== sum(state))),
  );
};

// --- emptiness -------------------------------------------------------------------------------------------------------------

export interface Emptiness {
  readonly neverEnabled: ReadonlyArray<string>;
  readonly neverTriggered: ReadonlyArray<string>;
}

/** The families of steps that are never enabled, and the properties that are never triggered. {@link truths} judges witnesses. */
export const emptiness = oncePer(({ nodes, model }: OracleGraph): Emptiness => {
  const all = [...nodes.values()];
  const within = all.filter(({ isWithin }) => isWithin);
  const taken = new Set(within.flatMap(({ arcs }) => arcs.map(({ family }) => family)));
  const families = model.families.filter((family) => !taken.has(family));
  const single = model.enabled.filter(
    ({ family, in: enabledIn }) => !families.includes(family) && !within.some(({ state }) => enabledIn(state)),
  );
  const untriggered = model.claims.filter(({ kind, from }) => kind === 'leadsTo' && !all.some(({ state }) => from(state)));
  return {
    neverEnabled: [...families, ...single.map(({ label }) => label)],
    neverTriggered: untriggered.map(({ name }) => name),
  };
});
