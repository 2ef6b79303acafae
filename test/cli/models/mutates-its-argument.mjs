// next changes the state in place and gives it back: counts 0..3, the bad state is 3
export default {
  name: 'mutate',
  initial: [{ n: 0, log: [] }],
  actions: (s) => (s.n < 3 ? ['inc', 'skip'] : []),
  next: (s, a) => {
    s.n += a === 'inc' ? 1 : 0;
    s.log.push(a);
    if (s.log.length > 4) return undefined;
    return s;
  },
  label: (a) => ({ family: a, args: [] }),
  properties: [{ name: 'n is never 3', kind: 'always', holds: (s) => s.n !== 3 }],
};
