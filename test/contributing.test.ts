/** CONTRIBUTING.md's loop, taken as it stands there in a copy of the checkout: a rule is changed, built, and seen to break. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { refreshed } from './support/transcript.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const MINUTES = 60_000;

/** What a build and a check need. */
const COPIED = [
  'src',
  'conformance',
  'dist',
  'spec/configs',
  'package.json',
  'rolldown.config.js',
  'tsconfig.base.json',
  'tsconfig.json',
];
const PROJECTS = ['bench', 'fuzz', 'test'];

let copy = '';
beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'bayou-contributing-'));
  // With their times: what is newer than what decides what is built.
  for (const name of [...COPIED, ...PROJECTS.map((folder) => `${folder}/tsconfig.json`)])
    cpSync(join(ROOT, name), join(copy, name), { recursive: true, preserveTimestamps: true });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
});
afterAll(() => rmSync(copy, { recursive: true }));

const run = (command: string): string => {
  const { BAYOU_NO_BUILD_NOTICE: _silencer, ...env } = process.env;
  const { stdout, stderr } = spawnSync('bash', ['-c', command.replace(/^npx bayou /, 'node dist/cli/main.js ')], {
    cwd: copy,
    encoding: 'utf8',
    env,
    timeout: 8 * MINUTES,
  });
  return stdout + stderr;
};

test('CONTRIBUTING.md shows what comes of changing a rule', { timeout: 20 * MINUTES }, () => {
  const page = readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8');
  expect(refreshed(page, run)).toBe(page);
});
