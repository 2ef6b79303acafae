/** Paths of models of one's own that somebody has edited: what of them is replayed and explored all the same, and what is refused in which line. */
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { follow, type Model } from '#bayou/checker/index.js';
import { bayou } from './run.js';
import { ownFolder } from './support/own-folder.js';

const { path: dir, file } = ownFolder();

/** A path file, as far as it is edited here. */
interface Path {
  readonly initial: Readonly<Record<string, string>>;
  readonly property: string;
  readonly steps: ReadonlyArray<{ readonly label?: unknown; readonly state: Readonly<Record<string, string>> }>;
  readonly loop?: number;
}

/** Two initial states: from the first it goes round, from the other it ends. */
const ROUND = `export default {
  name: 'round', initial: [{ at: 0, way: 0 }, { at: 0, way: 1 }],
  actions: () => ['go'], label: () => ({ family: 'go', args: [] }),
  next: ({ at, way }) => (way === 0 ? { at: (at + 1) % 3, way } : at < 2 ? { at: at + 1, way } : undefined),
  properties: [
    { name: 'some day\\nfar', kind: 'eventually', holds: ({ at, way }) => way === 1 && at === 2 },
    { name: 'low', kind: 'always', holds: ({ at }) => at < 9 },
  ],
};`;

/** Writes the counterexamples of a check; gives their files. */
const counterexamples = async (name: string, ...words: ReadonlyArray<string>): Promise<ReadonlyArray<string>> => {
  const out = join(dir(), name);
  await mkdir(out, { recursive: true });
  await bayou(['check', ...words, '--out-dir', out, '--format', 'json']);
  return (await readdir(out)).map((one) => join(out, one));
};

