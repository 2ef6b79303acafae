// A set that is used as a queue: {x, y} is one state, whoever came first, so what is taken out of it would be anybody's guess.
const WAITERS = ['x', 'y'];

export default {
  name: 'queue in a set',
  initial: [{ queue: new Set(), served: [] }],
  actions: ({ queue, served }) => [
    ...WAITERS.filter((who) => !queue.has(who) && !served.includes(who)).map((who) => ({ do: 'come', who })),
    ...(queue.size > 0 ? [{ do: 'serve' }] : []),
  ],
  next: ({ queue, served }, action) =>
    action.do === 'come'
      ? { queue: new Set([...queue, action.who]), served }
      : { queue: new Set([...queue].slice(1)), served: [...served, [...queue][0]] },
  label: (action) => ({ family: action.do, args: [action.who ?? 'the first'] }),
  properties: [
    { name: 'y is never served first', kind: 'always', holds: ({ served }) => served.join() !== 'y,x' },
    { name: 'two at most', kind: 'always', holds: ({ served }) => served.length < 3 },
  ],
};
