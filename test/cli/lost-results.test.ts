/** What a check has found is told, also where a part of it cannot be written, and the status says that something is missing. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { bayou } from './run.js';
import { ownFolder } from './support/own-folder.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const { path: dir, file } = ownFolder();

const model = (top: string, next: string): string => `
  ${top}
  export default {
    name: 'counter', initial: [0], actions: (n) => (n < 3000 ? ['up'] : []), next: (n) => { ${next} return n + 1; },
    label: (family) => ({ family, args: [] }),
    properties: [
      { name: 'below', kind: 'always', holds: (n) => n < 9 },
      { name: 'natural', kind: 'always', holds: (n) => n >= 0 },
    ],
  };`;

const counter = (): Promise<string> => file('counter.mjs', model('', ''));

/** Runs a line of the shell, in which `bayou` is this one. */
const shell = (line: string): { readonly status: number | null; readonly stderr: string } => {
  const { status, stderr } = spawnSync('sh', ['-c', line.replaceAll('bayou ', `"${process.execPath}" dist/cli/main.js `)], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  return { status, stderr };
};

describe.runIf(existsSync('/dev/full'))('results that cannot be written', () => {
  const LINES = ['', '--json', '--ndjson', '--sample 2 --properties natural', '--keep-going'];
  const FULL = 'bayou check: the results cannot be written: the disk is full\n';

  test.each(LINES)('of a model of one’s own, %s', async (options) => {
    const own = await counter();
    expect(shell(`bayou check ${own} ${options} > /dev/full`)).toEqual({ status: 2, stderr: FULL });
    expect(shell(`{ bayou check ${own} ${options}; echo $? >&2; } | true`).stderr).toBe('130\n');
  });

  test('of a model that ends standard output itself', async () => {
    const ending = await file('ending.mjs', model('', 'if (n === 2) process.stdout.end();'));
    const { status, stderr } = shell(`bayou check ${ending}`);
    expect([status, stderr]).toEqual([2, expect.stringContaining('the results cannot be written: ')]);
  });

  test('of a configuration', () => {
    expect(shell('bayou check bayou-s-2112 > /dev/full')).toEqual({ status: 2, stderr: FULL });
  });
});

describe('files that cannot be written', () => {
  test.each([
    ['own', 'counter-below'],
    ['v1-pruning', 'v1-pruning-PRUNING'],
  ])('%s', async (which, stem) => {
    const source = which === 'own' ? await counter() : which;
    const out = join(dir(), `out-${which}`);
    mkdirSync(join(out, `${stem}.txt`), { recursive: true });
    const { status, lines, stderr } = await bayou(['check', source, '--out-dir', out, '--format', 'json,text']);
    const why = `${join(out, `${stem}.txt`)}: it is a folder`;
    expect([status, stderr]).toEqual([2, `bayou check: --out-dir: ${why}\n`]);
    expect(lines).toEqual(expect.arrayContaining([`not written: ${why}`, `written: ${join(out, `${stem}.trace.json`)}`]));
    expect(lines.at(-1)).toMatch(/: violated \(1 of/);
    expect(readdirSync(out).sort()).toEqual([`${stem}.trace.json`, `${stem}.txt`]);
  });

  test('the folder itself, before the search', async () => {
    const taken = await file('taken', '');
    const { status, stdout, stderr } = await bayou(['check', await counter(), '--out-dir', taken]);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toBe(`bayou check: --out-dir: ${taken}: it is no folder\n`);
  });

  test('a checkpoint, at the limit', async () => {
    const folder = join(dir(), 'kept');
    const top = `import { rmSync } from 'node:fs';`;
    const removing = await file('removing.mjs', model(top, `if (n === 500) rmSync(${JSON.stringify(folder)}, { recursive: true, force: true });`)); // prettier-ignore
    mkdirSync(folder);
    const kept = join(folder, 'kept');
    const { status, lines, stderr } = await bayou([
      'check',
      removing,
      '--keep-going',
      '--max-states',
      '1000',
      '--checkpoint',
      kept,
    ]);
    expect(status).toBe(2);
    expect(stderr).toBe(`bayou check: --checkpoint: ${kept}: it cannot be written: its folder is not there\n`);
    expect(lines.filter((line) => line.startsWith('not written: --checkpoint: '))).toHaveLength(1);
    expect(lines.at(-1)).toMatch(/^counter: violated \(1 of 2 properties\): 1,000 states/);
  });
});

test('--deadlock is judged beside properties that are named', async () => {
  const { status, lines } = await bayou(['check', await counter(), '--deadlock', '--properties', 'natural']);
  expect([status, lines.at(-1)]).toEqual([1, expect.stringMatching(/^counter: violated \(1 of 2 properties\)/)]);
  expect(lines).toContain('Violated: some step can always be taken');
});

test.each([
  ['--properties', 'a', 'b'],
  ['--out-dir', 'a', 'b'],
  ['--max-states', '1', '2'],
])('%s is refused where it is given twice', async (option, one, two) => {
  const { status, stderr } = await bayou(['check', option, one, option, two]);
  expect([status, stderr]).toEqual([2, `bayou check: ${option} is given twice\n`]);
});

test.runIf(process.platform === 'linux')('a terminal that is closed interrupts a check, which tells what it found', async () => {
  const endless = await file('endless.mjs', model('', '').replace('n < 3000', 'true').replace('n < 9', 'n >= 0'));
  let isSent = false;
  const { status, lines } = await bayou(['check', endless, '--ndjson'], (out, kill) => {
    if (!isSent && out.includes('"type":"progress"')) kill('SIGHUP');
    isSent ||= out.includes('"type":"progress"');
  });
  expect([status, (JSON.parse(lines.at(-1)!) as { verdict: string }).verdict]).toEqual([130, 'interrupted']);
});
