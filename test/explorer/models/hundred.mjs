// A state of a hundred fields.
const FIELDS = Array.from({ length: 100 }, (_, i) => `field${i}`);

export default {
  name: 'hundred',
  initial: [Object.fromEntries(FIELDS.map((name) => [name, 0]))],
  actions: () => ['field0', 'field50', 'field99'],
  next: (state, name) => ({ ...state, [name]: state[name] + 1 }),
  label: (name) => ({ family: 'Raise', args: [name] }),
  boundary: (state) => FIELDS.reduce((sum, name) => sum + state[name], 0) < 3,
  properties: [{ kind: 'always', name: 'field50 stays below 2', holds: ({ field50 }) => field50 < 2 }],
};
