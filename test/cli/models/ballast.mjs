/** A long run of states that take much memory each: to come to V8's own limit. */
const LAST = 12_000;

const stateAt = (n) => ({ n, ballast: Array.from({ length: 1000 }, (_, i) => n + i) });

export default {
  name: 'ballast',
  initial: [stateAt(0)],
  actions: ({ n }) => (n < LAST ? ['add'] : []),
  next: ({ n }) => stateAt(n + 1),
  label: (action) => ({ family: action, args: [] }),
  key: ({ n }) => String(n),
  properties: [{ name: 'it comes to the end', kind: 'sometimes', holds: ({ n }) => n === LAST }],
};
