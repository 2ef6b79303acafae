export default {
  name: 'slugs',
  initial: [0],
  actions: (s) => (s < 3 ? ['i'] : []),
  next: (s) => s + 1,
  label: (x) => ({ family: x, args: [] }),
  properties: [
    { name: 'p', kind: 'always', holds: (s) => s !== 1 },
    { name: 'p!', kind: 'always', holds: (s) => s !== 2 },
    { name: 'p 1', kind: 'always', holds: (s) => s !== 3 },
  ],
};
