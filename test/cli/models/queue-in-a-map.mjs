// The same with a map: the first of its entries is whichever was put there first.
const WAITERS = ['y', 'x'];

export default {
  name: 'queue in a map',
  initial: [{ waiting: new Map(), next: 'nobody' }],
  actions: ({ waiting }) => WAITERS.filter((who) => !waiting.has(who)),
  next: ({ waiting }, who) => ({ waiting: new Map([...waiting, [who, waiting.size > 0]]), next: 'somebody' }),
  label: (who) => ({ family: 'come', args: [who] }),
  properties: [{ name: 'the first never waits', kind: 'always', holds: ({ waiting }) => [...waiting.values()][0] !== true }],
};
