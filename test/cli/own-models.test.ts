/** Models of one's own: parameters, replay, samples, several counterexamples, stepping. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { bayou, type Ran } from './run.js';
import { ownFolder, report } from './support/own-folder.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const COUNTER = 'test/cli/models/counter.mjs';

const { path: dir, file } = ownFolder();

describe('parameters', () => {
  const model = (parameters: string): string => `
    ${parameters}
    export default ({ n, word = 'w', on = false, list = [] }) => ({
      name: 'count to ' + n + ' ' + word + ' ' + on + ' ' + list.length,
      initial: [0], actions: (s) => (s < n ? ['up'] : []), next: (s) => s + 1, label: (a) => ({ family: a, args: [] }),
      properties: [{ name: 'not there', kind: 'sometimes', holds: (s) => s === n }],
    });`;
  const PLAIN = "export const parameters = { n: { default: 3, min: 1, max: 9 }, word: 'w', on: false, list: [] };";

  test('have defaults, are set, are named in the verdict and in the command that repeats it', async () => {
    const path = await file('count.mjs', model(PLAIN));
    expect((await bayou(['check', path])).lines.at(-1)).toBe(
      'count to 3 w false 0: holds: all 4 states, depth 3; n = 3; word = w; on = false; list = []; exact',
    );
    const set = ['--set', 'n=5', '--set', 'word=7', '--set', 'on=true', '--set', 'list=[1,2]'];
    const { lines } = await bayou(['check', path, ...set, '--max-states', '2']);
    expect(lines.at(-1)).toContain('count to 5 7 true 2: bounded: 2 states');
    expect(lines.at(-1)).toContain("; n = 5; word = '7'; on = true; list = [1, 2]; exact");
    expect(lines).toContain(
      `Repeat with: npx bayou check ${path} --set n=5 --set word=7 --set on=true --set 'list=[1,2]' --max-states 2`,
    );
  });

  test('a checkpoint of other parameters is refused', async () => {
    const path = await file('kept.mjs', model(PLAIN));
    const kept = join(dir(), 'kept.checkpoint');
    const set = (list: string): ReadonlyArray<string> => ['check', path, '--set', `list=[${list}]`];
    await bayou([...set('7'), '--max-states', '2', '--checkpoint', kept]);
    expect((await bayou([...set('8'), '--resume', kept])).stderr).toContain('made with other options: parameters');
    const last = (await bayou([...set('7'), '--resume', kept])).lines.at(-1);
    expect(last).toContain('holds: all 4 states');
    expect(last).toContain('; exact if the model is what it was when the checkpoint was written');
  });

  test('a checkpoint of a module that imports another is refused where that has changed, however deep', async () => {
    const path = await file('importer.mjs', `import { model } from './imported.mjs';\nexport default model;\n`);
    await file(
      'imported.mjs',
      "import { most } from './deep.mjs';\nexport const model = {\n  name: 'deep', initial: [0], actions: () => ['go'], label: () => ({ family: 'go', args: [] }),\n  next: (n) => (n < 500 ? n + 1 : undefined), show: (n) => ({ n: String(n) }), properties: [{ name: 'low', kind: 'always', holds: (n) => n < most }],\n};\n",
    );
    await file('deep.mjs', 'export const most = 1000;\n');
    const kept = join(dir(), 'imports.checkpoint');
    await bayou(['check', path, '--max-states', '400', '--checkpoint', kept]);
    expect((await bayou(['check', path, '--resume', kept])).lines.at(-1)).toContain('holds: all 501 states');
    await file('deep.mjs', 'export const most = 300;\n');
    expect((await bayou(['check', path, '--resume', kept])).stderr).toContain('what the module imports is not what it was then');
  });

  test.each([
    ['n=0', '--set n: expected a whole number from 1 to 9, but it is 0'],
    ['n=x', '--set n: expected a whole number from 1 to 9, but it is "x"'],
    ['n=1.5', '--set n: expected a whole number from 1 to 9, but it is 1.5'],
    ['on=1', '--set on: expected true or false, but it is 1'],
    ['list=3', '--set list: expected a list, as JSON, but it is 3'],
    ['m=3', '--set m: the model has no such parameter; it has n, word, on, list'],
  ])('%s is refused in one line', async (set, why) => {
    const path = await file('wrong.mjs', model(PLAIN));
    const { status, stdout, stderr } = await bayou(['check', path, '--set', set]);
    expect([status, stdout, stderr]).toEqual([2, '', `bayou check: ${path}: ${why}\n`]);
  });

  test('one of several', async () => {
    const { status, stderr } = await bayou(['check', 'example:peterson', '--set', 'variant=odd']);
    expect([status, stderr]).toEqual([
      2,
      'bayou check: example:peterson: --set variant: expected one of correct, broken, but it is "odd"\n',
    ]);
  });

  test('declared by io-ts', async () => {
    const io =
      'import * as t from "io-ts"; export const parameters = t.intersection([t.type({ n: t.Int }), t.partial({ word: t.string })]);';
    // The module is in a folder of its own, and finds io-ts where this package has it.
    await mkdir(join(ROOT, 'node_modules/.cache'), { recursive: true });
    const path = join(ROOT, `node_modules/.cache/own-${process.pid}.mjs`);
    await writeFile(path, model(io));
    expect((await bayou(['check', path, '--set', 'n=2', '--set', 'word=5'])).lines.at(-1)).toContain('count to 2 5');
    expect((await bayou(['check', path, '--set', 'n=x'])).stderr).toMatch(/^bayou check: .*: its parameters: .*n: /);
    expect((await bayou(['check', path])).stderr).toMatch(/^bayou check: .*: its parameters: .*n: /);
    expect((await bayou(['check', path, '--set', 'm=1'])).stderr).toContain('it has n, word');
    await rm(path);
  });

  test('of a model that has none', async () => {
    const { status, stderr } = await bayou(['check', COUNTER, '--set', 'n=2']);
    expect([status, stderr]).toEqual([
      2,
      expect.stringContaining('--set n: the model has no parameters: make its default export'),
    ]);
    const odd = await file('odd.mjs', model('export const parameters = { n: { default: 30, max: 9 } };'));
    expect((await bayou(['check', odd])).stderr).toContain('n: the default is not a whole number, 9 or less');
  });

  test('reach the threads, and so does --deadlock', async () => {
    const flags = ['example:ticket-lock', '--set', 'processes=4', '--workers', '2'];
    expect((await report(...flags)).counts.distinct).toBe(516);
  });
});

/** A model that is checked for deadlock alone. */
const COUNTS_TO_3 = `export default { name: 'm', initial: [0], actions: () => [1], next: (s, a) => (s < 3 ? s + a : undefined),
  label: () => ({ family: 'up', args: [] }), properties: [] }`;

