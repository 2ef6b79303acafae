/** Finds strongly connected components by Tarjan's algorithm, without recursion: state graphs are deeper than any call stack. */
import { Ints } from '../ints.js';
import type { StateGraph, StateSet } from './state-graph.js';

const UNSEEN = 0;

/**
 * Calls `found` with each strongly connected component of the states of `inside` that can be reached from `roots` without
 * leaving it. The array is valid during the call only.
 */
export const components = (
  graph: StateGraph,
  roots: Iterable<number>,
  inside: StateSet,
  found: (members: Int32Array) => void,
): void => {
  const { offsets, targets, size } = graph;
  const order = new Int32Array(size); // 1, 2, 3, … as states are first seen
  const low = new Int32Array(size);
  const closed = new Uint8Array(size);
  const cursor = new Int32Array(size);
  const path = new Ints();
  const stack = new Ints();
  let count = 0;

  const open = (state: number): void => {
    order[state] = low[state] = ++count;
    cursor[state] = offsets[state]!;
    path.push(state);
    stack.push(state);
  };
  const close = (state: number): void => {
    path.pop();
    if (path.length > 0) lower(path.at(path.length - 1), low[state]!);
    if (low[state] !== order[state]) return;
    let from = stack.length - 1;
    while (stack.at(from) !== state) from--;
    const members = stack.data.subarray(from, stack.length);
    for (const member of members) closed[member] = 1;
    found(members);
    stack.length = from;
  };
  const lower = (state: number, value: number): void => {
    if (value < low[state]!) low[state] = value;
  };

  for (const root of roots) {
    if (order[root] !== UNSEEN || !inside(root)) continue;
    open(root);
    while (path.length > 0) {
      const state = path.at(path.length - 1);
      const edge = cursor[state]!;
      if (edge === offsets[state + 1]) {
        close(state);
        continue;
      }
      cursor[state] = edge + 1;
      const target = targets[edge]!;
      if (!inside(target)) continue;
      if (order[target] === UNSEEN) open(target);
      else if (closed[target] === 0) lower(state, order[target]!);
    }
  }
};
