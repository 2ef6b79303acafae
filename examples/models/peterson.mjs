const place = ([left, right], process, value) => (process === 0 ? [value, right] : [left, value]);

const STEP_FROM = { idle: 'want', 'flag up': 'yield', waiting: 'enter', critical: 'leave' };

const mayEnter = ({ wants, turn }, process, useTurn) => !wants[process === 0 ? 1 : 0] || (useTurn && turn === process);

const next = (state, { name, process }, useTurn) => {
  const { at, wants } = state;
  switch (name) {
    case 'want':
      return { ...state, at: place(at, process, 'flag up'), wants: place(wants, process, true) };
    case 'yield':
      return { ...state, at: place(at, process, 'waiting'), turn: process === 0 ? 1 : 0 };
    case 'enter':
      return mayEnter(state, process, useTurn) ? { ...state, at: place(at, process, 'critical') } : undefined;
    case 'leave':
      return { ...state, at: place(at, process, 'idle'), wants: place(wants, process, false) };
  }
};

/** What the model can be made with. */
export const parameters = { variant: { default: 'correct', oneOf: ['correct', 'broken'] } };

/** Peterson's algorithm, or the same without the turn. */
export const peterson = (variant = 'correct') => ({
  name: `Peterson's algorithm, ${variant}`,
  initial: [{ at: ['idle', 'idle'], wants: [false, false], turn: 0 }],
  actions: ({ at }) => [0, 1].map((process) => ({ name: STEP_FROM[at[process]], process })),
  next: (state, action) => next(state, action, variant === 'correct'),
  label: ({ name, process }) => ({ family: name, args: [`p${process}`] }),
  fairness: ({ name, process }) => (name === 'want' ? undefined : `p${process}`),
  properties: [
    {
      name: 'at most one process is critical',
      kind: 'always',
      holds: ({ at }) => !(at[0] === 'critical' && at[1] === 'critical'),
    },
    { name: 'some step can always be taken', kind: 'noDeadlock' },
    ...[0, 1].map((process) => ({
      name: `process ${process} enters once it wants to`,
      kind: 'leadsTo',
      from: ({ at }) => at[process] === 'flag up',
      to: ({ at }) => at[process] === 'critical',
    })),
  ],
});

export default ({ variant }) => peterson(variant);
