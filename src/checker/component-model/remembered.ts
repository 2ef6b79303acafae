/** Remembers functions of states that are tuples of numbers. */
import { MOST_ENTRIES } from '../large-map.js';

type Numbers = ReadonlyArray<number>;

type Memo<T> = Map<number, Memo<T> | T>;

/**
 * Remembers a pure function of the numbers at some positions: one map for each position, and the result in the last. A map with `most` entries takes no
 * more, and what it lacks is computed each time.
 */
export const remembered = <T extends object | boolean>(
  positions: ReadonlyArray<number>,
  compute: (state: Numbers) => T,
  most = MOST_ENTRIES,
): ((state: Numbers) => T) => {
  const last = positions.length - 1;
  if (last < 0) {
    let once: T | undefined;
    return (state) => (once ??= compute(state));
  }
  const memo: Memo<T> = new Map();
  const keep = (node: Memo<T>, id: number, entry: Memo<T> | T): void => {
    if (node.size < most) node.set(id, entry);
  };
  return (state) => {
    let node = memo;
    for (let i = 0; i < last; i++) {
      const id = state[positions[i]!]!;
      let below = node.get(id) as Memo<T> | undefined;
      if (below === undefined) keep(node, id, (below = new Map()));
      node = below;
    }
    const id = state[positions[last]!]!;
    let result = node.get(id) as T | undefined;
    if (result === undefined) keep(node, id, (result = compute(state)));
    return result;
  };
};
