export default { name: 'fail', initial: [{ n: 0 }], actions: ({ n }) => (n < 40 ? ['inc'] : n < 42 ? ['fail', 'inc'] : []),
next: (s, a) => { if (a === 'fail') { s.failed = true; return { ...s, n: 50 }; } return { ...s, n: s.n + 1 }; },
  label: (a) => ({ family: a, args: [] }),
properties: [{ name: 'p', kind: 'always', holds: (s) => s.n !== 41 || s.failed === true }]};
