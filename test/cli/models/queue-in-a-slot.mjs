// A set that is used as a queue, in a slot.
import { interaction, over, slot } from 'bayou/checker';

const queue = slot('queue', 'queue', new Set());
const served = slot('served', 'served', []);

const come = (who) =>
  interaction({
    label: { family: 'come', args: [who] },
    slots: [queue, served],
    writes: [0],
    step: (waiting, done) => (waiting.has(who) || done.includes(who) ? [] : [{ next: [new Set([...waiting, who]), done] }]),
  });

export default {
  name: 'queue in a slot',
  slots: [queue, served],
  interactions: [
    come('x'),
    come('y'),
    interaction({
      label: { family: 'serve', args: [] },
      slots: [queue, served],
      writes: [0, 1],
      step: (waiting, done) => {
        const [first, ...others] = waiting;
        return first === undefined ? [] : [{ next: [new Set(others), [...done, first]] }];
      },
    }),
  ],
  properties: [
    { name: 'y is never served first', kind: 'always', over: [over([served], (done) => done.join() !== 'y,x')] },
    { name: 'two at most', kind: 'always', over: [over([served], (done) => done.length < 3)] },
  ],
};
