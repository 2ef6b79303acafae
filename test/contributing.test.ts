/** CONTRIBUTING.md's loops, as they stand there, in a copy of the checkout: a rule is changed, one is added, and each is seen to break. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { refreshed } from './support/transcript.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const MINUTES = 60_000;

/** What a build, a check and the tests of a rule need. */
const COPIED = [
  ...[
    'src',
    'conformance',
    'dist',
    'spec',
    'test',
    'docs/protocol.md',
    'docs/glossary.md',
    'bench/tsconfig.json',
    'fuzz/tsconfig.json',
  ],
  ...[
    'CONTRIBUTING.md',
    '.gitignore',
    'package.json',
    'rolldown.config.js',
    'tsconfig.base.json',
    'tsconfig.json',
    'vitest.config.ts',
  ],
];

let copy = '';
beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'bayou-contributing-'));
  // With their times: what is newer than what decides what is built.
  for (const name of COPIED) cpSync(join(ROOT, name), join(copy, name), { recursive: true, preserveTimestamps: true });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  // What the tests run was built by the command before.
  writeFileSync(join(copy, 'test/support/build.ts'), 'export const setup = (): void => undefined;\n');
  const git = ['git init --quiet', 'git add --all', `git -c user.name=test -c user.email=test@localhost commit --quiet -m copy`];
  expect(spawnSync('bash', ['-c', git.join(' && ')], { cwd: copy, encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
});
afterAll(() => rmSync(copy, { recursive: true }));

/** What `npx` would find. */
const PROGRAMS: Readonly<Record<string, string>> = {
  bayou: 'dist/cli/main.js',
  vitest: 'node_modules/vitest/vitest.mjs',
};

const run = (command: string): string => {
  const { BAYOU_NO_BUILD_NOTICE: _silencer, FORCE_COLOR: _colours, ...env } = process.env;
  const found = command.replace(/^npx (\w+)/, (_, name: string) => `node ${PROGRAMS[name] ?? name}`);
  const { stdout, stderr } = spawnSync('bash', ['-c', found], {
    cwd: copy,
    encoding: 'utf8',
    env: { ...env, NO_COLOR: '1' },
    timeout: 8 * MINUTES,
  });
  return stdout + stderr;
};

test('CONTRIBUTING.md shows what comes of changing a rule, and of adding one', { timeout: 20 * MINUTES }, () => {
  const page = readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8');
  const now = refreshed(page, run);
  // `UPDATE_DOCS=1 npx vitest run test/contributing.test.ts` writes what the commands print into the page.
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(join(ROOT, 'CONTRIBUTING.md'), now);
  expect(now).toBe(page);
});
