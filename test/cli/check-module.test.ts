import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bayou } from './run.js';
import { ownFolder, report } from './support/own-folder.js';

const COUNTER = 'test/cli/models/counter.mjs';
const RING = 'test/cli/models/ring.mjs';
const NEVER = 'when all are done, everyone was counted';

const { path: dir, file } = ownFolder();

describe('verdicts and their exit statuses', () => {
  test('a plain model that is violated: 1, a shortest run, and the command that repeats it names the module', async () => {
    const { status, lines, stderr } = await bayou(['check', COUNTER]);
    expect([status, stderr]).toEqual([1, '']);
    expect(lines.slice(0, 2)).toEqual([`Violated: ${NEVER}`, 'A shortest run of 4 steps:']);
    expect(lines).toContain(`Repeat with: npx bayou check ${COUNTER}`);
    expect(lines.at(-1)).toMatch(/^counter: violated \(1 of 3 properties\): 12 states, .*; exact$/);
  });

  test('properties by name, though names are sentences with commas; liveness is judged', async () => {
    const { status, lines } = await bayou(['check', COUNTER, '--properties', 'all, some day, are done,the total is 3']);
    expect(status).toBe(0);
    expect(lines.slice(0, 3)).toEqual(['Properties', '  holds       all, some day, are done', '  not reached the total is 3']);
    expect(lines.at(-1)).toBe('counter: holds: all 13 states, depth 4; exact');
  });

  test('a witness that is not reached: 4 with --require-witnesses', async () => {
    const { status, lines } = await bayou(['check', COUNTER, '--properties', 'the total is 3', '--require-witnesses']);
    expect(status).toBe(4);
    expect(lines).toContain('  not reached: the total is 3');
  });

  test.each([[COUNTER], [RING]])('a limit that comes first: 3 (%s)', async (module) => {
    const { status, lines } = await bayou(['check', module, '--max-states', '5']);
    expect(status).toBe(3);
    expect(lines.at(-1)).toContain(': bounded: ');
  });

  test('a module and a configuration in one run; the most telling status counts', async () => {
    const { status, stdout } = await bayou(['check', 'bayou-s-2112', COUNTER]);
    expect(status).toBe(1);
    expect(stdout).toContain('bayou-s-2112: holds: all 55 states');
    expect(stdout).toContain('counter: violated');
  });
});

describe('the same counts by every search', () => {
  const ALL = ['holds', 'reached', 'holds', 'holds'];

  test.each([[], ['--plain'], ['--search', 'dfs'], ['--search', 'sweep'], ['--workers', '2'], ['--plain', '--search', 'dfs']])(
    'of a component model, safety and liveness: %j',
    async (...flags) => {
      const { verdict, counts, properties } = await report(RING, ...flags);
      expect([verdict, counts.distinct, counts.generated]).toEqual(['holds', 33, 57]);
      expect(properties.map((property) => property.verdict)).toEqual(ALL);
    },
  );

  test('of a component model that is stopped or cut short: liveness is open, and the report says why', async () => {
    const { properties } = await report(RING, '--max-states', '10');
    expect(properties.map(({ verdict, why }) => [verdict, why]).slice(2)).toEqual(
      Array.from({ length: 2 }, () => ['unknown', 'the search stopped before it had seen every state']),
    );
  });

  test('of both levels by hashes, and for safety alone', async () => {
    const safe = ['--hash-compaction', '--properties'];
    expect((await report(RING, ...safe, 'nobody has more than there is')).counts.distinct).toBe(33);
    expect((await report(COUNTER, ...safe, 'the total is 3')).counts.distinct).toBe(13);
    const live = await bayou(['check', RING, '--hash-compaction']);
    expect([live.status, live.stderr]).toEqual([2, expect.stringMatching(/^bayou check: .*: --hash-compaction: .* liveness/)]);
  });

  test('at random, by a seed: never "holds"', async () => {
    const walks = ['--search', 'simulate', '--seed', '7', '--traces', '5'];
    const [first, second] = [await report(RING, ...walks), await report(RING, ...walks)];
    expect(first.counts).toEqual(second.counts);
    expect([first.verdict, first.seed]).toEqual(['bounded', 7]);
  });

  test('of a plain model stopped and resumed', async () => {
    const kept = join(dir(), 'counter.checkpoint');
    const safe = ['--properties', 'all, some day, are done,the total is 3'];
    expect((await report(COUNTER, ...safe, '--max-states', '5', '--checkpoint', kept)).verdict).toBe('bounded');
    const [resumed, whole] = [await report(COUNTER, ...safe, '--resume', kept), await report(COUNTER, ...safe)];
    expect([resumed.counts, resumed.properties]).toEqual([whole.counts, whole.properties]);
  });

  test('of a component model stopped and resumed; of another it is refused', async () => {
    const kept = join(dir(), 'ring.checkpoint');
    const stopped = await bayou(['check', RING, '--max-states', '10', '--checkpoint', kept]);
    expect(stopped.stdout).toContain(`Go on with: npx bayou check ${RING} --max-states 10 --checkpoint ${kept} --resume ${kept}`);
    expect((await report(RING, '--resume', kept)).counts).toMatchObject({ distinct: 33, generated: 57 });
    const other = await bayou(['check', RING, '--resume', kept, '--properties', 'the first is 3']);
    expect([other.status, other.stderr.trimEnd().split('\n').length]).toEqual([2, 1]);
    expect(other.stderr).toContain('it was made with other options: properties ["nobody has more than there is",');
  });
});

