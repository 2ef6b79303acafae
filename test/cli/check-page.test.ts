import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

const PICTURE = /(<!-- written by: (npx bayou check \S+ --format mermaid --out-dir) DIR -->\n```mermaid\n)[^]*?(^```$)/m;

/** The page with the picture that its command writes. */
const drawn = (page: string): string => {
  const folder = mkdtempSync(join(tmpdir(), 'bayou-check-page-'));
  const command = PICTURE.exec(page)?.[2] ?? '';
  run(`${command} ${folder}`);
  const written = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
  rmSync(folder, { recursive: true });
  return page.replace(PICTURE, (_, before: string, __, after: string) => `${before}${written.join('').trimEnd()}\n${after}`);
};

test('docs/check.md shows what the commands print, and the picture that one writes', () => {
  const page = readFileSync(PAGE, 'utf8');
  expect(page).toMatch(PICTURE);
  const updated = drawn(refreshed(page, run));
  // `UPDATE_DOCS=1 npx vitest run test/cli/check-page.test.ts` writes what the commands print into the page.
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(PAGE, updated);
  expect(updated).toBe(page);
});
