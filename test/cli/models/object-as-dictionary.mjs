// a state that uses an object as a dictionary: members come and go under N names, 2^N states, each with its own set of keys
const N = Number(process.env.N ?? 11);
const IDS = Array.from({ length: N }, (_, i) => `m${i}`);
export default {
  name: 'members',
  initial: [{ members: {} }],
  actions: ({ members }) => IDS.map((id) => ({ do: id in members ? 'leave' : 'join', id })),
  next: ({ members }, { do: what, id }) => {
    const { [id]: _, ...rest } = members;
    return { members: what === 'join' ? { ...members, [id]: true } : rest };
  },
  label: (a) => ({ family: a.do, args: [a.id] }),
  ...(process.env.KEY ? { key: ({ members }) => Object.keys(members).sort().join() } : {}),
  properties: [{ name: 'never too many', kind: 'always', holds: ({ members }) => Object.keys(members).length <= N }],
};
