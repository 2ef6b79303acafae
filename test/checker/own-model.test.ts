import { execFileSync, execSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { refreshed } from '../support/transcript.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PAGE = join(ROOT, 'docs/own-model.md');

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'bayou-own-'));
  execFileSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', dir], { cwd: ROOT });
}, 120_000);
afterAll(() => rmSync(dir, { recursive: true }));

const run = (command: string, cwd: string): string =>
  execSync(command, { cwd, encoding: 'utf8', timeout: 120_000, stdio: 'pipe' });

/** What a command of the page prints. A failing check is what some of them are about; what goes wrong otherwise is printed, too. */
const printed = (command: string, cwd: string): string => {
  const { stdout, stderr } = spawnSync(command, { cwd, encoding: 'utf8', timeout: 120_000, shell: true });
  return stdout + stderr.replace(/^npm (?:warn|notice).*\n/gm, '');
};

/** `npm install bayou`, from the package that was just built. */
const install = (cwd: string): void => {
  const tarball = readdirSync(dir).find((file) => file.endsWith('.tgz'));
  run(`npm install --prefer-offline --no-audit --no-fund ../${tarball!}`, cwd);
};

describe('docs/own-model.md', () => {
  test('its setup, its files and its commands do what it shows, from an empty folder with the built package', () => {
    const page = readFileSync(PAGE, 'utf8');
    const folder = join(dir, 'counter');
    mkdirSync(folder);
    run('npm init -y', folder);
    install(folder);
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
