// An "always" whose predicate gives undefined (falsy) in a bad state that is not initial.
export default {
  name: 'falsy',
  initial: [{ phase: 'idle' }],
  actions: ({ phase }) => (phase === 'idle' ? ['elect'] : []),
  next: () => ({ phase: 'elected', leader: { id: 1 } }), // nobody set leader.alive
  label: (a) => ({ family: a, args: [] }),
  properties: [
    { name: 'an elected leader is alive', kind: 'always', holds: (s) => s.phase !== 'elected' || s.leader.alive },
    { name: 'somebody is elected', kind: 'sometimes', holds: (s) => s.phase === 'elected' && s.leader.id },
  ],
};
