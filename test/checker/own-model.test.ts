import { execSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { refreshed, setupOf } from '../support/transcript.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PAGE = join(ROOT, 'docs/own-model.md');

/** A folder in which `bayou` is the checkout. */
let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'bayou-own-'));
  symlinkSync(ROOT, join(dir, 'bayou'));
});
afterAll(() => rmSync(dir, { recursive: true }));

/** As the reader's, but for this: npm builds nothing, since tests run what is built, and does not ask the registry for what it has. */
const env = {
  ...process.env,
  npm_config_ignore_scripts: 'true',
  npm_config_prefer_offline: 'true',
  npm_config_audit: 'false',
  npm_config_fund: 'false',
};

/** What a command of the page prints. A failing check is what some of them are about; what goes wrong otherwise is printed, too. */
const printed = (command: string, cwd: string): string => {
  const { stdout, stderr } = spawnSync(command, { cwd, encoding: 'utf8', timeout: 120_000, shell: true });
  return stdout + stderr.replace(/^npm (?:warn|notice).*\n/gm, '');
};

describe('docs/own-model.md', () => {
  test('its setup, its files and its commands do what it shows, from an empty folder with the built package', () => {
    const page = readFileSync(PAGE, 'utf8');
    execSync(setupOf(page), { cwd: dir, encoding: 'utf8', timeout: 120_000, stdio: 'pipe', env });
    const folder = join(dir, 'counter');
    const updated = refreshed(
      page,
      (command) => printed(command, folder),
      (name, text) => writeFileSync(join(folder, name), text),
    );
    // `UPDATE_DOCS=1 npx vitest run test/checker/own-model.test.ts` writes what the commands print into the page.
    if (process.env['UPDATE_DOCS'] === '1') writeFileSync(PAGE, updated);
    expect(updated).toBe(page);
  }, 240_000);
});