describe('a path of a model of one’s own', () => {
  let path: Path;
  beforeAll(async () => {
    const [found = ''] = await counterexamples('round', await file('round.mjs', ROUND));
    path = JSON.parse(await readFile(found, 'utf8')) as Path;
  });

  const edited = (changes: Partial<Path>): Promise<string> => file('edited.json', JSON.stringify({ ...path, ...changes }));

  test('that is edited is a lasso of three steps', () =>
    expect([path.initial, path.steps.length, path.loop]).toEqual([{ at: '0', way: '0' }, 3, 0]));

  const STATES = 'expected the number of a state of the run, from 0 to 3, but it is';
  const NOWHERE = 'no initial state of the model is shown so, and the nearest differs in';
  test.each<readonly [string, Partial<Path>, string]>([
    [
      'begins where the model does not',
      { initial: { at: '1', way: '1' } },
      `initial: ${NOWHERE} at; leave the field out to begin in any`,
    ],
    [
      'has a part that the model has not',
      { initial: { at: '0', way: '1', toString: '0', 'a\nb': '' } },
      `initial: ${NOWHERE} toString, a b; leave the field out to begin in any`,
    ],
    [
      'is of an unknown property',
      { property: 'some\nnight' },
      'property: the model has no property "some night"; it has "some day far", "low"',
    ],
    [
      'has a step of which nothing is said',
      { steps: [{} as Path['steps'][number]] },
      'steps[0]: expected a label, or a state to compare',
    ],
    ['comes back beyond its end', { loop: 4 }, `loop: ${STATES} 4`],
    ['comes back before its beginning', { loop: -1 }, `loop: ${STATES} -1`],
    ['comes back between two states', { loop: 0.5 }, `loop: ${STATES} 0.5`],
    [
      'comes back to a step that is only looked at',
      { loop: 3, steps: [{ state: {} }, { state: {} }, { state: {} }] },
      'loop: expected the number of a state of the run, from 0 to 0, but it is 3',
    ],
  ])('that %s is refused in one line, replayed and explored', async (_what, changes, line) => {
    const odd = await edited(changes);
    const replayed = await bayou(['check', '--replay', odd]);
    expect([replayed.status, replayed.stdout, replayed.stderr]).toEqual([2, '', `bayou check: --replay: ${odd}: ${line}\n`]);
    const page = join(dir(), 'refused.html');
    const explored = await bayou(['explore', odd, '--html', page]);
    expect([explored.status, explored.stderr, existsSync(page)]).toEqual([2, `bayou explore: ${odd}: ${line}\n`, false]);
  });

  test('that tells of a property which it does not break says so', async () => {
    const line = 'The run does not break "low", of which the file tells.';
    expect((await bayou(['check', '--replay', await edited({ property: 'low' })])).lines).toContain(line);
    expect((await bayou(['check', '--replay', await edited({})])).stdout).not.toContain('does not break');
  });

  test('that says of its beginning only what it knows, or nothing, begins wherever the model does so', async () => {
    const lastOf = async (changes: Readonly<Record<string, unknown>>): Promise<string | undefined> =>
      (await bayou(['check', '--replay', await edited(changes)])).lines.at(-1);
    const round = 'violated: the model takes every one of 3 steps, and comes back to state 0; 1 property broken';
    expect(await lastOf({ initial: { way: '0' } })).toBe(round);
    expect(await lastOf({ initial: undefined })).toBe(round);
    // The other of the initial states is one of the model's, too; the way from there is another.
    expect(await lastOf({ initial: { at: '0', way: '1' } })).toBe(
      'diverges: the model takes 0 steps of the run, and not the next',
    );
    expect(await lastOf({ property: undefined, loop: 3 })).toBe(
      'diverges: the model takes every one of 3 steps, and can go on from state 3, where the run stays for ever',
    );
  });

  test('with a step that the model does not take diverges, and says in which file', async () => {
    const [first, ...others] = path.steps;
    const odd = await edited({ steps: [first!, { ...first!, state: { ...first!.state, at: '9' } }, ...others] });
    const replayed = await bayou(['check', '--replay', odd]);
    expect([replayed.status, replayed.stderr]).toEqual([1, '']);
    expect(replayed.lines).toContain(`The model refuses go (step 2 of ${odd}):`);
    expect(JSON.parse((await bayou(['check', '--replay', odd, '--json'])).stdout)).toMatchObject({
      ...{ path: odd, refusal: { step: 1, why: 'otherwise' }, status: 1 },
    });
    const page = join(dir(), 'diverges.html');
    expect((await bayou(['explore', odd, '--html', page])).status).toBe(0);
    expect(await readFile(page, 'utf8')).toContain(`the model takes 1 step of ${odd}, and not the next`);
  });
});

test('of a path of a configuration, too, a step of which nothing is said is refused', async () => {
  const [written] = await counterexamples('configuration', 'v7-tie');
  const path = JSON.parse(await readFile(written!, 'utf8')) as Path;
  const odd = await file('odd-configuration.json', JSON.stringify({ ...path, steps: [{}, ...path.steps] }));
  const line = `--replay: ${odd}: steps[0]: expected a label, or a state to compare`;
  expect((await bayou(['check', '--replay', odd])).stderr).toContain(line);
});

test('no path that a check has written is refused: of every kind of property, of deadlock, up to a quotient, of a random run', async () => {
  const quotient = await file(
    'quotient.mjs',
    `export default {
      name: 'quotient', initial: [[2, 1], [3, 0]], actions: ([a, b]) => (a + b < 6 ? ['up'] : []), label: () => ({ family: 'up', args: [] }),
      next: ([a, b]) => (a >= b ? [a + 1, b] : [a, b + 1]), normalize: (s) => s.toSorted(),
      properties: [{ name: 'low', kind: 'always', holds: ([a, b]) => a + b < 5 }],
    };`,
  );
  const stops = await file(
    'stops.mjs',
    `export default {
      name: 'stops', initial: [0, 5], actions: (n) => (n < 7 ? ['up'] : []), label: () => ({ family: 'up', args: [] }), next: (n) => n + 1,
      properties: [{ name: 'low', kind: 'always', holds: (n) => n < 9 }],
    };`,
  );
  const files = [
    ...(await counterexamples('broken', 'example:peterson', '--set', 'variant=broken', '--keep-going')),
    ...(await counterexamples('witnesses', 'example:paxos', '--witnesses')),
    ...(await counterexamples('components', 'example:ticket-lock', '--set', 'variant=broken')),
    ...(await counterexamples('quotient', quotient, '--quotient')),
    ...(await counterexamples('sample', 'example:two-phase-commit', '--sample', '1')),
  ];
  expect(files.length).toBeGreaterThan(6);
  for (const path of files) {
    const { status, stderr } = await bayou(['check', '--replay', path]);
    expect([path, stderr]).toEqual([path, '']);
    expect([0, 1]).toContain(status);
  }
  // The property is the option's, and the file says which one it is.
  const [dead = ''] = await counterexamples('dead', stops, '--deadlock');
  const { status, lines } = await bayou(['check', '--replay', dead]);
  expect([status, ...lines.slice(-2)]).toEqual([
    1,
    'Violated after step 2: some step can always be taken',
    'violated: the model takes every one of 2 steps; 1 property broken',
  ]);
});

