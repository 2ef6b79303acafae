import { execFileSync, execSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { blocksOf, commandsOf, steady } from '../support/transcript.js';

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
    let updated = page;
    for (const block of blocksOf(page)) {
      if (block.kind === 'file') writeFileSync(join(folder, block.name), block.text);
      else if (!block.setup) {
        const shown = commandsOf(block.text).map((command) => `$ ${command}\n${steady(run(command, folder))}`);
        updated = updated.replace(block.text, `${shown.join('\n')}\n`);
      }
    }
    // `UPDATE_DOCS=1 npx vitest run test/checker/own-model.test.ts` writes what the commands print into the page.
    if (process.env['UPDATE_DOCS'] === '1') writeFileSync(PAGE, updated);
    expect(updated).toBe(page.replace(/\d+\.\d s, \d+ MB/g, '0.0 s, 50 MB'));
  }, 240_000);
});
