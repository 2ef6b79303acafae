/** A model of which a function never comes back: the command ends all the same, by its limits and by signals, and says which function it is. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../support/until.js';
import { bayou } from './run.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
let dir = '';
beforeAll(() => (dir = mkdtempSync(join(tmpdir(), 'endless-'))));
afterAll(() => rmSync(dir, { recursive: true }));

const MODEL = 'test/cli/models/endless.mjs';
const SLOT = 'test/cli/models/endless-slot.mjs';
const SHORT = ['--max-seconds', '1'];

const AFTER_THREE = ['0  initial state', '1  up', '2  up', '3  up'];

test.each([
  ['next', "next does not come back from 'down' (after 3 steps, n: 3)", AFTER_THREE],
  ['actions', 'actions does not come back (after 3 steps, n: 3)', AFTER_THREE],
  ['holds', 'properties[0].holds does not come back (after 3 steps, n: 3)', AFTER_THREE],
  ['label', 'label does not come back (in an initial state, n: 0)', AFTER_THREE.slice(0, 1)],
  ['making', 'its default export does not come back', []],
])('%s: the line says so, after the run that leads there', async (where, line, steps) => {
  const { status, stdout, stderr } = await bayou(['check', MODEL, '--set', `where=${where}`, ...SHORT]);
  expect([status, stderr]).toEqual([2, `bayou check: ${MODEL}: ${line}\n`]);
  expect(stdout.split('\n').filter((text) => /^\d/.test(text))).toEqual(steps);
});

test.each([
  ['next', "next does not come back from 'down' (after 3 steps, n: 3)"],
  ['holds', 'properties[0].holds does not come back (after 3 steps, n: 3)'],
])('%s: nor is it explored for ever', async (where, line) => {
  const page = join(dir, `${where}.html`);
  const { status, stderr } = await bayou(['explore', MODEL, '--set', `where=${where}`, '--html', page, ...SHORT]);
  expect([status, stderr, existsSync(page)]).toEqual([2, `bayou explore: ${MODEL}: ${line}\n`, false]);
});

test('a making that does not end is not explored either', async () => {
  const { status, stderr } = await bayou(['explore', MODEL, '--set', 'where=making', ...SHORT]);
  expect([status, stderr]).toEqual([2, `bayou explore: ${MODEL}: its default export does not come back\n`]);
});

test.each([
  ['depth first', ['--search', 'dfs']],
  ['at random', ['--search', 'simulate']],
])('it is found where it is, %s', async (_, words) => {
  const { status, stderr } = await bayou(['check', MODEL, ...words, ...SHORT]);
  expect([status, stderr]).toEqual([2, expect.stringMatching(/next does not come back from 'down' \(after \d+ steps, n: 3\)/)]);
});

test.each([[[]], [['--plain']], [['--search', 'dfs']]])('a step of components, %j', async (words) => {
  const { status, stderr } = await bayou(['check', SLOT, ...words, ...SHORT]);
  expect([status, stderr]).toEqual([2, `bayou check: ${SLOT}: interactions[0].step does not come back (after 3 steps, n: 3)\n`]);
});

/** Runs the command with these variables in its environment; `onError` is called once there is a process. */
const run = async (
  words: ReadonlyArray<string>,
  env: Readonly<Record<string, string>>,
  meanwhile: (kill: (signal: NodeJS.Signals) => void) => Promise<void> = () => Promise.resolve(),
): Promise<{ readonly ended: ReadonlyArray<unknown>; readonly out: string; readonly err: string }> => {
  const child = spawn(process.execPath, ['dist/cli/main.js', ...words], {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (out += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (err += chunk));
  const closed = once(child, 'close');
  await meanwhile((signal) => child.kill(signal));
  return { ended: await closed, out, err };
};

test('threads heed the time', async () => {
  const { ended, out } = await run(['check', SLOT, '--workers', '2', ...SHORT], { ENDLESS: 'threads' });
  expect([ended, out]).toEqual([[3, null], expect.stringContaining('stopped after 1.0 s')]);
});

test('a module that does not come back from loading', async () => {
  const { ended, err } = await run(['check', MODEL, ...SHORT], { ENDLESS: 'loading' });
  expect([ended, err]).toEqual([[2, null], `bayou check: ${MODEL}: loading it does not come back\n`]);
});

/** How many processes run the command with these words. */
const running = (words: string): number =>
  spawnSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
    .stdout.split('\n')
    .filter((line) => line.includes('dist/cli/main.js') && line.includes(words)).length;

/** What goes on for ever: a search, a page that is made, runs at random, a step by hand (which heeds a signal as it comes, and says nothing). */
const ENDED: ReadonlyArray<readonly [string, ReadonlyArray<string>, NodeJS.Signals]> = [
  ['check', [], 'SIGTERM'],
  ['check', [], 'SIGINT'],
  ['check', [], 'SIGKILL'],
  ['check', ['--sample', '1'], 'SIGTERM'],
  ['check', ['--step'], 'SIGTERM'],
  ['explore', [], 'SIGTERM'],
];

test.each(ENDED)('%s %j: %s ends it, and nothing is left', async (command, more, signal) => {
  // A word of its own, by which its processes are known.
  const words = [
    command,
    MODEL,
    '--set',
    'where=next',
    '--set',
    'from=3',
    '--set',
    `mark=${process.pid}${signal.charCodeAt(3)}`,
    ...more,
  ];
  const file = join(dir, [command, ...more, signal].join(''));
  const { ended, err } = await run(words, { ENDLESS_FILE: file }, async (kill) => {
    await until(() => existsSync(file));
    kill(signal);
  });
  if (signal === 'SIGKILL') expect(ended).toEqual([null, signal]);
  else {
    const line = `bayou ${command}: ${MODEL}: ended by ${signal} while a function of the model did not come back\n`;
    expect([ended, err]).toEqual([[130, null], more.includes('--step') ? '' : line]);
  }
  await until(() => running(words.join(' ')) === 0);
});