describe('output', () => {
  test('a counterexample in every format that it can have, named after module and property', async () => {
    const out = join(dir(), 'out');
    const { stdout } = await bayou(['check', COUNTER, '--out-dir', out]);
    const files = (await readdir(out)).sort();
    expect(files).toEqual(
      ['html', 'itf.json', 'mmd', 'shiviz.log', 'trace.json', 'txt'].map(
        (extension) => `counter-when-all-are-done-everyone-was-counted.${extension}`,
      ),
    );
    for (const name of files) expect(stdout).toContain(`written: ${join(out, name)}`);
    const trace = JSON.parse(await readFile(join(out, files[4]!), 'utf8')) as Readonly<Record<string, unknown>>;
    expect(trace).toMatchObject({ model: 'counter', module: COUNTER, property: NEVER, shortest: true });
  });

  test('names that are alike as files, and modules of one name, never write over each other', async () => {
    const out = join(dir(), 'alike');
    await mkdir(join(dir(), 'twin'));
    const alike = 'test/cli/models/names-alike-in-a-file-name.mjs';
    const twin = join(dir(), 'twin', 'NAMES-alike-in-a-file-name.mjs');
    await writeFile(twin, await readFile(alike, 'utf8'));
    const { stdout } = await bayou(['check', alike, twin, '--keep-going', '--out-dir', out, '--format', 'text']);
    const written = [...stdout.matchAll(/^written: (.*)$/gm)].map(([, name = '']) => name.toLowerCase());
    expect(new Set(written).size).toBe(6);
    const texts = await Promise.all((await readdir(out)).map((name) => readFile(join(out, name), 'utf8')));
    expect(texts.map((text) => text.split('\n')[0]).sort()).toEqual(['p', 'p', 'p 1', 'p 1', 'p!', 'p!']);
  });

  test('a long name of a property is cut to what a file system takes', async () => {
    const name = '値'.repeat(300);
    const model = await file(
      'long.mjs',
      `export default { name: 'long', initial: [0], actions: () => [], next: (s) => s,
      label: () => ({ family: 'x', args: [] }), properties: [{ name: '${name}', kind: 'always', holds: () => false }] }`,
    );
    const { status, stderr } = await bayou(['check', model, '--out-dir', join(dir(), 'long'), '--format', 'text']);
    expect([status, stderr]).toEqual([1, '']);
  });

  test('--witnesses shows and writes a run to each witness', async () => {
    const out = join(dir(), 'witnesses');
    const { stdout } = await bayou(['check', RING, '--witnesses', '--out-dir', out, '--format', 'json']);
    expect(stdout).toMatch(/^Reached: the first is 3\nA shortest run of \d+ steps:\n/);
    expect(await readdir(out)).toEqual(['ring-the-first-is-3.trace.json']);
    const plain = await bayou(['check', RING, '--witnesses', '--plain']);
    expect(plain.stdout).toContain('Reached: the first is 3');
  });

  test('a part that holds a map, a set or nothing shows what each step changed', async () => {
    const { lines } = await bayou(['check', 'test/cli/models/map-in-a-slot.mjs']);
    expect(lines.slice(2, 11)).toEqual([
      '0  initial state',
      '     store  Map {}',
      '     opt    undefined',
      '1  put',
      '     store  {0 -> x}',
      '     opt    {0}',
      '2  put',
      '     store  + 1 -> x',
      '     opt    {1}',
    ]);
  });

  test('the state graph', async () => {
    const out = join(dir(), 'graph');
    await bayou(['check', RING, '--out-dir', out, '--format', 'dot']);
    expect(await readFile(join(out, 'ring.dot'), 'utf8')).toMatch(/^digraph/);
  });

  test('--ndjson names the module', async () => {
    const { lines } = await bayou(['check', RING, '--ndjson']);
    expect(JSON.parse(lines.at(-1)!)).toMatchObject({ type: 'report', module: RING, model: 'ring', status: 0 });
  });
});

