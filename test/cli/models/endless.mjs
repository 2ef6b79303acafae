// A function that never comes back, in one state. `where` says which: next, actions, holds, label, loading or making.
import { writeFileSync } from 'node:fs';

const { ENDLESS, ENDLESS_FILE } = process.env;

const endless = () => {
  if (ENDLESS_FILE !== undefined) writeFileSync(ENDLESS_FILE, 'it has begun');
  for (;;);
};

/** `from`: where it begins; `mark` means nothing, and tells the processes of a test by their command lines. */
export const parameters = { where: 'next', from: 0, mark: 0 };

if (ENDLESS === 'loading') endless();

export default ({ where, from }) => {
  if (where === 'making') endless();
  const at = (name, n) => where === name && n === 3 && endless();
  return {
    name: 'endless',
    initial: [{ n: from }],
    actions: ({ n }) => {
      at('actions', n);
      return ['up', 'down'];
    },
    next: ({ n }, action) => {
      if (action === 'down') at('next', n);
      return { n: action === 'up' ? Math.min(n + 1, 5) : Math.max(n - 1, 0) };
    },
    label: (action) => {
      if (where === 'label') endless();
      return { family: action, args: [] };
    },
    properties: [
      {
        name: 'few',
        kind: 'always',
        holds: ({ n }) => {
          at('holds', n);
          return n < 9;
        },
      },
    ],
  };
};
