// A missed violation, default options: one slot, two states, a `sometimes` and an `always` over the same slot.
import { interaction, over, slot } from 'bayou/checker';
const s = slot('s', 's', 0);
const model = {
  name: 'missed',
  slots: [s],
  interactions: [
    interaction({ label: { family: 'Up', args: [] }, slots: [s], writes: [0], step: (v) => (v === 0 ? [{ next: [1] }] : []) }),
  ],
  properties: [
    { name: 'reaches 1', kind: 'sometimes', over: [over([s], (v) => v === 1)] },
    { name: 'never 1', kind: 'always', over: [over([s], (v) => v !== 1)] },
  ],
};
export default model;
