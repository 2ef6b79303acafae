import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { refreshed } from '../support/transcript.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PAGE = fileURLToPath(new URL('../../docs/check.md', import.meta.url));

/** `npx bayou …` as the page has it, run by the build in this folder. A failing check is what some of the commands are about. */
const run = (command: string): string => {
  const [npx, name, ...args] = command.split(' ');
  expect([npx, name]).toEqual(['npx', 'bayou']);
  const { stdout, stderr } = spawnSync(process.execPath, ['dist/cli/main.js', ...args], {
    cwd: ROOT,
    encoding: 'utf8',
    timeout: 60_000,
  });
  return stdout + stderr;
};

test('docs/check.md shows what the commands print', () => {
  const page = readFileSync(PAGE, 'utf8');
  const updated = refreshed(page, run);
  // `UPDATE_DOCS=1 npx vitest run test/cli/check-page.test.ts` writes what the commands print into the page.
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(PAGE, updated);
  expect(updated).toBe(page);
});
