/**
 * Liveness, decided on the state graph: each property is turned into "there is no fair run that stays in a bad region", and such
 * a run exists exactly when the region has, within reach, a state without steps or a strongly connected component that is fair.
 *
 * Why whole components are enough: if a component is unfair to a class, then the class is enabled in all its states and taken
 * nowhere within it, and the same is true of each of its cycles. If it is fair to every class, the closed walk through all
 * its states and steps is a fair run. So no cycle is missed, and it does not matter along which path a state was found first
 * (a search that carries "not yet seen" bits along its paths loses both cycles and joins).
 */
import { components } from './components.js';
import { pathTo, reach, sourceOf, type Reach, type StateGraph, type StateSet } from './graph.js';

// --- types -----------------------------------------------------------------------------------------------------------------

/** What a liveness property asks, over state numbers. */
export type Goal =
  | { readonly kind: 'eventually'; readonly holds: StateSet }
  | { readonly kind: 'leadsTo'; readonly from: StateSet; readonly to: StateSet }
  | { readonly kind: 'eventuallyAlways'; readonly holds: StateSet };

/** A fair run that breaks a goal: the edges from an initial state to the cycle, then the cycle's (none: it stutters there). */
export interface Lasso {
  readonly start: number;
  readonly prefix: ReadonlyArray<number>;
  readonly cycle: ReadonlyArray<number>;
}

/** Where a run that breaks the goal must stay for ever, where it enters, and what it must visit again and again. */
interface Region {
  readonly inside: StateSet;
  readonly roots: ReadonlyArray<number> | Int32Array;
  readonly visits: StateSet;
  /** From an initial state to the region's roots. */
  readonly approach: Reach | undefined;
}

// --- regions ---------------------------------------------------------------------------------------------------------------

const everywhere: StateSet = () => true;

const regionOf = (graph: StateGraph, goal: Goal): Region => {
  switch (goal.kind) {
    case 'eventually':
      return { inside: (s) => !goal.holds(s), roots: graph.initial, visits: everywhere, approach: undefined };
    case 'eventuallyAlways':
      return { inside: everywhere, roots: graph.initial, visits: (s) => !goal.holds(s), approach: undefined };
    case 'leadsTo': {
      const approach = reach(graph, graph.initial, everywhere);
      const inside: StateSet = (s) => !goal.to(s);
      return { inside, roots: approach.order.filter((s) => goal.from(s) && inside(s)), visits: everywhere, approach };
    }
  }
};

// --- fairness --------------------------------------------------------------------------------------------------------------

/** The classes that a component is not yet fair to without care: enabled in each of its states. Undefined: it is unfair. */
const obligations = (graph: StateGraph, members: Int32Array, within: StateSet): ReadonlySet<number> | undefined => {
  const enabledIn = new Map<number, number>();
  const taken = new Set<number>();
  for (const state of members) {
    const here = new Set<number>();
    for (let e = graph.offsets[state]!; e < graph.offsets[state + 1]!; e++) {
      const fairness = graph.classes[e]!;
      if (fairness < 0 || graph.targets[e] === state) continue;
      here.add(fairness);
      if (within(graph.targets[e]!)) taken.add(fairness);
    }
    for (const fairness of here) enabledIn.set(fairness, (enabledIn.get(fairness) ?? 0) + 1);
  }
  for (const [fairness, states] of enabledIn) if (states === members.length && !taken.has(fairness)) return undefined;
  return new Set(enabledIn.keys());
};

const hasSelfLoop = (graph: StateGraph, state: number): boolean => {
  for (let e = graph.offsets[state]!; e < graph.offsets[state + 1]!; e++) if (graph.targets[e] === state) return true;
  return false;
};

// --- cycles ----------------------------------------------------------------------------------------------------------------

/** Does the class have no step that changes something here? */
const disabled = (graph: StateGraph, state: number, fairness: number): boolean => {
  for (let e = graph.offsets[state]!; e < graph.offsets[state + 1]!; e++) {
    if (graph.classes[e] === fairness && graph.targets[e] !== state) return false;
  }
  return true;
};

/** Picks edges. */
type EdgeTest = (edge: number, source: number) => boolean;

