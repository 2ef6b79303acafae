/**
 * The state graph for liveness: dense state numbers and flat arrays, so that any engine can hand its own in.
 *
 * A run is a maximal path from an initial state. It is infinite, or ends in a state without steps, where it stutters for ever. A step that leads
 * back to the state it started from is a real step of a run (a client may ask the same for ever). But it neither enables a fairness class nor
 * counts as taking it. Fairness is about steps that change something, as TLA+ has it in `WF_v` and `SF_v` where `v` is all variables.
 */
import type { Reader, Writer } from '../checkpoint/file.js';
import { Ints } from '../ints.js';

// --- types -----------------------------------------------------------------------------------------------------------------

/** A state graph in compressed rows: the edges of state `s` are `offsets[s] … offsets[s + 1] - 1`. */
export interface StateGraph {
  /** States are `0 … size - 1`. */
  readonly size: number;
  readonly initial: ReadonlyArray<number>;
  readonly offsets: Int32Array;
  readonly targets: Int32Array;
  /** The fairness class of each edge, -1 for none. */
  readonly classes: Int32Array;
  /** For each class whether it is strongly fair; it is weakly fair otherwise. */
  readonly strong: ReadonlyArray<boolean>;
  /** False for states that were found and not expanded: their edges are not known, so no run is taken to end there. */
  readonly expanded: (state: number) => boolean;
}

/** A set of states, by number. */
export type StateSet = (state: number) => boolean;

// --- constructors ----------------------------------------------------------------------------------------------------------

/** Collects edges in any order and sorts them into a {@link StateGraph}. */
export class EdgeList {
  readonly #sources = new Ints();
  readonly #targets = new Ints();
  readonly #classes = new Ints();

  add(source: number, target: number, fairness: number): void {
    this.#sources.push(source);
    this.#targets.push(target);
    this.#classes.push(fairness);
  }

  get length(): number {
    return this.#sources.length;
  }

  /** Writes the edges to a checkpoint. */
  save(to: Writer): void {
    for (const list of [this.#sources, this.#targets, this.#classes]) to.words(list.view());
  }

  /** Takes the edges from a checkpoint. */
  restore(from: Reader): void {
    for (const list of [this.#sources, this.#targets, this.#classes]) list.fill(from.words());
  }

  /** Counting sort by source; the order of a state's edges is the order in which they were added. */
  build(size: number, initial: ReadonlyArray<number>, strong: ReadonlyArray<boolean>, expanded: StateSet): StateGraph {
    const offsets = new Int32Array(size + 1);
    for (let e = 0; e < this.length; e++) offsets[this.#sources.at(e) + 1]!++;
    for (let s = 0; s < size; s++) offsets[s + 1]! += offsets[s]!;
    const next = offsets.slice(0, size);
    const targets = new Int32Array(this.length);
    const classes = new Int32Array(this.length);
    for (let e = 0; e < this.length; e++) {
      const at = next[this.#sources.at(e)]!++;
      targets[at] = this.#targets.at(e);
      classes[at] = this.#classes.at(e);
    }
    return { size, initial, offsets, targets, classes, strong, expanded };
  }
}

// --- operations ------------------------------------------------------------------------------------------------------------

/** The result of a breadth-first search through some states: which were reached, in order, and by which edge. */
export interface ReachedStates {
  readonly order: Int32Array;
  /** For each state the edge by which it was found; -1 for a root, -2 where not reached. */
  readonly via: Int32Array;
}

/** Gives the source of an edge. Sources are not stored: they are found by bisection over the offsets. */
export const sourceOf = (graph: StateGraph, edge: number): number => {
  let low = 0;
  let high = graph.size - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (graph.offsets[middle]! <= edge) low = middle;
    else high = middle - 1;
  }
  return low;
};

/** Finds all states of `inside` that can be reached from `roots` (those that are inside) without leaving it. */
export const reach = (graph: StateGraph, roots: Iterable<number>, inside: StateSet): ReachedStates => {
  const via = new Int32Array(graph.size).fill(-2);
  const order = new Ints();
  const visit = (state: number, edge: number): void => {
    if (via[state] !== -2 || !inside(state)) return;
    via[state] = edge;
    order.push(state);
  };
  for (const root of roots) visit(root, -1);
  for (let at = 0; at < order.length; at++) {
    const state = order.at(at);
    for (let e = graph.offsets[state]!; e < graph.offsets[state + 1]!; e++) visit(graph.targets[e]!, e);
  }
  return { order: order.view(), via };
};

/** Gives the edges that led a search to `state`, first to last. */
export const pathTo = (graph: StateGraph, via: Int32Array, state: number): ReadonlyArray<number> => {
  const edges: number[] = [];
  for (let edge = via[state]!; edge >= 0; edge = via[sourceOf(graph, edge)]!) edges.push(edge);
  return edges.reverse();
};
