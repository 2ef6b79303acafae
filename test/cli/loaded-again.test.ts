/** A small model of one's own is loaded again and searched in another order: what its functions keep from call to call shows. */
import { describe, expect, test } from 'vitest';
import { bayou } from './run.js';
import { ownFolder } from './support/own-folder.js';

const { file } = ownFolder();

const REFUSED = 'loaded again and searched in another order it is another model: ';

/** Ways to keep answers; `name` gives the name under which an answer is kept. */
const model = (name: string, top = ''): string => `
  ${top}
  const cache = new Map();
  const next = (state, action) => {
    const name = ${name};
    if (!cache.has(name)) cache.set(name, { n: state.n + 1, seen: new Set([...state.seen, action]) });
    return cache.get(name);
  };
  export default {
    name: 'kept', initial: [{ n: 0, seen: new Set() }], actions: ({ n }) => (n < 3 ? ['p', 'q'] : []), next,
    label: (action) => ({ family: action, args: [] }),
    properties: [{ name: 'never q alone', kind: 'always', holds: ({ n, seen }) => n < 3 || seen.has('p') }],
  };`;
const ALL = 'JSON.stringify([state.n, [...state.seen], action])';

describe('a cache', () => {
  test('that takes two states for one is refused, in whatever order the first search goes', async () => {
    const path = await file('coarse.mjs', model('JSON.stringify([state, action])'));
    const { status, stderr } = await bayou(['check', path]);
    expect([status, stderr]).toEqual([
      2,
      expect.stringContaining(`${path}: ${REFUSED}"never q alone": holds breadth first, violated depth first. A function keeps `),
    ]);
    const common = await file(
      'coarse.cjs',
      model('JSON.stringify([state, action])').replace('export default', 'module.exports ='),
    );
    expect((await bayou(['check', common])).stderr).toContain(`${common}: ${REFUSED}`);
    // Depth first it is violated at once, by a run that the model has as it then is.
    expect((await bayou(['check', path, '--search', 'dfs'])).lines.at(-1)).toMatch(/^kept: violated/);
  });

  test('of components, too', async () => {
    const path = await file(
      'components.mjs',
      `import { interaction, over, slot } from 'bayou/checker';
      const count = slot('count', 'count', 0), seen = slot('seen', 'seen', new Set());
      const cache = new Map();
      const step = (n, set) => {
        const name = JSON.stringify([n, set]);
        if (!cache.has(name)) cache.set(name, n < 3 ? ['p', 'q'].map((one) => ({ next: [n + 1, new Set([...set, one])] })) : []);
        return cache.get(name);
      };
      export default {
        name: 'kept', slots: [count, seen],
        interactions: [interaction({ label: { family: 'add', args: [] }, slots: [count, seen], writes: [0, 1], step })],
        properties: [{ name: 'never q alone', kind: 'always', over: [over([count, seen], (n, set) => n < 3 || set.has('p'))] }],
      };`,
    );
    expect((await bayou(['check', path])).stderr).toContain(REFUSED);
  });

  test('that tells all states apart is no matter', async () => {
    const violated = await bayou(['check', await file('fine.mjs', model(ALL))]);
    expect(violated.lines.at(-1)).toMatch(/^kept: violated \(1 of 1 properties\)/);
    const path = await file('good.mjs', model(ALL).replace("n < 3 || seen.has('p')", 'n < 4'));
    const { status, lines, stderr } = await bayou(['check', path]);
    expect([status, lines.at(-1), stderr]).toEqual([0, 'kept: holds: all 9 states, depth 3; exact', '']);
  });
});

/** A module that counts how often it is loaded, in a file beside it. */
const COUNTED = `const file = new URL(import.meta.url).pathname + '.loads';
  appendFileSync(file, 'x');
  export const most = statSync(file).size;`;

