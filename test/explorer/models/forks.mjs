// Merged by `chain` the states are a chain, merged by `fork` a fork, of as many nodes and edges.
const WAYS = { 0: [1, 3], 1: [2], 2: [], 3: [] };
const at = (place) => ({ place, chain: place === 3 ? 0 : place, fork: place === 3 ? 2 : Math.min(place, 1) });
export default {
  name: 'forks',
  initial: [at(0)],
  actions: ({ place }) => WAYS[place],
  next: (_, to) => at(to),
  label: (to) => ({ family: 'Go', args: [String(to)] }),
  properties: [{ kind: 'always', name: 'place 2 is never reached', holds: ({ place }) => place !== 2 }],
};
