import { interaction, over, slot } from 'bayou/checker';
const a = slot('n', 'a', 0),
  b = slot('n', 'b', 0);
// moves one from a to b, but `writes` names a alone
export default {
  name: 'forgotten write',
  slots: [a, b],
  interactions: [
    interaction({
      label: { family: 'move', args: [] },
      slots: [a, b],
      writes: [0],
      step: (x, y) => (x < 3 ? [{ next: [x + 1, y + 1] }] : []),
    }),
  ],
  properties: [{ name: 'b never 2', kind: 'always', over: [over([b], (y) => y !== 2)] }],
};
