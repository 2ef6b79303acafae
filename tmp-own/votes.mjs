export default { name: 'votes', initial: [{ n: 0, votes: {} }],
  actions: ({ n }) => (n < 40 ? ['inc'] : ['vote', 'wait']),
  next: (s, a) => { if (a === 'inc') return { ...s, n: s.n + 1 };
    if (a === 'vote') { s.votes.a = true; return { ...s, n: 41 }; }
    return { ...s }; },
  label: (a) => ({ family: a, args: [] }),
  properties: [
    { name: 'no vote at 40', kind: 'alwaysStep', holds: (s, _, t) => s.votes.a === t.votes.a },
    { name: 'a votes some day', kind: 'eventually', holds: ({ votes }) => votes.a === true } ] };
