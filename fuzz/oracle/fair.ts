/**
 * Finds the states where a fair run can stay for ever, by greatest fixpoints over sets of states (Emerson and Lei). Strong fairness is decided by trying
 * which classes are never enabled again. The checker looks for strongly connected components; the oracle does not, so that the two differ.
 */
import type { StateArc, StateNode } from './world.js';

/** A condition that a run must meet again and again: at a state, or by an arc. */
interface Recurrence {
  readonly at: (node: StateNode) => boolean;
  readonly by: (arc: StateArc, from: StateNode) => boolean;
}

/** Is this a step of the class? A step that changes nothing neither enables a class nor takes it. */
export const isOf = (name: string, arc: StateArc, from: StateNode): boolean => arc.fairness?.name === name && arc.to !== from;

/** Does a step of the class change the state of this node? */
export const isEnabled = (name: string, node: StateNode): boolean => node.arcs.some((arc) => isOf(name, arc, node));

/** Is the node an end, where a run stutters? Of a node beyond the boundary the steps are unknown, so it is none. */
const isEnd = (node: StateNode): boolean => node.isWithin && node.arcs.length === 0;

const whatever: Recurrence['by'] = () => false;

/** The largest subset of `start` in which a run can stay, from each of its states, and meet each condition again and again. */
const greatest = (start: ReadonlySet<StateNode>, conditions: ReadonlyArray<Recurrence>): ReadonlySet<StateNode> => {
  let set = start;
  for (;;) {
    const before = set.size;
    set = new Set([...set].filter((node) => isEnd(node) || node.arcs.some(({ to }) => set.has(to))));
    for (const condition of conditions) set = canReach(set, condition);
    if (set.size === before) return set;
  }
};

/** The nodes of the set from which the condition can be met without leaving the set. */
const canReach = (set: ReadonlySet<StateNode>, { at, by }: Recurrence): ReadonlySet<StateNode> => {
  const sources = new Map<StateNode, StateNode[]>();
  const reached = new Set<StateNode>();
  for (const node of set) {
    if (at(node) || node.arcs.some((arc) => set.has(arc.to) && by(arc, node))) reached.add(node);
    for (const { to } of node.arcs) if (set.has(to)) sources.set(to, [...(sources.get(to) ?? []), node]);
  }
  for (const node of reached) for (const source of sources.get(node) ?? []) reached.add(source);
  return reached;
};

const subsets = <T>(items: ReadonlyArray<T>): ReadonlyArray<ReadonlyArray<T>> =>
  items.reduce<ReadonlyArray<ReadonlyArray<T>>>((all, item) => [...all, ...all.map((one) => [...one, item])], [[]]);

/**
 * The states of a region from which a fair run can stay in it for ever, and be at a state of `visits` again and again.
 */
export const fairly = (region: ReadonlySet<StateNode>, visits: (node: StateNode) => boolean): ReadonlySet<StateNode> => {
  const classes = new Map<string, boolean>();
  for (const node of region)
    for (const { fairness } of node.arcs) if (fairness !== undefined) classes.set(fairness.name, fairness.isStrong);
  const weak = [...classes].filter(([, isStrong]) => !isStrong).map(([name]) => name);
  const strong = [...classes].filter(([, isStrong]) => isStrong).map(([name]) => name);
  const visited: Recurrence = { at: visits, by: whatever };
  const kept: ReadonlyArray<Recurrence> = weak.map((name) => ({
    at: (node) => !isEnabled(name, node),
    by: (arc, from) => isOf(name, arc, from),
  }));
  const found = new Set<StateNode>();
  for (const silent of subsets(strong)) {
    const quiet = new Set([...region].filter((node) => !silent.some((name) => isEnabled(name, node))));
    const taken = strong
      .filter((name) => !silent.includes(name))
      .map((name): Recurrence => ({ at: () => false, by: (arc, from) => isOf(name, arc, from) }));
    for (const node of greatest(quiet, [visited, ...kept, ...taken])) found.add(node);
  }
  // A run may move about in the region before the classes are never enabled again.
  return canReach(region, { at: (node) => found.has(node), by: whatever });
};
