/**
 * Dining philosophers (Dijkstra, 1965) who take the left fork, and put it back when the right one is taken. They never deadlock, but all may take, wait
 * and put back in step for ever: a livelock, which lies on a cycle of the state graph. `rude` ones keep the left fork and wait:
 * the classic deadlock.
 */
import type { Model } from 'bayou/checker';

type Hand = 'thinking' | 'left' | 'eating' | 'full';

export type Table = ReadonlyArray<Hand>;

export interface Move {
  readonly name: 'take left' | 'take right' | 'put back' | 'finish';
  readonly who: number;
}

/** Fork `i` lies left of philosopher `i` and right of philosopher `i - 1`. */
const isFree = (table: Table, fork: number): boolean => {
  const left = table[fork % table.length];
  const right = table[(fork + table.length - 1) % table.length];
  return left !== 'left' && left !== 'eating' && right !== 'eating';
};

const movesOf = (table: Table, who: number, polite: boolean): ReadonlyArray<Move['name']> => {
  switch (table[who]) {
    case 'thinking':
      return isFree(table, who) ? ['take left'] : [];
    case 'left':
      if (isFree(table, who + 1)) return ['take right'];
      return polite ? ['put back'] : [];
    case 'eating':
      return ['finish'];
    default:
      return [];
  }
};

const AFTER = { 'take left': 'left', 'take right': 'eating', 'put back': 'thinking', finish: 'full' } as const;

/** So many philosophers, each of whom eats once. Every philosopher's moves are weakly fair. */
export const philosophers = (count: number, manners: 'polite' | 'rude'): Model<Table, Move> => ({
  name: `${count} ${manners} philosophers`,
  initial: [Array.from({ length: count }, () => 'thinking' as const)],
  actions: (table) => table.flatMap((_, who) => movesOf(table, who, manners === 'polite').map((name) => ({ name, who }))),
  next: (table, { name, who }) => table.with(who, AFTER[name]),
  label: ({ name, who }) => ({ family: name, args: [who] }),
  fairness: ({ who }) => `philosopher ${who}`,
  properties: [
    { name: 'all can have eaten', kind: 'sometimes', holds: (table) => table.every((hand) => hand === 'full') },
    { name: 'they never all wait', kind: 'noDeadlock', final: (table) => table.every((hand) => hand === 'full') },
    { name: 'some day somebody eats', kind: 'eventually', holds: (table) => table.some((hand) => hand === 'eating') },
  ],
});

/** What the model can be made with. */
export const parameters = {
  philosophers: { default: 3, min: 2, max: 12 },
  manners: { default: 'polite', oneOf: ['polite', 'rude'] },
};

export interface TableParameters {
  readonly philosophers: number;
  readonly manners: 'polite' | 'rude';
}

export default ({ philosophers: count, manners }: TableParameters): Model<Table, Move> => philosophers(count, manners);
