/** Two options, or an option and an input, that name one place: what would be written there for one of them is lost for the other. It is refused, and nothing is written. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isWithin, wrongWithSamePath } from '../../src/command-line/same-path.js';

const CLI = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const home = mkdtempSync(join(tmpdir(), 'bayou-same-path-'));
beforeAll(() => {
  mkdirSync(join(home, 'folder'));
  symlinkSync('folder', join(home, 'link'));
  for (const empty of ['empty.script', 'empty.ndjson']) writeFileSync(join(home, empty), '');
  writeFileSync(join(home, 'secret'), 'a secret that is long enough\n', { mode: 0o600 });
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

const bayou = (...args: ReadonlyArray<string>) => spawnSync(process.execPath, [CLI, ...args], { cwd: home, encoding: 'utf8' });

describe('one place under two names', () => {
  test.each([
    [['master', '--trace', 'F', '--log-file', 'F', 'empty.script'], '--trace: F: --log-file'],
    [['master', '--trace', './F', '--log-file', 'folder/../F', 'empty.script'], '--trace: ./F: --log-file'],
    [['master', '--trace', 'folder/F', '--log-file', 'link/F', 'empty.script'], '--trace: folder/F: --log-file'],
    [['master', '--trace', 'F', '--data-dir', 'F', 'empty.script'], '--trace: F: --data-dir'],
    [['master', '--trace', 'empty.script', 'empty.script'], '--trace: empty.script: the script'],
    [['master', '--log-file', 'empty.script', 'empty.script'], '--log-file: empty.script: the script'],
    [['check', 'bayou-s-2112', '--checkpoint', 'F', '--out-dir', 'F'], '--checkpoint: F: --out-dir'],
    [['check', 'bayou-s-2112', '--resume', 'F', '--out-dir', 'F'], '--out-dir: F: --resume'],
    [['check', 'bayou-s-2112', '--checkpoint', 'bayou-s-2112'], '--checkpoint: bayou-s-2112: the configuration'],
    [['conform', '--simulate', '--junit', 'F', '--out-dir', 'F'], '--junit: F: --out-dir'],
    [['conform', '--corpus', 'F', '--out-dir', 'F'], '--corpus: F: --out-dir'],
    [['conform', '--corpus', 'bayou-divergences'], '--corpus: bayou-divergences: --out-dir'],
    [['conform', '--junit', 'empty.script', 'empty.script'], '--junit: empty.script: what is tried'],
    [['conform', '--junit', 'empty.ndjson', '--trace', 'empty.ndjson'], '--junit: empty.ndjson: what is tried'],
    [['explore', 'empty.script', '--html', 'empty.script'], '--html: empty.script: what is explored'],
    [['client', '--server', '0@1', '--secret-file', 'F', '--token-file', 'F'], '--token-file: F: --secret-file'],
    [
      ['client', '--server', '0@1', '--secret-file', 'secret', '--tls-key', 'F', '--token-file', 'F'],
      '--token-file: F: --tls-key',
    ],
    [['server', '--id', '0', '--data-dir', 'F', '--secret-file', 'F'], '--data-dir: F: --secret-file'],
    [['server', '--id', '0', '--data-dir', 'F', '--secret-file', 'G', '--tls-ca', 'G'], '--secret-file: G: --tls-ca'],
  ])('is refused: %j', (args, said) => {
    const before = readdirSync(home, { recursive: true });
    const { status, stderr } = bayou(...args);
    expect([status, stderr]).toEqual([2, `bayou ${args[0]}: ${said} names it too; name another\n`]);
    expect(readdirSync(home, { recursive: true })).toEqual(before);
  });

  test.each([
    [['--data-dir', 'F.d'], '--data-dir: F.d'],
    [['--log-file', 'F.d/log'], '--log-file: F.d/log'],
    [['--log-file', 'F.d/deep/log'], '--log-file: F.d/deep/log'],
  ])('is refused in the folder beside a trace, which is emptied: %j', (args, said) => {
    const { status, stderr } = bayou('master', '--trace', 'F', ...args, 'empty.script');
    expect([status, stderr]).toEqual([2, `bayou master: ${said}: it is in F.d, which is emptied for --trace; name another\n`]);
  });

  test('is none where the names only look alike', () => {
    const named = (name: string, path?: string) => ({ name, path: path === undefined ? undefined : join(home, path) });
    expect(wrongWithSamePath([named('a', 'x'), named('b', 'y'), named('c')], [named('d', 'z'), named('e')])).toBeUndefined();
    expect(isWithin(join(home, 'F.data'), join(home, 'F.d'))).toBe(false);
    expect(isWithin(join(home, '..F'), home)).toBe(true);
    expect(isWithin(join(home, 'none/x'), join(home, 'none'))).toBe(true);
    expect(isWithin(home, join(home, 'folder'))).toBe(false);
  });

  test('is what a checkpoint may have: it goes on from the file that it writes', () => {
    const words = ['check', 'bayou-s-2212', '--checkpoint', 'kept'];
    expect(bayou(...words, '--max-states', '100').status).toBe(3);
    expect(bayou(...words, '--resume', 'kept').status).toBe(0);
  });
});
