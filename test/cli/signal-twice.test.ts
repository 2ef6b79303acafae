/** One interruption may come as several signals: `timeout` sends it to a process and to its group. What was found is told all the same. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { ownFolder } from './support/own-folder.js';

const CLI = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const { path: dir, file } = ownFolder();

interface Ended {
  readonly status: number | null;
  readonly reports: ReadonlyArray<Readonly<Record<string, unknown>>>;
  readonly stderr: string;
}

/** Runs a check, which says when it has begun, and ends it as `timeout` does. */
const timedOut = (words: ReadonlyArray<string>): Promise<Ended> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [CLI, 'check', ...words, '--ndjson'], { cwd: dir(), detached: true });
    let [stdout, stderr, isSent] = ['', '', false];
    child.stdout.on('data', (chunk) => {
      stdout += String(chunk);
      if (isSent || !stdout.includes('"progress"')) return;
      isSent = true;
      child.kill('SIGTERM');
      process.kill(-child.pid!, 'SIGTERM');
    });
    child.stderr.on('data', (chunk) => (stderr += String(chunk)));
    child.on('close', (status) => {
      const lines = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
      resolve({ status, reports: lines.filter(({ type }) => type === 'report'), stderr });
    });
  });

const slow = (name: string): string => `export default {
  name: '${name}', initial: [0], actions: () => ['go'], label: () => ({ family: 'go', args: [] }),
  next: (n) => { const end = Date.now() + 2; while (Date.now() < end); return n + 1; },
  properties: [{ name: 'not 3', kind: 'always', holds: (n) => n !== 3 }, { name: 'up', kind: 'always', holds: (n) => n >= 0 }],
};`;

describe('a check that is ended by two signals at once', () => {
  test('of a configuration has its report, and writes its checkpoint', async () => {
    const point = join(dir(), 'point');
    const { status, reports } = await timedOut(['full', '--checkpoint', point]);
    expect([status, reports.map(({ verdict }) => verdict), existsSync(point)]).toEqual([130, ['interrupted'], true]);
  });

  test('of models of one’s own has what was found, and says what was not checked', async () => {
    const [first, second] = [await file('first.mjs', slow('first')), await file('second.mjs', slow('second'))];
    const { status, reports, stderr } = await timedOut([first, second, '--keep-going']);
    expect([status, reports.length]).toEqual([130, 1]);
    expect(reports[0]).toMatchObject({ model: 'first', verdict: 'violated', stop: { kind: 'interrupted' } });
    expect(stderr).toContain(`bayou check: interrupted: not checked: ${second}`);
  });
});
