// Each step defines a class of its own: its objects look alike, and are of different classes.
export default {
  name: 'class in a step',
  initial: [{ at: 0, last: null }],
  actions: () => ['go'],
  next: ({ at }) => {
    class Place {
      constructor(n) {
        this.n = n;
      }
    }
    return { at: (at + 1) % 3, last: new Place(at) };
  },
  label: (action) => ({ family: action, args: [] }),
  properties: [{ name: 'low', kind: 'always', holds: ({ at }) => at < 3 }],
};
