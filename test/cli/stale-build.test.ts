/** In a checkout whose source is newer than what was built from it, the command says so, and still does what it was asked. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildNotice, changedSinceBuild } from '../../src/cli/stale.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const BUILT = 'dist/programs/cli.js';
const NOTICE = 'bayou: src/model/rules.ts is newer than dist/, and this runs dist/; to build it again: npm run build';

let root = '';
const at = (name: string, seconds: number): void => utimesSync(join(root, name), seconds, seconds);
const write = (name: string): void => {
  mkdirSync(dirname(join(root, name)), { recursive: true });
  writeFileSync(join(root, name), '');
};

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'bayou-stale-'));
  for (const name of ['package.json', 'dist'])
    cpSync(join(ROOT, name), join(root, name), {
      recursive: true,
      filter: (file) => !/\.(map|d\.ts)$|\/(bench|fuzz)$/.test(file),
    });
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
});
afterAll(() => rmSync(root, { recursive: true }));

const run = (env: Record<string, string> = {}) => {
  const { BAYOU_NO_BUILD_NOTICE: _silencer, ...others } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['dist/cli/main.js', '--version'], {
    cwd: root,
    encoding: 'utf8',
    env: { ...others, ...env },
  });
  return { status, stdout, stderr };
};

const said = { status: 0, stdout: '0.1.0\n' };

describe('what was built, and what it was built from', () => {
  test('an installed package has no source, and nothing to say', () => {
    expect(changedSinceBuild(root)).toBeUndefined();
    expect(run()).toEqual({ ...said, stderr: '' });
  });
  test('a file that was edited after the build is named, in one line with what to do', () => {
    write('src/model/rules.ts');
    at(BUILT, 1_000);
    at('src/model/rules.ts', 2_000);
    expect(buildNotice(root, {})).toBe(NOTICE);
    expect(run()).toEqual({ ...said, stderr: `${NOTICE}\n` });
  });
  test('nothing is said when it was built again, to who asked for silence, or of other files', () => {
    expect(run({ BAYOU_NO_BUILD_NOTICE: '1' })).toEqual({ ...said, stderr: '' });
    at(BUILT, 3_000);
    write('src/notes.md');
    at('src/notes.md', 4_000);
    expect(run()).toEqual({ ...said, stderr: '' });
  });
  test('conformance is built with it', () => {
    write('conformance/cli/conform.ts');
    at('conformance/cli/conform.ts', 5_000);
    expect(changedSinceBuild(root)).toBe('conformance/cli/conform.ts');
  });
});
