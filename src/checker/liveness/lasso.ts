/**
 * Decides liveness on the state graph. Each property is turned into "there is no fair run that stays in a bad region". Such a run exists exactly
 * when the region has, within reach, a state without steps or a strongly connected component that is fair.
 *
 * Whole components are enough, for this reason. If a component is unfair to a weak class, the class is enabled in all its states and taken
 * nowhere within it, and the same is true of each of its cycles. If a component starves a strong class (enabled somewhere, taken nowhere), a fair
 * cycle in it keeps away from the states where the class is enabled. So what is left without these states is searched for components again
 * (Streett; Emerson and Lei 1987). If a component is fair to every class, the closed walk through all its states and steps is a fair run. So no
 * cycle is missed, and it does not matter along which path a state was found first. (A search that carries "not yet seen" bits along its paths
 * loses both cycles and joins.)
 */
import { Ints } from '../ints.js';
import { components } from './strongly-connected.js';
import { enabledAt, fairCycle } from './cycle.js';
import { pathTo, reach, sourceOf, type ReachedStates, type StateGraph, type StateSet } from './state-graph.js';

// --- types -----------------------------------------------------------------------------------------------------------------

/** What a liveness property demands, in terms of state numbers. */
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
  readonly approach: ReachedStates | undefined;
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

/** The classes to which a component as a whole is unfair. */
interface Unfairness {
  /** Whether a weak class is enabled in each state of the component and taken nowhere in it. */
  readonly weakly: boolean;
  /** The strong classes that are enabled somewhere in the component and taken nowhere in it. */
  readonly starved: ReadonlySet<number>;
}

const unfairness = (graph: StateGraph, members: Int32Array, within: StateSet): Unfairness => {
  const enabledIn = new Map<number, number>();
  const taken = new Set<number>();
  for (const state of members) {
    for (const fairness of enabledAt(graph, state)) enabledIn.set(fairness, (enabledIn.get(fairness) ?? 0) + 1);
    for (let e = graph.offsets[state]!; e < graph.offsets[state + 1]!; e++) {
      if (graph.targets[e] !== state && within(graph.targets[e]!)) taken.add(graph.classes[e]!);
    }
  }
  const never = [...enabledIn].filter(([fairness]) => !taken.has(fairness));
  return {
    weakly: never.some(([fairness, states]) => states === members.length && !graph.strong[fairness]),
    starved: new Set(never.flatMap(([fairness]) => (graph.strong[fairness] === true ? [fairness] : []))),
  };
};

const hasSelfLoop = (graph: StateGraph, state: number): boolean => {
  for (let e = graph.offsets[state]!; e < graph.offsets[state + 1]!; e++) if (graph.targets[e] === state) return true;
  return false;
};

const enablesAny = (graph: StateGraph, state: number, classes: ReadonlySet<number>): boolean => {
  for (const fairness of enabledAt(graph, state)) if (classes.has(fairness)) return true;
  return false;
};

// --- the search ------------------------------------------------------------------------------------------------------------

/**
 * Gives a fair run that breaks the goal, or undefined if there is none. On a graph with states that were not expanded, a lasso that is found is
 * real, but finding none says nothing.
 */
export const findLasso = (graph: StateGraph, goal: Goal): Lasso | undefined => {
  const region = regionOf(graph, goal);
  const found = reach(graph, region.roots, region.inside);
  return stuckRun(graph, region, found) ?? cyclicRun(graph, region, found);
};

const stuckRun = (graph: StateGraph, region: Region, found: ReachedStates): Lasso | undefined => {
  for (const state of found.order) {
    const stuck = graph.offsets[state] === graph.offsets[state + 1] && graph.expanded(state);
    if (stuck && region.visits(state)) return lasso(graph, region, found, state, []);
  }
  return undefined;
};

/** Gives the states of a list as a set. */
const setOf = (size: number, states: Int32Array): StateSet => {
  const has = new Uint8Array(size);
  for (const state of states) has[state] = 1;
  return (state) => has[state] === 1;
};

/**
 * Gives a lasso through the fair component that is entered soonest. A component that starves strong classes is taken apart: the next round
 * examines what is left of it without the states in which they are enabled. Each round rids a component of at least one class, so there are no
 * more rounds than classes.
 */
const cyclicRun = (graph: StateGraph, region: Region, found: ReachedStates): Lasso | undefined => {
  const rank = new Int32Array(graph.size);
  for (let i = 0; i < found.order.length; i++) rank[found.order[i]!] = i;
  const owner = new Int32Array(graph.size).fill(-1);
  const best = { entry: -1, number: -1 };
  let number = 0;
  let { inside } = region;
  for (let states = found.order; states.length > 0;) {
    const left = new Ints();
    components(graph, states, inside, (members) => {
      number++;
      for (const state of members) owner[state] = number;
      if (members.length === 1 && !hasSelfLoop(graph, members[0]!)) return;
      const entry = members.reduce((first, state) => (rank[state]! < rank[first]! ? state : first));
      if (best.entry >= 0 && rank[entry]! > rank[best.entry]!) return;
      if (!members.some((state) => region.visits(state))) return;
      const { weakly, starved } = unfairness(graph, members, (state) => owner[state] === number);
      if (weakly) return;
      if (starved.size === 0) Object.assign(best, { entry, number });
      else for (const state of members) if (!enablesAny(graph, state, starved)) left.push(state);
    });
    states = left.view();
    inside = setOf(graph.size, states);
  }
  if (best.entry < 0) return undefined;
  const within: StateSet = (state) => owner[state] === best.number;
  return lasso(graph, region, found, best.entry, fairCycle(graph, best.entry, within, region.visits));
};

const lasso = (graph: StateGraph, region: Region, found: ReachedStates, entry: number, cycle: ReadonlyArray<number>): Lasso => {
  const inner = pathTo(graph, found.via, entry);
  const outer = region.approach === undefined ? [] : pathTo(graph, region.approach.via, startOf(graph, inner, entry));
  const prefix = [...outer, ...inner];
  return { start: startOf(graph, prefix, entry), prefix, cycle };
};

const startOf = (graph: StateGraph, edges: ReadonlyArray<number>, otherwise: number): number =>
  edges[0] === undefined ? otherwise : sourceOf(graph, edges[0]);
