import { interaction, over, slot } from 'bayou/checker';
const store = slot('store', 'store', new Map());
const opt = slot('opt', 'opt', undefined);
export default {
  name: 'mapslot',
  slots: [store, opt],
  interactions: [
    interaction({
      label: { family: 'put', args: [] },
      slots: [store, opt],
      writes: [0, 1],
      step: (m) => (m.size < 3 ? [{ next: [new Map([...m, [m.size, 'x']]), new Set([m.size])] }] : []),
    }),
  ],
  properties: [{ name: 'never two', kind: 'always', over: [over([store], (m) => m.size !== 2)] }],
};
