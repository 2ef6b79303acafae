// Each step defines a class of its own: its objects look alike, and are of different classes.
export default {
  name: 'class in a step',
  initial: [{ at: 0, last: null }],
  actions: ({ at }) => (at < 3 ? ['go'] : []),
  next: ({ at }) => {
    class Place {
      constructor(n) {
        this.n = n;
      }

      next() {
        return this.n + 1;
      }
    }
    return { at: at + 1, last: new Place(at) };
  },
  label: (action) => ({ family: action, args: [] }),
  properties: [{ name: 'low', kind: 'always', holds: ({ at }) => at < 4 }],
};
