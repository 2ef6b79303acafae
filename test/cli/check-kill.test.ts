/** A search that is killed at once goes on from the checkpoint that it wrote on the way. */
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
beforeAll(() => (dir = mkdtempSync(join(tmpdir(), 'killed-'))));
afterAll(() => rmSync(dir, { recursive: true }));

/** Starts a check and kills it as soon as there is a checkpoint; the signal by which it ended. */
const killed = async (args: ReadonlyArray<string>, file: string): Promise<unknown> => {
  const child = spawn(process.execPath, ['dist/cli/main.js', ...args], { cwd: ROOT, stdio: 'ignore' });
  const ended = once(child, 'exit');
  await until(() => existsSync(file) || child.exitCode !== null);
  child.kill('SIGKILL');
  return (await ended)[1];
};

/** All that a report in JSON says of the model. */
const totals = (line: string): unknown => {
  const { statistics: _statistics, repeat: _repeat, audited: _audited, ...report } = JSON.parse(line) as Record<string, unknown>;
  return report;
};

test.each([
  ['bayou-s-3213 --search bfs'],
  ['bayou-s-2223 --search dfs'],
  ['settle --plain'],
  ['bayou-s-3213 --workers 2 --symmetry'],
])('%s: killed by SIGKILL, it comes to the totals of one run', async (line) => {
  const words = ['check', ...line.split(' '), '--json'];
  const file = join(dir, line.replaceAll(/\W+/g, '-'));
  expect(await killed([...words, '--checkpoint', file, '--checkpoint-every', '0.01'], file)).toBe('SIGKILL');
  const resumed = await bayou([...words, '--resume', file]);
  const whole = await bayou(words);
  expect(resumed.stderr).toBe('');
  expect([resumed.status, whole.status]).toEqual([0, 0]);
  // How much is audited is by the time, and a resumed run says that it is one.
  const fresh = (report: unknown) => ({ ...(report as object), line: '', ...(line.includes('workers') ? { coverage: [] } : {}) });
  expect(fresh(totals(resumed.stdout))).toEqual(fresh(totals(whole.stdout)));
});

test("near V8's own limit a search stops, is kept, and goes on where there is more", async () => {
  const file = join(dir, 'ballast');
  const words = ['check', 'test/cli/models/ballast.mjs'];
  const little = ['--max-old-space-size=100', 'dist/cli/main.js', ...words, '--checkpoint', file];
  const stopped = spawnSync(process.execPath, little, { cwd: ROOT, encoding: 'utf8' });
  expect(stopped.stderr).toBe('');
  expect([stopped.status, stopped.stdout]).toEqual([3, expect.stringMatching(/ stopped at the memory limit of \d+ MB/)]);
  const resumed = await bayou([...words, '--resume', file]);
  expect([resumed.status, resumed.lines.at(-1)]).toEqual([
    0,
    expect.stringMatching(
      /^ballast: holds: all 12,001 states, depth 12000; exact if the model is what it was when the checkpoint was written(, and if|$)/,
    ),
  ]);
});

test.each([
  [['--checkpoint-every', '5'], 'bayou check: --checkpoint-every needs --checkpoint, the file to write'],
  [['--checkpoint', 'x', '--checkpoint-every', '0'], 'Use a number of seconds above 0, at most 1000000.'],
  [['--checkpoint', 'x', '--search', 'simulate'], 'bayou check: --checkpoint and --resume are for searches that end'],
])('%j is refused', async (options, why) => {
  const { status, stdout, stderr } = await bayou(['check', 'bayou-s-2112', ...options]);
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toContain(why);
});
