const SMALL = 3;
const BIG = 5;
const ACTIONS = ['fill small', 'fill big', 'empty small', 'empty big', 'small to big', 'big to small'];

const next = ({ small, big }, action) => {
  switch (action) {
    case 'fill small':
      return { small: SMALL, big };
    case 'fill big':
      return { small, big: BIG };
    case 'empty small':
      return { small: 0, big };
    case 'empty big':
      return { small, big: 0 };
    case 'small to big': {
      const poured = Math.min(small, BIG - big);
      return { small: small - poured, big: big + poured };
    }
    case 'big to small': {
      const poured = Math.min(big, SMALL - small);
      return { small: small + poured, big: big - poured };
    }
  }
};

/** The claim that it cannot be done: its counterexample is the answer. 16 states can be reached. */
export const waterJugs = {
  name: 'water jugs',
  initial: [{ small: 0, big: 0 }],
  actions: () => ACTIONS,
  next,
  label: (action) => ({ family: action, args: [] }),
  properties: [{ name: 'nobody measures 4 gallons', kind: 'always', holds: ({ big }) => big !== 4 }],
};

export default waterJugs;