describe('modules of every kind', () => {
  const MODEL = `{
    name: 'door', initial: ['shut'], actions: () => ['turn'],
    next: (state) => (state === 'shut' ? 'open' : 'shut'),
    label: (action) => ({ family: action, args: [] }),
    properties: [{ name: 'it opens', kind: 'sometimes', holds: (state) => state === 'open' }],
  }`;

  test.each([
    ['plain.mjs', `export default ${MODEL}`],
    ['made.mjs', `export default () => (${MODEL})`],
    ['later.mjs', `export default await Promise.resolve(${MODEL})`],
    ['esm.js', `export default ${MODEL}`],
    ['common.cjs', `module.exports = ${MODEL}`],
    ['compiled.cjs', `Object.defineProperty(exports, '__esModule', { value: true }); exports.default = ${MODEL}`],
  ])('%s', async (name, text) => {
    await writeFile(join(dir(), 'package.json'), '{ "type": "module" }');
    const { status, lines } = await bayou(['check', await file(name, text)]);
    expect([lines.at(-1), status]).toEqual(['door: holds: all 2 states, depth 1; exact', 0]);
  });

  test('TypeScript, where this Node can run it; else one line that says what to do', async () => {
    const path = await file('typed.ts', `const model: object = ${MODEL}; export default model;`);
    const { status, lines, stderr } = await bayou(['check', path]);
    const can = (process.features as { readonly typescript?: unknown }).typescript;
    if (can === 'strip' || can === 'transform')
      expect([lines.at(-1), status]).toEqual([expect.stringContaining('door: holds'), 0]);
    else
      expect([status, stderr]).toEqual([
        2,
        `bayou check: ${path}: Node ${process.version} cannot run TypeScript: compile it to JavaScript first, or use Node 22.18 or later\n`,
      ]);
  });
});