test('a file whose name begins with a dash stands after --', async () => {
  await file('-counts.mjs', COUNTS_TO_3);
  const check = (...words: ReadonlyArray<string>) =>
    spawnSync(process.execPath, [join(ROOT, 'dist/cli/main.js'), 'check', ...words], { cwd: dir(), encoding: 'utf8' });
  const { status, stdout } = check('--deadlock', '--', '-counts.mjs');
  expect([status, stdout]).toEqual([1, expect.stringContaining('Repeat with: npx bayou check --deadlock -- -counts.mjs\n')]);
  expect(check('--', '-counts.mjs').stderr).toContain('-counts.mjs: its default export: properties: expected a list');
});

describe('deadlock', () => {
  test('is said to be not judged, and is judged where that is asked for', async () => {
    const silent = await bayou(['check', 'example:two-phase-commit']);
    expect(silent.lines.at(-2)).toBe(
      'Deadlock is not judged: the model has no property of kind noDeadlock (--deadlock adds one).',
    );
    const { status, lines } = await bayou(['check', COUNTER, '--properties', 'the total is 3', '--deadlock']);
    expect([status, lines.some((line) => line.includes('Deadlock'))]).toEqual([1, false]);
    expect(lines).toContain('Violated: some step can always be taken');
    const judged = await bayou(['check', 'test/cli/models/ballast.mjs', '--deadlock', '--max-states', '50']);
    expect(judged.stdout).toContain('  unknown     some step can always be taken');
    const stuck = await bayou(['check', 'test/cli/models/map-in-a-slot.mjs', '--deadlock', '--keep-going']);
    expect(stuck.stdout).toContain('Violated: some step can always be taken');
    const alone = await file('alone.mjs', COUNTS_TO_3);
    expect((await bayou(['check', alone, '--deadlock'])).lines.at(-1)).toContain(': violated (1 of 1 properties)');
    expect((await bayou(['check', alone])).stderr).toContain('properties: expected a list of at least 1');
    const both = await bayou(['check', 'bayou-s-2112', '--deadlock']);
    expect([both.status, both.stderr]).toEqual([2, expect.stringContaining('--deadlock is for models of your own')]);
  });
});

