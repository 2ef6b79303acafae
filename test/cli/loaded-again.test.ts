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

test('a module that is another one each time is refused', async () => {
  const top = 'globalThis.times = (globalThis.times ?? 0) + 1; const most = globalThis.times;';
  const path = await file('each-time.mjs', model(ALL, top).replace('n < 3 ?', 'n < most ?'));
  expect((await bayou(['check', path])).stderr).toContain(`${REFUSED}3 states breadth first, 6 depth first`);
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

test('one that can be loaded only once is searched once', async () => {
  const top = "Object.defineProperty(globalThis, 'loaded', { value: true });";
  const path = await file('once.mjs', model(ALL, top).replace("n < 3 || seen.has('p')", 'n < 4'));
  expect((await bayou(['check', path])).lines.at(-1)).toBe('kept: holds: all 9 states, depth 3; exact');
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
    expect((await bayou(['check', path])).lines.at(-1)).toBe('kept: holds: all 9 states, depth 3; exact');
  });
});
