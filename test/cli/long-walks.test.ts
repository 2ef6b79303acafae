/** A random walk of the command that has no end of its own: Ctrl-C and `--max-seconds` end it, and the command says what it did. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../support/until.js';
import { bayou } from './run.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const LONG = ['--trace-length', '1000000000'];
let dir = '';
beforeAll(() => (dir = mkdtempSync(join(tmpdir(), 'long-walks-'))));
afterAll(() => rmSync(dir, { recursive: true }));

/** Writes a model that goes round a ring for ever, and leaves a file once it has gone some way. */
const ring = (name: string): { readonly model: string; readonly mark: string } => {
  const [model, mark] = [join(dir, `${name}.mjs`), join(dir, `${name}.mark`)];
  const source = `import { writeFileSync } from 'node:fs';
let calls = 0;
export default {
  name: 'ring',
  initial: [0],
  actions: () => ['go'],
  next: (n) => {
    if (++calls === 50_000) writeFileSync(${JSON.stringify(mark)}, '');
    return (n + 1) % 1000;
  },
  label: (family) => ({ family, args: [] }),
  properties: [{ name: 'in the ring', kind: 'always', holds: (n) => n < 1000 }],
};
`;
  writeFileSync(model, source);
  return { model, mark };
};

test.each([
  ['sample', ['--sample', '1'], 'ring: 0 random runs in which nothing breaks, seed 1'],
  ['simulate', ['--search', 'simulate'], '1 random walk of at most 1000000000 steps'],
])('%s: Ctrl-C ends it', async (name, words, says) => {
  const { model, mark } = ring(name);
  const child = spawn(process.execPath, ['dist/cli/main.js', 'check', model, ...words, ...LONG], { cwd: ROOT });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (out += chunk));
  const closed = once(child, 'close');
  await until(() => existsSync(mark));
  child.kill('SIGINT');
  expect(await closed).toEqual([130, null]);
  expect(out).toContain(says);
});

test('a simulation heeds the time', async () => {
  const { model } = ring('time');
  const { status, stdout } = await bayou(['check', model, '--search', 'simulate', '--max-seconds', '1', ...LONG]);
  expect([status, stdout]).toEqual([3, expect.stringContaining('stopped after 1.0 s')]);
});
