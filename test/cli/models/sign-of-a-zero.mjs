// 0 and -0 are equal, and one state; this asks for the sign all the same.
export default {
  name: 'sign of a zero',
  initial: [{ speed: 0, turns: 0 }],
  actions: ({ turns }) => (turns < 3 ? ['turn', 'go on'] : []),
  next: ({ speed, turns }, action) => ({ speed: action === 'turn' ? -speed : speed, turns: turns + 1 }),
  label: (action) => ({ family: action, args: [] }),
  properties: [{ name: 'it never goes backwards', kind: 'always', holds: ({ speed }) => 1 / speed > 0 }],
};
