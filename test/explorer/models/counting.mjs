// Two steps for each number: merged by the number, every other depth has no node.
export default {
  name: 'counting',
  initial: [{ n: 0, isHalf: false }],
  actions: ({ n }) => (n < 300 ? ['go'] : []),
  next: ({ n, isHalf }) => ({ n: isHalf ? n + 1 : n, isHalf: !isHalf }),
  label: () => ({ family: 'Go', args: [] }),
  properties: [{ kind: 'always', name: 'it stays below 300', holds: ({ n }) => n < 300 }],
};
