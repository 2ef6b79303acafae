/** Fork `i` lies left of philosopher `i` and right of philosopher `i - 1`. */
const isFree = (table, fork) => {
  const left = table[fork % table.length];
  const right = table[(fork + table.length - 1) % table.length];
  return left !== 'left' && left !== 'eating' && right !== 'eating';
};

const movesOf = (table, who, polite) => {
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

const AFTER = { 'take left': 'left', 'take right': 'eating', 'put back': 'thinking', finish: 'full' };

/** So many philosophers, each of whom eats once. Every philosopher's moves are weakly fair. */
export const philosophers = (count, manners) => ({
  name: `${count} ${manners} philosophers`,
  initial: [Array.from({ length: count }, () => 'thinking')],
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

export default ({ philosophers: count, manners }) => philosophers(count, manners);
