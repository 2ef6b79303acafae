// a ticket with a field called note
export default {
  name: 'ticket',
  initial: [{ status: 'open', note: 'nobody looked' }],
  actions: ({ status }) => (status === 'open' ? ['close'] : []),
  next: () => ({ status: 'closed', note: 'done, but no reason' }),
  label: (a) => ({ family: a, args: [] }),
  properties: [
    {
      name: 'a closed ticket has a reason',
      kind: 'always',
      holds: ({ status, note }) => status !== 'closed' || !note.includes('no reason'),
    },
  ],
};
