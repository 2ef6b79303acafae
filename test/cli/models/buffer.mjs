// Typed arrays can be changed whatever is frozen: this step changes what it is given, and nothing would notice.
import { Buffer } from 'node:buffer';

export default {
  name: 'buffer',
  initial: [{ memory: Buffer.from([0, 0]), at: 0 }],
  actions: () => ['write'],
  next: ({ memory, at }) => {
    memory[at] = 1;
    return { memory, at: 1 - at };
  },
  label: (action) => ({ family: action, args: [] }),
  properties: [{ name: 'never both', kind: 'always', holds: ({ memory }) => memory[0] + memory[1] < 2 }],
};
