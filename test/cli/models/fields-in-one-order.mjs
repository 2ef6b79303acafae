// It asks for the fields of an object in their order. They are set in one order wherever they are, so there is nothing to be told apart.
export default {
  name: 'fields in one order',
  initial: [{ lamps: { red: true, amber: false, green: false } }],
  actions: () => ['on'],
  next: ({ lamps }) => {
    const names = Object.keys(lamps);
    const at = (names.findIndex((name) => lamps[name]) + 1) % names.length;
    return { lamps: Object.fromEntries(names.map((name, i) => [name, i === at])) };
  },
  label: (action) => ({ family: action, args: [] }),
  properties: [{ name: 'green is first', kind: 'always', holds: ({ lamps }) => Object.keys(lamps).at(-1) === 'green' }],
};
