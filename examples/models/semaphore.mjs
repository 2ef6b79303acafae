/**
 * A binary semaphore that processes contend for: whoever waits may take it when it is free. A process that waits can take it only now and
 * then, not all the time, so weak fairness lets it be passed over for ever; strong fairness, a semaphore that forgets nobody, does not.
 */
import { strongly } from 'bayou/checker';

const STEP_FROM = { idle: 'want', waiting: 'enter', critical: 'leave' };
const AFTER = { want: 'waiting', enter: 'critical', leave: 'idle' };

/** What the model can be made with. */
export const parameters = {
  processes: { default: 2, min: 2, max: 8 },
  fairness: { default: 'strong', oneOf: ['strong', 'weak'] },
};

/** A semaphore for so many processes, which is fair to those who wait or is not. */
export const semaphore = ({ processes, fairness }) => ({
  name: `a semaphore, ${fairness === 'strong' ? 'strongly' : 'weakly'} fair`,
  initial: [Array(processes).fill('idle')],
  actions: (at) => at.map((place, process) => ({ name: STEP_FROM[place], process })),
  next: (at, { name, process }) => (name === 'enter' && at.includes('critical') ? undefined : at.with(process, AFTER[name])),
  label: ({ name, process }) => ({ family: name, args: [`p${process}`] }),
  // Nobody has to want it; whoever has it gives it back.
  fairness: ({ name, process }) => {
    if (name === 'want') return undefined;
    return name === 'enter' && fairness === 'strong' ? strongly(`p${process} enters`) : `p${process} ${name}s`;
  },
  properties: [
    {
      name: 'at most one process is critical',
      kind: 'always',
      holds: (at) => at.filter((place) => place === 'critical').length <= 1,
    },
    { name: 'some step can always be taken', kind: 'noDeadlock' },
    ...Array.from({ length: processes }, (_, process) => ({
      name: `process ${process} enters once it waits`,
      kind: 'leadsTo',
      from: (at) => at[process] === 'waiting',
      to: (at) => at[process] === 'critical',
    })),
  ],
});

export default semaphore;