describe('whatever a model does to the process, there is a verdict or one line, and an end', () => {
  const model = (top: string, next: string): string => `${top}
    export default { name: 'm', initial: [0], actions: (s) => (s < 3 ? ['up'] : []), next: (s) => { ${next} return s + 1; },
      label: (a) => ({ family: a, args: [] }), properties: [{ name: 'p', kind: 'always', holds: () => true }] };`;

  test('it ends the process', async () => {
    const later = await file('exits.mjs', model('', 'if (s === 1) process.exit(0);'));
    const ended = 'the model ended the process (process.exit) while it was run: there is no verdict\n';
    expect(await bayou(['check', later])).toMatchObject({ status: 2, stdout: '', stderr: `bayou check: ${later}: ${ended}` });
    const first = await file('exits-first.mjs', model('process.exit(0);', ''));
    expect(await bayou(['check', first])).toMatchObject({ status: 2, stderr: `bayou check: ${first}: ${ended}` });
  });

  test('it throws in a state that only a sample, a step or a graph comes to: one line each', async () => {
    const path = await file(
      'throws.mjs',
      model('', 'if (s === 2) throw new Error("not 2");').replace('() => true', '(s) => s !== 1'),
    );
    // The violation is found before the state that throws.
    expect((await bayou(['check', path])).status).toBe(1);
    const several = await bayou(['check', path, '--traces-per-property', '2']);
    expect([several.status, several.stderr.slice(0, several.stderr.indexOf('(') + 1)]).toEqual([
      2,
      `bayou check: ${path}: next threw Error: not 2 (`,
    ]);
    // The violation is told all the same.
    const graph = await bayou(['check', path, '--out-dir', join(dir(), 'thrown'), '--format', 'dot']);
    expect(graph.status).toBe(2);
    expect(graph.stderr).toMatch(/^bayou check: --out-dir: .*throws\.dot: next threw Error: not 2 \(/);
    expect(graph.stdout).toMatch(/^not written: .*throws\.dot: next threw Error: not 2 \([^]*: violated \(1 of 1 properties\)/m);
    const fine = await file('throws-late.mjs', model('', 'if (s === 2) throw new Error("not 2");'));
    const { status, stderr } = await bayou(['check', fine, '--sample', '2']);
    expect([status, stderr]).toEqual([2, expect.stringContaining('throws-late.mjs: next threw Error: not 2')]);
  });

  test('it leaves a timer and a server open', async () => {
    const top = "import { createServer } from 'node:net'; setInterval(() => {}, 1000); createServer().listen(0);";
    const { status, lines } = await bayou(['check', await file('open.mjs', model(top, ''))]);
    expect([status, lines.at(-1)]).toEqual([0, 'm: holds: all 4 states, depth 3; exact']);
  });
});

test('more threads than there are processors are remarked upon', async () => {
  const processors = availableParallelism();
  const { status, stdout } = await bayou(['check', 'example:ticket-lock', '--workers', String(processors + 1)]);
  expect(status).toBe(0);
  expect(stdout).toMatch(
    new RegExp(`^--workers ${processors + 1}: there (?:is|are) ${processors} processors?, and threads beyond them`, 'm'),
  );
});

describe('replay', () => {
  const replayed = async (path: string, ...args: ReadonlyArray<string>): Promise<Ran> =>
    bayou(['check', '--replay', path, ...args]);

  test('of a counterexample, of both levels, with parameters', async () => {
    const out = join(dir(), 'replay');
    await bayou(['check', COUNTER, 'example:ticket-lock', '--set', 'variant=broken', '--out-dir', out, '--format', 'json']);
    await bayou(['check', COUNTER, '--out-dir', out, '--format', 'json']);
    await bayou(['check', 'example:ticket-lock', '--set', 'variant=broken', '--out-dir', out, '--format', 'json']);
    const files = (await readdir(out)).map((name) => join(out, name));
    expect(files).toHaveLength(2);
    for (const path of files) {
      const { status, lines, stderr } = await replayed(path);
      expect([status, stderr]).toEqual([1, '']);
      expect(lines.at(-1)).toMatch(/^violated: the model takes every one of \d steps; 1 property broken$/);
    }
  });

  test('of a lasso: it comes back', async () => {
    const out = join(dir(), 'lasso');
    await bayou(['check', 'example:philosophers', '--out-dir', out, '--format', 'json']);
    const [path = ''] = (await readdir(out)).map((name) => join(out, name));
    const { status, lines } = await replayed(path);
    expect([status, lines.at(-1)]).toEqual([
      1,
      expect.stringMatching(/^violated: the model takes every one of \d+ steps, and comes back to state \d+; 1 property broken$/),
    ]);
    expect(lines.at(-2)).toMatch(/^Violated for ever: /);
    const changed = JSON.parse(await readFile(path, 'utf8')) as { loop: number };
    await writeFile(path, JSON.stringify({ ...changed, loop: changed.loop + 1 }));
    expect((await replayed(path)).lines.at(-1)).toContain('diverges: ');
  });

  test('of a run that stays or comes back: whether that is broken is asked of the model as it is now', async () => {
    const of = (most: number, kept: number): string => `export default {
      name: 'rounds', initial: [0], actions: (n) => ['go'], label: () => ({ family: 'go', args: [] }),
      next: (n) => (n < ${most} ? n + 1 : n < 4 ? 0 : undefined), show: (n) => ({ n: String(n) }),
      properties: [
        { name: 'some day', kind: 'eventually', holds: (n) => n === ${kept} },
        { name: 'for good', kind: 'eventuallyAlways', holds: (n) => n === ${kept} },
        { name: 'again', kind: 'leadsTo', from: (n) => n === 1, to: (n) => n === ${kept} },
      ],
    };`;
    const replay = async (
      name: string,
      property: string,
      text: string,
    ): Promise<readonly [number | null, ReadonlyArray<string>]> => {
      await file('rounds.mjs', text);
      const { status, lines } = await replayed(join(dir(), name, `rounds-${property}.trace.json`));
      return [status, lines.filter((line) => /^(Violated|violated|diverges|the model)/.test(line))];
    };
    for (const [name, most] of [
      ['rounds', 2],
      ['stays', 4],
    ] as const)
      await bayou([
        'check',
        await file('rounds.mjs', of(most, 9)),
        '--keep-going',
        '--out-dir',
        join(dir(), name),
        '--format',
        'json',
      ]);
    const all = ['Violated for ever: some day', 'Violated for ever: for good', 'Violated for ever: again'];
    expect(await replay('rounds', 'some-day', of(2, 9))).toEqual([
      1,
      [...all, 'violated: the model takes every one of 3 steps, and comes back to state 0; 3 properties broken'],
    ]);
    // The property is another now: what comes again breaks one of them still.
    expect(await replay('rounds', 'some-day', of(2, 2))).toEqual([
      1,
      [
        'Violated for ever: for good',
        'violated: the model takes every one of 3 steps, and comes back to state 0; 1 property broken',
      ],
    ]);
    expect(await replay('stays', 'for-good', of(4, 9))).toEqual([
      1,
      [...all, 'violated: the model takes every one of 4 steps, and stays in state 4; 3 properties broken'],
    ]);
    expect(await replay('stays', 'for-good', of(4, 4))).toEqual([
      0,
      ['the model takes every one of 4 steps, and stays in state 4; no property is broken on the way'],
    ]);
    expect(await replay('stays', 'for-good', of(5, 9))).toEqual([
      1,
      ['diverges: the model takes every one of 4 steps, and can go on from state 4, where the run stays for ever'],
    ]);
  });

  test('of a run that the model does not take: where, and what it would have allowed', async () => {
    const out = join(dir(), 'refused');
    await bayou(['check', COUNTER, '--out-dir', out, '--format', 'json']);
    const [path = ''] = (await readdir(out)).map((name) => join(out, name));
    const run = JSON.parse(await readFile(path, 'utf8')) as { steps: { label: object; state: Record<string, string> }[] };
    run.steps[1]!.state['at'] = '[read, nowhere]';
    await writeFile(path, JSON.stringify(run));
    const otherwise = await replayed(path);
    expect(otherwise.stdout).toContain('  at  seen:    [read, nowhere]\n      allowed: [read, read]\n');
    run.steps[1]!.label = { family: 'fly', args: [] };
    await writeFile(path, JSON.stringify(run));
    const disabled = await replayed(path, '--json');
    expect(JSON.parse(disabled.stdout)).toMatchObject({ type: 'replay', refusal: { why: 'disabled', step: 1 }, status: 1 });
    await writeFile(path, JSON.stringify({ ...run, module: 'no/such.mjs' }));
    expect((await replayed(path)).stderr).toBe('bayou check: no/such.mjs: its folder is not there\n');
  });
});

describe('random runs', () => {
  test('in which nothing breaks: as many as were asked for, by a seed', async () => {
    const words = ['check', 'example:two-phase-commit', '--sample', '3', '--seed', '4', '--trace-length', '6'];
    const [first, second] = [await bayou(words), await bayou(words)];
    expect(first.stdout).toBe(second.stdout);
    expect(first.stdout.match(/^Run \d of 3, 6 steps:$/gm)).toHaveLength(3);
    expect(first.lines.at(-1)).toBe('two-phase commit, 3 resource managers: 3 random runs in which nothing breaks, seed 4');
    const json = JSON.parse((await bayou([...words, '--json'])).stdout) as { runs: unknown[] };
    expect(json.runs).toHaveLength(3);
  });

  test('of a configuration, and of a model that always breaks', async () => {
    expect((await bayou(['check', 'bayou-s-2112', '--sample', '1'])).status).toBe(0);
    const bad = await file(
      'bad.mjs',
      `export default { name: 'bad', initial: [0], actions: () => ['x'], next: (s) => s,
      label: () => ({ family: 'x', args: [] }), properties: [{ name: 'p', kind: 'always', holds: () => false }] }`,
    );
    const { status, lines } = await bayou(['check', bad, '--sample', '2']);
    expect([status, lines.at(-1)]).toEqual([
      3,
      expect.stringContaining('0 random runs in which nothing breaks, seed 1; 200 others broke'),
    ]);
    const clash = await bayou(['check', bad, '--sample', '2', '--workers', '2']);
    expect([clash.status, clash.stderr]).toEqual([2, 'bayou check: --sample searches nothing: not with --workers\n']);
  });
});

describe('several counterexamples', () => {
  test('end in different states, the shortest first, and are files of their own', async () => {
    const out = join(dir(), 'several');
    const flags = ['example:ticket-lock', '--set', 'variant=broken', '--traces-per-property', '3'];
    const { properties } = await report(...flags);
    const { trace, more = [] } = properties[0]!;
    expect(more).toHaveLength(2);
    const ends = [trace!, ...more].map(({ steps }) => JSON.stringify(steps.at(-1)!.state));
    expect(new Set(ends).size).toBe(3);
    expect(more.every(({ steps }) => steps.length >= trace!.steps.length)).toBe(true);
    const { stdout } = await bayou(['check', ...flags, '--out-dir', out, '--format', 'text']);
    expect(stdout.match(/^Another run of \d+ steps:$/gm)).toHaveLength(2);
    expect(await readdir(out)).toHaveLength(3);
  });

  test('there are no more than there are', async () => {
    const { properties } = await report('test/cli/models/names-alike-in-a-file-name.mjs', '--traces-per-property', '5');
    expect(properties[0]!.more).toEqual([]);
  });
});

describe('stepping', () => {
  /** Runs `bayou check --step` with these lines as its input. */
  const stepped = (words: ReadonlyArray<string>, input: ReadonlyArray<string>): Promise<Omit<Ran, 'lines'>> =>
    new Promise((resolve) => {
      const child = spawn(process.execPath, ['dist/cli/main.js', 'check', ...words, '--step'], { cwd: ROOT });
      let [stdout, stderr] = ['', ''];
      child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
      child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
      child.on('close', (status) => resolve({ status, stdout, stderr }));
      child.stdin.end(input.map((line) => `${line}\n`).join(''));
    });

  test('by number and by name, back and forth, to a violation', async () => {
    const steps = ['1', 'read 1', 'write 9', 'write', 'back', 'fly', 'read 1', '1', '1', 'steps', 'run', 'done', '1'];
    const { status, stdout, stderr } = await stepped([COUNTER], steps);
    expect([status, stderr]).toEqual([1, '']);
    expect(stdout.split('\n').slice(0, 9)).toEqual([
      '0  initial state',
      '     at        [start, start]',
      '     register  [0, 0]',
      '     total     0',
      '1  read 0',
      '2  read 1',
      '1  read 0',
      '     at  [read, start]',
      '1  write 0',
    ]);
    expect(stdout).toContain('"write" may be 1 or 2: give the number');
    expect(stdout).toContain('"fly" is no command and no step that can be taken here');
    expect(stdout).toContain('Violated: when all are done, everyone was counted\nno step can be taken here');
    expect(stdout).toContain('4  write 1\n');
  });

  test('a model of components, a configuration, several initial states', async () => {
    const ring = await stepped(['test/cli/models/ring.mjs'], ['1', 'state']);
    expect([ring.status, ring.stdout]).toEqual([0, expect.stringContaining('1  fill m1\n')]);
    const config = await stepped(['bayou-s-2112'], ['Put c11 s0 a']);
    expect(config.stdout).toContain('1  Put c11 s0 a');
    const many = await stepped(['example:ewd840'], ['restart 5', 'restart 500', 'restart x', 'help']);
    expect(many.stdout).toContain('there is no initial state 500, only 0 to 191');
    expect(many.stdout).toContain('restart takes the number of an initial state');
  });

  test('goes to the model’s boundary, as a check does, and not beyond it', async () => {
    const path = await file(
      'bounded.mjs',
      `export default {
      name: 'bounded', initial: [0], actions: () => ['inc'], label: () => ({ family: 'inc', args: [] }), next: (n) => n + 1,
      show: (n) => ({ n: String(n) }), boundary: (n) => n < 5, properties: [{ name: 'low', kind: 'always', holds: (n) => n < 6 }],
    };`,
    );
    expect((await bayou(['check', path])).lines.at(-1)).toContain('holds: all 6 states');
    const { status, stdout } = await stepped(
      [path],
      Array.from({ length: 6 }, () => 'inc'),
    );
    expect([status, stdout]).toEqual([0, expect.not.stringContaining('Violated')]);
    expect(stdout).toContain(
      "5  inc\n     n  5\nthis state is beyond the model's boundary: a check judges it, and does not go on from it\n",
    );
  });

  test('goes with nothing that searches', async () => {
    expect(await stepped([COUNTER, '--search', 'dfs'], [])).toMatchObject({
      status: 2,
      stderr: 'bayou check: --step searches nothing: not with --search\n',
    });
    expect((await stepped([COUNTER, 'default'], [])).stderr).toContain('--step is for one model at a time');
  });

  test('says where the model fails, goes on, and ends with status 2', async () => {
    const path = await file(
      'fails-at-two.mjs',
      `export default {
  name: 'fails at two', initial: [0], label: (n) => ({ family: 'To', args: [n] }),
  actions: (n) => [n + 1], next: (_, n) => { if (n === 2) throw new Error('no two'); return n; },
  properties: [{ name: 'small', kind: 'always', holds: (n) => n < 9 }],
};
`,
    );
    const { status, stdout } = await stepped([path], ['1', 'state']);
    expect(stdout.trimEnd().split('\n').slice(-2)).toEqual([
      expect.stringMatching(/^the model went wrong: next threw Error: no two /),
      '     state  0',
    ]);
    expect(status).toBe(2);
  });
});

test('random walks of components whose key takes values for one are walks of the model', async () => {
  const path = await file(
    'held.mjs',
    `import { interaction, over, slot } from 'bayou/checker';
const [a, b] = ['a', 'b'].map((name) => slot('held', name, { k: 0, by: '' }));
const taking = (of, name) =>
  interaction({ label: { family: 'take', args: [name] }, slots: [of], writes: [0], step: ({ k }) => (k === 0 ? [{ next: [{ k: 1, by: name }] }] : []) });
export default {
  name: 'held', slots: [a, b], key: (_, { k }) => String(k), interactions: [taking(a, 'a'), taking(b, 'b')],
  properties: [{ name: 'apart', kind: 'always', over: [over([a, b], (one, two) => one.by === '' || one.by !== two.by)] }],
};
`,
  );
  const { status, lines, stdout } = await bayou(['check', path, '--search', 'simulate', '--traces', '20']);
  expect(stdout).not.toContain('stopped at the first violation');
  expect([status, lines.at(-1)]).toEqual([
    3,
    // Both slots come to the key 1 with values of their own: of whole states the key merges none.
    "held: bounded: 4 states seen; 20 random walks of at most 100 steps, seed 1; exact if the model's functions are pure",
  ]);
});
