/**
 * Finds a fair closed walk through a strongly connected component. It always goes to the nearest thing that is still wanted, so it is short, but
 * not always shortest.
 */
import { LargeMap } from '../large-map.js';
import type { StateGraph, StateSet } from './state-graph.js';

/** Gives the classes with a step here that changes the state. */
export const enabledAt = (graph: StateGraph, state: number): ReadonlySet<number> => {
  const classes = new Set<number>();
  for (let e = graph.offsets[state]!; e < graph.offsets[state + 1]!; e++) {
    if (graph.classes[e]! >= 0 && graph.targets[e] !== state) classes.add(graph.classes[e]!);
  }
  return classes;
};

/** Picks edges. */
type EdgeTest = (edge: number, source: number) => boolean;

/** Gives a shortest path of at least one edge, inside the component, from `start` to a wanted edge and over it. */
const hop = (graph: StateGraph, start: number, within: StateSet, wanted: EdgeTest): ReadonlyArray<number> => {
  const via = new LargeMap<number, readonly [edge: number, source: number]>();
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
      if (target === start || via.get(target) !== undefined) continue;
      via.add(target, [e, state]);
      queue.push(target);
    }
  }
  throw new Error('a strongly connected component has no path to one of its own edges');
};

/** What a walk must still do before it may be closed. */
class Owed {
  /** The classes to be taken. For a weak one it is enough to come to a state where it is not enabled. */
  readonly classes = new Set<number>();
  readonly #taken = new Set<number>();
  readonly #graph: StateGraph;
  readonly #visits: StateSet;
  #visit = true;

  constructor(graph: StateGraph, visits: StateSet, entry: number) {
    this.#graph = graph;
    this.#visits = visits;
    for (const fairness of enabledAt(graph, entry)) this.classes.add(fairness);
    this.meet(entry);
  }

  isMet(): boolean {
    return !this.#visit && this.classes.size === 0;
  }

  /** Notes that the walk comes to a state. A strong class that is enabled there is owed from then on. */
  meet(state: number): void {
    const { strong } = this.#graph;
    const enabled = enabledAt(this.#graph, state);
    this.#visit &&= !this.#visits(state);
    for (const fairness of this.classes) if (!strong[fairness] && !enabled.has(fairness)) this.classes.delete(fairness);
    for (const fairness of enabled) if (strong[fairness] && !this.#taken.has(fairness)) this.classes.add(fairness);
  }

  take(edge: number, source: number): void {
    const fairness = this.#graph.classes[edge]!;
    if (fairness < 0 || this.#graph.targets[edge] === source) return;
    this.#taken.add(fairness);
    this.classes.delete(fairness);
  }

  /** Tests that an edge brings the walk nearer to its end. */
  readonly isHelpedBy: EdgeTest = (edge, source) => {
    const { targets, classes, strong } = this.#graph;
    const target = targets[edge]!;
    if (this.#visit && this.#visits(target)) return true;
    if (this.classes.has(classes[edge]!) && target !== source) return true;
    const enabled = enabledAt(this.#graph, target);
    for (const fairness of this.classes) if (!strong[fairness] && !enabled.has(fairness)) return true;
    return false;
  };
}

/**
 * Gives a closed walk from `entry`, through a component that is fair to every class. The walk is fair itself, and visits a state that the goal
 * wants visited. A weak class is satisfied where it is taken or not enabled. A strong one is satisfied where it is taken, if the walk comes by a
 * state in which it is enabled.
 */
export const fairCycle = (graph: StateGraph, entry: number, within: StateSet, visits: StateSet): ReadonlyArray<number> => {
  const owed = new Owed(graph, visits, entry);
  const cycle: number[] = [];
  let at = entry;
  const walk = (edges: ReadonlyArray<number>): void => {
    for (const edge of edges) {
      owed.take(edge, at);
      at = graph.targets[edge]!;
      owed.meet(at);
      cycle.push(edge);
    }
  };
  // On the way back further strong classes may be enabled.
  do {
    while (!owed.isMet()) walk(hop(graph, at, within, owed.isHelpedBy));
    if (cycle.length === 0 || at !== entry) walk(hop(graph, at, within, (edge) => graph.targets[edge] === entry));
  } while (!owed.isMet());
  return cycle;
};
