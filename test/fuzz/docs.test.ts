import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';
import { refreshed } from '../support/transcript.js';

vi.setConfig({ testTimeout: 300_000 });

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PAGE = `${ROOT}docs/fuzz.md`;

const printed = (command: string): string =>
  spawnSync('bash', ['-c', command], { cwd: ROOT, encoding: 'utf8', timeout: 240_000 }).stdout;

test('docs/fuzz.md shows what its commands print', () => {
  const page = readFileSync(PAGE, 'utf8');
  const updated = refreshed(page, printed);
  // `UPDATE_DOCS=1 npx vitest run test/fuzz/docs.test.ts` writes what the commands print into the page.
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(PAGE, updated);
  expect(updated).toBe(page);
});