test('a module that is another one each time is refused, also by a file that it imports', async () => {
  const counted = `import { appendFileSync, statSync } from 'node:fs';\n${COUNTED}`;
  const path = await file('each-time.mjs', model(ALL, counted).replace('n < 3 ?', 'n < most ?'));
  expect((await bayou(['check', path])).stderr).toContain(`${REFUSED}3 states breadth first, 6 depth first`);
  await file('most.mjs', counted);
  const importing = await file('imports.mjs', model(ALL, "import { most } from './most.mjs';").replace('n < 3 ?', 'n < most ?'));
  expect((await bayou(['check', importing])).stderr).toContain(`${REFUSED}3 states breadth first, 6 depth first`);
});

/** A cache that goes by the sum, and a model that moves a pair by it; the truth is 15 states, and the property violated. */
const CACHE = `
  known = globalThis.known ??= new Map();
  after = (s, i) => {
    const key = s[0] + s[1] + ' ' + i;
    if (!known.has(key)) known.set(key, s.map((n, at) => (at === i ? n + 1 : n)));
    return known.get(key);
  };`;
const PAIR = `{ name: 'pair', initial: [[0, 0]],
  actions: (s) => [0, 1].filter((i) => s[i] < (i === 0 ? 4 : 2)), next: (s, i) => after(s, i),
  label: (i) => ({ family: 'add', args: [i] }), symmetry: [(s) => s], normalize: (s) => s,
  properties: [{ name: 'never', kind: 'always', holds: (s) => !(s[0] === 1 && s[1] === 2) }] }`;
const PAIR_OF_COMPONENTS = `
  import { interaction, over, slot } from 'bayou/checker';
  import { after } from './steps.mjs';
  const s = slot('pair', 'pair', [0, 0]);
  export default { name: 'pair', slots: [s],
    interactions: [0, 1].map((i) => interaction({ label: { family: 'add', args: [i] }, slots: [s], writes: [0],
      step: (v) => (v[i] < (i === 0 ? 4 : 2) ? [{ next: [after(v, i)] }] : []) })),
    properties: [{ name: 'never', kind: 'always', over: [over([s], (v) => !(v[0] === 1 && v[1] === 2))] }] };`;

test.each([
  ['two.mjs', [], `import { after } from './steps.mjs'; export default ${PAIR};`],
  ['two.mjs', ['--plain', '--max-states', '100'], `import { after } from './steps.mjs'; export default ${PAIR};`],
  ['two.cjs', [], `const { after } = require('./steps.cjs'); module.exports = ${PAIR};`],
  ['common.mjs', [], `import { after } from './steps.cjs'; export default ${PAIR};`],
  ['components.mjs', [], PAIR_OF_COMPONENTS],
  ['components.mjs', ['--workers', '2'], PAIR_OF_COMPONENTS],
  ['two.mjs', ['--symmetry'], `import { after } from './steps.mjs'; export default ${PAIR};`],
  ['two.mjs', ['--quotient'], `import { after } from './steps.mjs'; export default ${PAIR};`],
  ['two.mjs', ['--symmetry', '--search', 'dfs', '--keep-going'], `import { after } from './steps.mjs'; export default ${PAIR};`],
])('a cache in another file than the model is found: %s %j', async (name, options, text) => {
  await file('steps.mjs', CACHE.replace('known =', 'const known =').replace('after =', 'export const after ='));
  await file('steps.cjs', CACHE.replace('known =', 'const known =').replace('after =', 'exports.after ='));
  const { status, stderr } = await bayou(['check', await file(name, text), ...options]);
  expect([status, stderr]).toEqual([2, expect.stringMatching(/loaded again .*: "never": holds .*, violated depth first/)]);
});

test.each([
  ['Date.now', 'const { now } = Date;', 'now() % 60_000 < 30_000'],
  ['Date', 'const Time = Date;', 'new Time().getSeconds() < 30'],
  ['performance.now', 'const now = performance.now.bind(performance);', 'now() % 60_000 < 30_000'],
  ['Math.random', 'const { random } = Math;', 'random() < 0.95'],
  ['a deadline', 'const { now } = Date; const start = now();', 'now() < start + 60_000'],
])('a clock, or a chance, that a module takes when it is loaded is moved too: %s', async (_, top, holds) => {
  const path = await file('clock.mjs', model(ALL, top).replace("n < 3 || seen.has('p')", `n < 3 || ${holds}`));
  const { status, stderr } = await bayou(['check', path]);
  expect([status, stderr]).toEqual([2, expect.stringContaining('holds gives two answers for one input, ')]);
});

