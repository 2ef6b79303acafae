// The same with components: a step that never comes back from one of its inputs; with ENDLESS=threads, in other threads alone.
import { isMainThread } from 'node:worker_threads';
import { interaction, over, slot } from 'bayou/checker';

const n = slot('n', 'n', 0);

export default {
  name: 'endless slot',
  slots: [n],
  interactions: [
    interaction({
      label: { family: 'up', args: [] },
      slots: [n],
      writes: [0],
      step: (count) => {
        if (count === 3 && (process.env['ENDLESS'] !== 'threads' || !isMainThread)) for (;;);
        return count < 5 ? [{ next: [count + 1] }] : [];
      },
    }),
  ],
  properties: [{ name: 'few', kind: 'always', over: [over([n], (count) => count < 9)] }],
};
