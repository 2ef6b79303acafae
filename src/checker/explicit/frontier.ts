/** The frontier of a plain search: the states that are found and not expanded. */
import { Ints } from '../ints.js';
import type { StateStore } from './state-store.js';

/** The states that wait to be expanded, in the order of the search. */
export interface Frontier {
  readonly push: (index: number) => void;
  /** Takes the next state; -1 when none waits. */
  readonly take: () => number;
  readonly size: () => number;
  /** The frontier as integers, for a checkpoint. */
  readonly words: () => Int32Array;
  readonly restore: (words: Int32Array) => void;
}

/** Makes the queue of a breadth-first search. States arrive in the store in breadth-first order, so the store itself is the queue. */
export const queueOf = <S>(store: StateStore<S>): Frontier => {
  let at = 0;
  return {
    push: () => undefined,
    take: () => (at < store.size() ? at++ : -1),
    size: () => store.size() - at,
    words: () => Int32Array.of(at),
    restore: (words) => {
      at = words[0]!;
    },
  };
};

export const stack = (): Frontier => {
  const indices = new Ints();
  return {
    push: (index) => indices.push(index),
    take: () => (indices.length > 0 ? indices.pop() : -1),
    size: () => indices.length,
    words: () => indices.view(),
    restore: (words) => indices.fill(words),
  };
};
