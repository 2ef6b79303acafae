// A light that never comes to amber: runs that go round for ever.
export default {
  name: 'lasso',
  initial: [{ light: 'red', count: 0 }],
  actions: ({ light }) => ['green', 'red', 'amber'].filter((to) => to !== light),
  next: ({ count }, to) => ({ light: to, count: (count + 1) % 3 }),
  label: (to) => ({ family: 'Turn', args: [to] }),
  properties: [
    { kind: 'eventually', name: 'it is amber some day', holds: ({ light }) => light === 'amber' },
    { kind: 'leadsTo', name: 'red leads to green', from: ({ light }) => light === 'red', to: ({ light }) => light === 'green' },
    { kind: 'sometimes', name: 'amber can be', holds: ({ light }) => light === 'amber' },
  ],
};
