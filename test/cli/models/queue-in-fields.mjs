// The same with the fields of an object, which JavaScript keeps in the order in which they were set.
const WAITERS = ['x', 'y'];

export default {
  name: 'queue in fields',
  initial: [{ queue: {}, served: [] }],
  actions: ({ queue, served }) => [
    ...WAITERS.filter((who) => !(who in queue) && !served.includes(who)).map((who) => ({ do: 'come', who })),
    ...(Object.keys(queue).length > 0 ? [{ do: 'serve' }] : []),
  ],
  next: ({ queue, served }, action) => {
    if (action.do === 'come') return { queue: { ...queue, [action.who]: true }, served };
    const [first, ...others] = Object.entries(queue);
    return { queue: Object.fromEntries(others), served: [...served, first[0]] };
  },
  label: (action) => ({ family: action.do, args: [action.who ?? 'the first'] }),
  properties: [
    { name: 'y is never served first', kind: 'always', holds: ({ served }) => served.join() !== 'y,x' },
    { name: 'two at most', kind: 'always', holds: ({ served }) => served.length < 3 },
  ],
};