/** A shortest path of at least one edge inside the component from `start` to and over an edge that is wanted. */
const hop = (graph: StateGraph, start: number, within: StateSet, wanted: EdgeTest): ReadonlyArray<number> => {
  const via = new Map<number, readonly [edge: number, source: number]>();
  const queue = [start];
  const back = (last: number, source: number): ReadonlyArray<number> => {
    const edges = [last];
    for (let state = source; state !== start;) {
      const [edge, before] = via.get(state)!;
      edges.push(edge);
      state = before;
    }
    return edges.reverse();
  };
  for (const state of queue) {
    for (let e = graph.offsets[state]!; e < graph.offsets[state + 1]!; e++) {
      const target = graph.targets[e]!;
      if (!within(target)) continue;
      if (wanted(e, state)) return back(e, state);
      if (target === start || via.has(target)) continue;
      via.set(target, [e, state]);
      queue.push(target);
    }
  }
  throw new Error('a strongly connected component has no path to one of its own edges');
};

/** A closed walk from `entry` through the component that is fair to every class and visits what the goal wants visited. */
const fairCycle = (
  graph: StateGraph,
  entry: number,
  within: StateSet,
  classes: ReadonlySet<number>,
  visits: StateSet,
): ReadonlyArray<number> => {
  const open = new Set(classes);
  const unmet = { visit: true };
  const cycle: number[] = [];
  const meet = (state: number): void => {
    unmet.visit &&= !visits(state);
    for (const fairness of open) if (disabled(graph, state, fairness)) open.delete(fairness);
  };
  const takes: EdgeTest = (edge, source) => open.has(graph.classes[edge]!) && graph.targets[edge] !== source;
  const helps: EdgeTest = (edge, source) => {
    const target = graph.targets[edge]!;
    if ((unmet.visit && visits(target)) || takes(edge, source)) return true;
    for (const fairness of open) if (disabled(graph, target, fairness)) return true;
    return false;
  };
  let at = entry;
  const walk = (edges: ReadonlyArray<number>): void => {
    for (const edge of edges) {
      if (takes(edge, at)) open.delete(graph.classes[edge]!);
      at = graph.targets[edge]!;
      meet(at);
      cycle.push(edge);
    }
  };
  meet(entry);
  while (unmet.visit || open.size > 0) walk(hop(graph, at, within, helps));
  if (cycle.length === 0 || at !== entry) walk(hop(graph, at, within, (edge) => graph.targets[edge] === entry));
  return cycle;
};

// --- the search ------------------------------------------------------------------------------------------------------------

/**
 * A fair run that breaks the goal, or undefined if there is none. On a graph with states that were not expanded, a lasso that is
 * found is real, but finding none says nothing.
 */
export const findLasso = (graph: StateGraph, goal: Goal): Lasso | undefined => {
  const region = regionOf(graph, goal);
  const found = reach(graph, region.roots, region.inside);
  return stuckRun(graph, region, found) ?? cyclicRun(graph, region, found);
};

const stuckRun = (graph: StateGraph, region: Region, found: Reach): Lasso | undefined => {
  for (const state of found.order) {
    const stuck = graph.offsets[state] === graph.offsets[state + 1] && graph.expanded(state);
    if (stuck && region.visits(state)) return lasso(graph, region, found, state, []);
  }
  return undefined;
};

const cyclicRun = (graph: StateGraph, region: Region, found: Reach): Lasso | undefined => {
  const rank = new Int32Array(graph.size);
  for (let i = 0; i < found.order.length; i++) rank[found.order[i]!] = i;
  const owner = new Int32Array(graph.size).fill(-1);
  const best = { entry: -1, number: -1, classes: new Set<number>() as ReadonlySet<number> };
  let number = 0;
  components(graph, found.order, region.inside, (members) => {
    number++;
    for (const state of members) owner[state] = number;
    if (members.length === 1 && !hasSelfLoop(graph, members[0]!)) return;
    const entry = members.reduce((first, state) => (rank[state]! < rank[first]! ? state : first));
    if (best.entry >= 0 && rank[entry]! > rank[best.entry]!) return;
    if (!members.some((state) => region.visits(state))) return;
    const classes = obligations(graph, members, (state) => owner[state] === number);
    if (classes !== undefined) Object.assign(best, { entry, number, classes });
  });
  if (best.entry < 0) return undefined;
  const within: StateSet = (state) => owner[state] === best.number;
  return lasso(graph, region, found, best.entry, fairCycle(graph, best.entry, within, best.classes, region.visits));
};

const lasso = (graph: StateGraph, region: Region, found: Reach, entry: number, cycle: ReadonlyArray<number>): Lasso => {
  const inner = pathTo(graph, found.via, entry);
  const outer = region.approach === undefined ? [] : pathTo(graph, region.approach.via, startOf(graph, inner, entry));
  const prefix = [...outer, ...inner];
  return { start: startOf(graph, prefix, entry), prefix, cycle };
};

const startOf = (graph: StateGraph, edges: ReadonlyArray<number>, otherwise: number): number =>
  edges[0] === undefined ? otherwise : sourceOf(graph, edges[0]);
