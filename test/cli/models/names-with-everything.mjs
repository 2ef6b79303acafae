// part names, labels, property names with everything in them
const WHO = [
  'worker 0',
  'end',
  'a->b',
  'x;y',
  'c:d',
  'é😀',
  'q"uote',
  'line\nbreak',
  'note',
  '#meta',
  'mbt::actionTaken',
  'A,B',
  'back\\slash',
  '<b>',
];
export default {
  name: 'na"me\nwith <everything> \\ 😀',
  initial: [Object.fromEntries(WHO.map((w) => [w, 0]))],
  actions: (s) =>
    WHO.filter((w) => s[w] === 0)
      .slice(0, 1)
      .concat(
        WHO.filter((w) => s[w] === 1)
          .slice(-1)
          .map((w) => '-' + w),
      )
      .filter((w) => w[0] !== '-' || false),
  next: (s, w) => ({ ...s, [w]: 1 }),
  label: (w) => ({ family: 'do "it"; #1 %% <x>', args: [w, WHO[(WHO.indexOf(w) + 1) % WHO.length]] }),
  note: (s, w) => `note "q"; #x\nsecond line ${w}`,
  properties: [
    { name: 'not "all"\nare; <one> & \\ 😀', kind: 'always', holds: (s) => !WHO.every((w) => s[w] === 1) },
    { name: 'not "all" are (one)', kind: 'always', holds: (s) => !WHO.every((w) => s[w] === 1) },
  ],
};
