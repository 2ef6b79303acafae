const set = (list, index, value) => list.with(index, value);

const send = ({ decisions }, decision) => (decisions.includes(decision) ? decisions : [...decisions, decision].sort());

/** Every action that there is, for so many resource managers. */
const allActions = (rms) => [
  { name: 'TMCommit' },
  { name: 'TMAbort' },
  ...rms.flatMap((rm) => [
    { name: 'TMRcvPrepared', rm },
    { name: 'RMPrepare', rm },
    { name: 'RMChooseToAbort', rm },
    { name: 'RMRcvCommitMsg', rm },
    { name: 'RMRcvAbortMsg', rm },
  ]),
];

const isEnabled = ({ rms, tm, tmPrepared, votes, decisions }, { name, rm = -1 }) => {
  switch (name) {
    case 'TMRcvPrepared':
      return tm === 'init' && votes[rm] === true;
    case 'TMCommit':
      return tm === 'init' && tmPrepared.every(Boolean);
    case 'TMAbort':
      return tm === 'init';
    case 'RMPrepare':
    case 'RMChooseToAbort':
      return rms[rm] === 'working';
    case 'RMRcvCommitMsg':
      return decisions.includes('commit');
    case 'RMRcvAbortMsg':
      return decisions.includes('abort');
  }
};

const next = (state, { name, rm = -1 }) => {
  switch (name) {
    case 'TMRcvPrepared':
      return { ...state, tmPrepared: set(state.tmPrepared, rm, true) };
    case 'TMCommit':
      return { ...state, tm: 'committed', decisions: send(state, 'commit') };
    case 'TMAbort':
      return { ...state, tm: 'aborted', decisions: send(state, 'abort') };
    case 'RMPrepare':
      return { ...state, rms: set(state.rms, rm, 'prepared'), votes: set(state.votes, rm, true) };
    case 'RMChooseToAbort':
      return { ...state, rms: set(state.rms, rm, 'aborted') };
    case 'RMRcvCommitMsg':
      return { ...state, rms: set(state.rms, rm, 'committed') };
    case 'RMRcvAbortMsg':
      return { ...state, rms: set(state.rms, rm, 'aborted') };
  }
};

/** Two-phase commit with so many resource managers. Lamport's and Stateright's counts: 3 give 288 states, 5 8,832, 7 296,448. */
export const twoPhaseCommit = (managers) => {
  const all = Array.from({ length: managers }, (_, rm) => rm);
  const actions = allActions(all);
  const none = all.map(() => false);
  return {
    name: `two-phase commit, ${managers} resource managers`,
    initial: [{ rms: all.map(() => 'working'), tm: 'init', tmPrepared: none, votes: none, decisions: [] }],
    actions: (state) => actions.filter((action) => isEnabled(state, action)),
    next,
    label: ({ name, rm }) => ({ family: name, args: rm === undefined ? [] : [`rm${rm}`] }),
    properties: [
      {
        name: 'no resource manager aborts where another commits',
        kind: 'always',
        holds: ({ rms }) => !(rms.includes('aborted') && rms.includes('committed')),
      },
      { name: 'all can commit', kind: 'sometimes', holds: ({ rms }) => rms.every((rm) => rm === 'committed') },
      { name: 'all can abort', kind: 'sometimes', holds: ({ rms }) => rms.every((rm) => rm === 'aborted') },
    ],
  };
};

/** What the model can be made with. */
export const parameters = { managers: { default: 3, min: 1, max: 10 } };

export default ({ managers }) => twoPhaseCommit(managers);
