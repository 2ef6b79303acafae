/** A plain model: two workers add one to a shared counter, without a lock. */
const WORKERS = [0, 1];

const actions = ({ at }) =>
  WORKERS.flatMap((worker) => {
    if (at[worker] === 'start') return [{ does: 'read', worker }];
    return at[worker] === 'read' ? [{ does: 'write', worker }] : [];
  });

const next = ({ at, register, total }, { does, worker }) =>
  does === 'read'
    ? { at: at.with(worker, 'read'), register: register.with(worker, total), total }
    : { at: at.with(worker, 'done'), register, total: register[worker] + 1 };

const areDone = ({ at }) => at.every((place) => place === 'done');

export default {
  name: 'counter',
  initial: [{ at: ['start', 'start'], register: [0, 0], total: 0 }],
  actions,
  next,
  label: ({ does, worker }) => ({ family: does, args: [worker] }),
  properties: [
    { name: 'when all are done, everyone was counted', kind: 'always', holds: (state) => !areDone(state) || state.total === 2 },
    { name: 'all, some day, are done', kind: 'eventually', holds: areDone },
    { name: 'the total is 3', kind: 'sometimes', holds: ({ total }) => total === 3 },
  ],
};