test('who follows a path by the library is told of the same', () => {
  const model: Model<number, string> = {
    ...{ name: 'up', initial: [0], actions: () => ['up'], next: (n) => (n < 3 ? n + 1 : undefined) },
    ...{ label: () => ({ family: 'up', args: [] }), properties: [{ name: 'low', kind: 'always', holds: (n) => n < 9 }] },
  };
  const path = [{ label: { family: 'up', args: [] } }];
  expect(follow(model, path, { initial: { state: '0' } }).trace.steps).toHaveLength(1);
  expect(() => follow(model, path, { initial: { state: '1' } })).toThrow(
    /^follow: initial: no initial state .* differs in state;/,
  );
  expect(() => follow(model, path, { loop: 2 })).toThrow('follow: loop: expected the number of a state of the run, from 0 to 1');
});

test('an ITF file is said to be one, in one line, with what is read instead', async () => {
  const out = join(dir(), 'itf');
  await bayou(['check', 'example:water-jugs', '--out-dir', out, '--format', 'itf']);
  const [name = ''] = await readdir(out);
  const itf = join(out, name);
  await writeFile(join(dir(), 'bare.json'), '{"vars":["x"],"states":[{"x":1}]}');
  for (const [command, ...option] of [['explore'], ['check'], ['check', '--replay']] as const)
    for (const one of [itf, join(dir(), 'bare.json')]) {
      const { status, stdout, stderr } = await bayou([command, ...option, one]);
      expect([status, stdout, stderr]).toEqual([
        2,
        '',
        `bayou ${[command, ...option].join(': ')}: ${one}: it is an ITF file, which other tools read; bayou explore and bayou check --replay read the counterexample that --format json writes\n`,
      ]);
    }
});

test('a counterexample that is given as a configuration is said to be one, in one line, with what reads it', async () => {
  const out = join(dir(), 'counterexample');
  await bayou(['check', 'v1-original-clock', '--out-dir', out, '--format', 'json']);
  const [name = ''] = await readdir(out);
  for (const [command, ...option] of [['check'], ['conform', '--config']] as const) {
    const { status, stdout, stderr } = await bayou([command, ...option, join(out, name)]);
    expect([status, stdout, stderr]).toEqual([
      2,
      '',
      `bayou ${[command, ...option].join(': ')}: ${join(out, name)}: it is a path or a counterexample: use bayou check --replay, or bayou explore\n`,
    ]);
  }
});

test.each([['check'], ['check', '--replay'], ['explore'], ['conform', '--config']])(
  'an empty object is a mistake: bayou %s %s',
  async (command, ...option) => {
    const empty = join(dir(), 'empty.json');
    await writeFile(empty, '{}');
    const { status, stdout, stderr } = await bayou([command, ...option, empty]);
    expect([status, stdout, stderr]).toEqual([
      2,
      '',
      `bayou ${[command, ...option].join(': ')}: ${empty}: it is empty: a configuration has fields (bayou check --list), a path or a counterexample has steps\n`,
    ]);
  },
);
