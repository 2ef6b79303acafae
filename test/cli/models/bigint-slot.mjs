import { interaction, over, slot } from 'bayou/checker';
const purse = slot('purse', 'purse', 10n ** 20n);
export default {
  name: 'purse',
  slots: [purse],
  interactions: [
    interaction({
      label: { family: 'pay', args: [] },
      slots: [purse],
      writes: [0],
      step: (p) => (p > 10n ** 20n - 3n ? [{ next: [p - 1n] }] : []),
    }),
  ],
  properties: [{ name: 'never two less', kind: 'always', over: [over([purse], (p) => p !== 10n ** 20n - 2n)] }],
};
