// Three initial states, and an end in which nothing can be done.
export default {
  name: 'deadlock',
  initial: [
    { a: 0, b: 0 },
    { a: 1, b: 1 },
    { a: 2, b: 0 },
  ],
  actions: ({ a, b }) => [...(a < 2 ? ['a'] : []), ...(b < 2 && a !== 1 ? ['b'] : [])],
  next: (state, who) => ({ ...state, [who]: state[who] + 1 }),
  label: (who) => ({ family: 'Raise', args: [who] }),
  properties: [{ kind: 'noDeadlock', name: 'something can always be done' }],
};