describe('bad modules: one clear line, and 2', () => {
  const complaint = async (...args: ReadonlyArray<string>): Promise<string> => {
    const { status, stdout, stderr } = await bayou(['check', ...args]);
    expect([status, stderr.trimEnd().split('\n').length]).toEqual([2, 1]);
    // What goes wrong only in some state is told with the run to it.
    if (stdout !== '')
      expect([stdout.split('\n')[0], stderr]).toEqual(['The run that leads there:', expect.stringContaining(' (')]);
    return stderr.trimEnd();
  };

  const part = (fields: string): string => `export default {
    name: 'm', initial: [0], actions: () => [1], next: (s, a) => (s < 3 ? s + a : undefined), label: () => ({ family: 'up', args: [] }),
    properties: [{ name: 'p', kind: 'always', holds: () => true }], ${fields} }`;

  const slots = (fields: string): string => `const a = { kind: 'k', name: 'a', initial: 0 };
    const up = { label: { family: 'up', args: [] }, slots: [a], writes: [0], step: (n) => (n < 3 ? [{ next: [n + 1] }] : []) };
    export default { name: 'm', slots: [a], interactions: [up],
      properties: [{ name: 'p', kind: 'always', over: [{ slots: [a], holds: (n) => n < 9 }] }], ${fields} }`;

  test.each([
    ['syntax', 'export default {', /it cannot be loaded: SyntaxError: Unexpected end of input \(\/.*syntax\.mjs:\d\)$/],
    ['throws', 'throw new Error("no luck")', /it cannot be loaded: Error: no luck \(\/.*throws\.mjs:1:7\)$/],
    [
      'imports',
      "import 'no-such-package'; export default {}",
      "it cannot be loaded: Error: Cannot find package 'no-such-package'",
    ],
    ['nothing', '', 'it has no default export: export default the model'],
    ['named', 'export const model = 1, other = 2', 'it has no default export, only model, other: export default the model'],
    [
      'number',
      'export default 3',
      'its default export: expected a Model (name, initial, actions, next, label, properties) or a ComponentModel',
    ],
    ['giver', 'export default () => { throw new Error("not today") }', 'its default export threw Error: not today'],
    ['missing', part('next: undefined'), 'its default export: next: expected a function, but it is missing'],
    ['none', part('initial: []'), 'initial: expected a list of at least 1, but it is an empty list'],
    ['typo', part('fairnes: () => "x"'), 'fairnes: there is no such field; the fields are name, initial,'],
    [
      'kind',
      part("properties: [{ name: 'p', kind: 'never', holds: () => true }]"),
      'properties[0].kind: expected one of always, alwaysStep',
    ],
    ['empty', part('properties: []'), 'properties: expected a list of at least 1'],
    ['twice', part("properties: [0, 0].map(() => ({ name: 'p', kind: 'noDeadlock' }))"), 'properties: two have the name "p"'],
    [
      'waits',
      part("properties: [{ name: 'p', kind: 'always', holds: async () => false }]"),
      'what properties[0].holds gives: expected true or false, but it is a promise',
    ],
    ['label', part("label: () => 'up'"), 'what label of 1 gives: expected a label, but it is "up"'],
    ['actions', part('actions: () => 1'), 'what actions gives: expected a list, but it is 1'],
    [
      'faulty',
      part('actions: (s) => s.list.map(() => 1)'),
      /actions threw TypeError: .* \(\/.*faulty\.mjs:\d+:\d+\) \(in an initial state, state: 0\)$/,
    ],
    [
      'later',
      part('next: (s, a) => { if (s > 1) throw new RangeError("too far"); return s + a }'),
      /next threw RangeError: too far \(.*later\.mjs:\d+:\d+\) \(after 2 steps, state: 2\)$/,
    ],
    [
      'undeclared',
      slots("properties: [{ name: 'p', kind: 'always', over: [{ slots: [{ ...a, name: 'b' }], holds: () => true }] }]"),
      'names the slot b, which the model does not list',
    ],
    ['slotless', slots('slots: []'), 'slots: expected a list of at least 1'],
    [
      'outcome',
      slots('interactions: [{ ...up, step: () => [{ nxt: [1] }] }]'),
      'what interactions[0].step gives: [0].nxt: there is no such field',
    ],
    ['writes', slots('interactions: [{ ...up, writes: [1] }]'), 'interactions[0].writes: there is no slot 1, only 1 from 0'],
    [
      'prototype',
      part("properties: [{ name: 'p', kind: 'toString', holds: () => true }]"),
      'properties[0].kind: expected one of always',
    ],
    [
      'short',
      slots('interactions: [{ ...up, step: () => [{ next: [] }] }]'),
      'what interactions[0].step gives: next has 0 local states for 1 slots',
    ],
    [
      'unknown',
      slots("interactions: [{ ...up, step: () => [{ next: [0], violates: ['q'] }] }]"),
      'a step names the property q, which the model does not have',
    ],
  ])('%s', async (name, text, why) => {
    const path = await file(`${name}.mjs`, text);
    const said = await complaint(path);
    expect(said.startsWith(`bayou check: ${path}: `)).toBe(true);
    if (typeof why === 'string') expect(said).toContain(why);
    else expect(said).toMatch(why);
  });

  test('a file that is not there, and a folder', async () => {
    expect(await complaint('no/such.mjs')).toBe('bayou check: no/such.mjs: its folder is not there');
    await mkdir(join(dir(), 'folder.mjs'));
    expect(await complaint(join(dir(), 'folder.mjs'))).toContain('it is a folder');
  });

  test('--format with script among others: those are written, and a line says why it is not', async () => {
    const out = join(dir(), 'with-script');
    const { lines } = await bayou(['check', COUNTER, '--out-dir', out, '--format', 'text,script,itf']);
    const why = "only a run of Bayou's model is a script";
    expect(lines.filter((line) => line.startsWith('not written'))).toEqual([
      expect.stringMatching(new RegExp(`script: ${why}$`)),
    ]);
    expect((await readdir(out)).map((name) => name.replace(/^[^.]*/, '')).sort()).toEqual(['.itf.json', '.txt']);
  });

  test.each([
    [
      COUNTER,
      ['--servers', '3', '--variant', 'V1', '--set', 'rounds=2'],
      "--servers, --variant: for configurations of Bayou's model",
    ],
    [COUNTER, ['--out-dir', 'x', '--format', 'script'], "--format script: for configurations of Bayou's model"],
    [COUNTER, ['--workers', '2'], '--workers: for a ComponentModel, and this is a Model: leave the option out'],
    [COUNTER, ['--search', 'sweep'], '--search: counter declares no progress measure, which a sweep needs'],
    [COUNTER, ['--symmetry'], '--symmetry: the model declares no symmetry'],
    [RING, ['--quotient'], '--quotient: the model has no normalize'],
    [
      COUNTER,
      ['--properties', 'all'],
      '--properties: it has no property "all"; it has "when all are done, everyone was counted", "all, some day,',
    ],
  ])('%s %j', async (module, flags, why) => {
    expect(await complaint(module, ...flags)).toContain(`bayou check: ${module}: ${why}`);
  });

  test('a module of which another property has the name that --deadlock gives', async () => {
    const name = 'some step can always be taken';
    const path = await file('taken.mjs', part(`properties: [{ name: '${name}', kind: 'always', holds: () => true }]`));
    expect(await complaint(path, '--deadlock')).toContain(
      `--deadlock adds a property with the name "${name}", and the model has`,
    );
  });

  test('a module whose sweep has no progress to go by', async () => {
    const path = await file('standing.mjs', slots(''));
    expect(await complaint(path, '--search', 'sweep')).toContain('--search: m declares no progress measure');
  });
});
