// A part of every kind: sets, maps, records in records, big integers, long texts, names with markup; two initial states.
const LONG = 'lorem ipsum dolor sit amet '.repeat(30);

const rich = {
  set: new Set([1, 2]),
  map: new Map([
    ['a', { x: 1, y: [1, 2, 3] }],
    ['b', { x: 2, y: [] }],
  ]),
  big: 10n ** 30n,
  text: 'short',
  list: [
    { k: 'a', v: 1 },
    { k: 'b', v: 2 },
  ],
  nested: { deep: { deeper: { deepest: { end: [[[1]]] } } } },
  empty: {},
  none: null,
  flag: true,
  long: LONG,
  maps: new Map([['one', new Map([['q', new Set(['z'])]])]]),
  tuple: [1, [2, [3, [4, [5]]]]],
  fraction: -0.5,
  'odd name <b>&"\n': 'x',
};

const poor = {
  ...rich,
  set: new Set(),
  map: new Map(),
  big: 0n,
  text: '',
  list: [],
  nested: {},
  flag: false,
  long: '',
  maps: new Map(),
  tuple: [],
  fraction: 0,
};

const grown = (s) => ({
  ...s,
  set: new Set([...s.set, 1 + Math.max(0, ...s.set)]),
  map: new Map([...s.map, [`k${s.set.size}.${s.map.size}`, { x: s.map.size, y: [s.map.size] }]]),
  big: s.big * 3n + 1n,
  list: [...s.list, { k: 'n', v: s.list.length }],
  nested: { ...s.nested, now: { at: s.text.length } },
  tuple: [s.text.length, [2, [3, [4, [s.text.length]]]]],
  long: `${s.long.slice(0, 50)}, and so on`,
  flag: !s.flag,
});

const shrunk = (s) => ({
  ...s,
  list: s.list.slice(1),
  text: `${s.text}!`,
  maps: new Map([['two', new Map()]]),
  none: 'something',
});

export default {
  name: 'values',
  initial: [rich, poor],
  actions: () => ['grow', '<i>shrink</i>'],
  next: (s, what) => (what === 'grow' ? grown(s) : shrunk(s)),
  label: (what) => ({ family: what, args: [] }),
  boundary: (s) => s.set.size < 6 && s.text.length < 8,
  properties: [
    {
      kind: 'always',
      name: 'the set is small, and its name is a long sentence that says with many words what <must> be so in each and every state',
      holds: (s) => s.set.size < 5 || s.text === 'short',
    },
  ],
};