test('a class of dates that a module takes when it is loaded is the class of all dates', async () => {
  const same = 'Time === Date && [new Date(0), new Time()].every((date) => date.constructor === Time && date instanceof Date)';
  const path = await file('dates.mjs', model(ALL, 'const Time = Date;').replace("n < 3 || seen.has('p')", same));
  expect((await bayou(['check', path])).lines.at(-1)).toBe('kept: holds: all 9 states, depth 3; exact');
});

test('one that marks its process is loaded again all the same', async () => {
  const top = "Object.defineProperty(globalThis, 'loaded', { value: true });";
  const path = await file('once.mjs', model(ALL, top).replace("n < 3 || seen.has('p')", 'n < 4'));
  expect((await bayou(['check', path])).lines.at(-1)).toBe('kept: holds: all 9 states, depth 3; exact');
});

const IF_PURE = "exact if the model's functions are pure";

describe('a verdict that no second search confirms is exact on a condition', () => {
  const elsewhere = (what: string): string =>
    model(ALL, `import { isMainThread } from 'node:worker_threads'; const elsewhere = () => { ${what} };`)
      .replace("n < 3 || seen.has('p')", 'n < 4')
      .replace('const name =', 'if (!isMainThread) elsewhere(); const name =');

  test.each([
    [
      'slow.mjs',
      'for (const end = process.cpuUsage().user + 5e5; process.cpuUsage().user < end; );',
      'it did not end within 1.0 s',
    ],
    ['ends.mjs', 'process.exit(0);', 'the model ended its thread'],
  ])('and a line says why: %s', async (name, what, why) => {
    const path = await file(name, elsewhere(what));
    const { status, lines } = await bayou(['check', path, '--max-seconds', '1']);
    expect([status, lines.at(-1)]).toEqual([0, `kept: holds: all 9 states, depth 3; ${IF_PURE}`]);
    expect(lines).toContain(`Not confirmed by a second search, of the model loaded again: ${why}`);
    const { notConfirmed, line } = JSON.parse((await bayou(['check', path, '--max-seconds', '1', '--json'])).stdout) as {
      notConfirmed: string;
      line: string;
    };
    expect([notConfirmed, line]).toEqual([why, expect.stringContaining(IF_PURE)]);
  });

  test.each([
    ['--max-depth', '2'],
    ['--max-states', '4'],
    ['--search', 'simulate'],
    ['--hash-compaction', '64'],
  ])('also where there is none: %s %s', async (...options) => {
    const path = await file('bounded.mjs', model(ALL).replace("n < 3 || seen.has('p')", 'n < 4'));
    expect((await bayou(['check', path, ...options])).lines.at(-1)).toContain("if the model's functions are pure");
  });
});

describe('a module that is edited between its two loads', () => {
  const editing = (edit: string): string =>
    `import { readFileSync, writeFileSync } from 'node:fs';
    const own = new URL(import.meta.url.split('?')[0]);
    const text = readFileSync(own, 'utf8');
    writeFileSync(own, ${edit});
    ${model(ALL).replace("n < 3 || seen.has('p')", 'n < 4')}`;

  test('is refused where it is another model then', async () => {
    const path = await file('edited.mjs', editing("text.replaceAll('n < 3 ?', 'n < 2 ?')"));
    expect((await bayou(['check', path])).stderr).toContain(`${path}: ${REFUSED}9 states breadth first, 6 depth first`);
    expect((await bayou(['check', path])).lines.at(-1)).toBe('kept: holds: all 6 states, depth 2; exact');
  });

  test('and is half saved then, is judged as it was loaded', async () => {
    const path = await file('half.mjs', editing('text.slice(0, 100)'));
    const { lines } = await bayou(['check', path]);
    expect(lines.at(-1)).toBe(`kept: holds: all 9 states, depth 3; ${IF_PURE}`);
    expect(lines.find((line) => line.startsWith('Not confirmed '))).toContain(`${path}: it cannot be loaded: `);
  });
});
