// Names without an end in sight.
const LONG = 'a name that goes on and on and has no end in sight '.repeat(12).trim();
const ONE_WORD = 'w'.repeat(400);
export default {
  name: LONG,
  initial: [{ [ONE_WORD]: 0, [LONG]: 'x', values: { [ONE_WORD]: { [LONG]: 0 } } }],
  actions: () => [ONE_WORD, LONG],
  next: (state, name) => ({ ...state, [name]: state[name] + ONE_WORD, values: { [name]: { [LONG]: ONE_WORD } } }),
  label: (name) => ({ family: LONG, args: [name, ONE_WORD] }),
  note: () => ONE_WORD,
  boundary: (state) => state[LONG].length < 1000,
  properties: [
    { kind: 'always', name: LONG, holds: (state) => state[LONG] === 'x' },
    { kind: 'always', name: ONE_WORD, holds: (state) => state[ONE_WORD] === 0 },
  ],
};
