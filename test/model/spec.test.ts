import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const node = (args: ReadonlyArray<string>, env: NodeJS.ProcessEnv = {}) =>
  spawnSync('node', args, { cwd: root, encoding: 'utf8', env: { ...process.env, ...env }, timeout: 120_000 });
const isInstalled = (command: string, flag: string): boolean => spawnSync(command, [flag]).status === 0;

describe('TLA+', () => {
  test('every configuration has the .cfg that it makes (else: npm run spec:cfg)', () => {
    expect(node(['spec/tlc.js', '--check'])).toMatchObject({ status: 0, stderr: '' });
  });
  test('without the jar nothing is run, and the exit code says so', () => {
    const { status, stderr } = node(['spec/tlc.js'], { TLA2TOOLS: '/nowhere/tla2tools.jar' });
    expect(status).toBe(69);
    expect(stderr).toContain('TLC was not run: set TLA2TOOLS');
  });
  const jar = process.env['TLA2TOOLS'];
  test.skipIf(jar === undefined)('TLC counts the same states', { timeout: 300_000 }, () => {
    const names = [
      'bayou-s-2212',
      'v1-original-clock',
      'client-links',
      'late-puts-small',
      'new-sessions-small',
      'put-back-small',
    ];
    expect(node(['spec/tlc.js', ...names]).status).toBe(0);
  });
});

describe('Promela', () => {
  const there = isInstalled('spin', '-V') && isInstalled('gcc', '--version');
  test.skipIf(!there)('Spin counts the same states, and finds V1', () => {
    const { status, stdout } = node(['spec/spin.js', 'bayou-s-2213', 'v1-original-clock']);
    expect(stdout).toContain('agrees   bayou-s-2213: Spin says 10031 states');
    expect(status).toBe(0);
  });
  test.skipIf(!there)('what is no configuration of the core is refused', () => {
    expect(node(['spec/spin.js', 'messages']).status).toBe(2);
  });
});

describe('the table of spec/README.md', () => {
  const text = (path: string): string => readFileSync(new URL(path, `file://${root}/`), 'utf8');
  const readme = text('spec/README.md');
  const rows = readme
    .slice(readme.indexOf('| TLA+ | rule |'))
    .split('\n\n')[0]!
    .split('\n')
    .slice(2)
    .map((line) => line.split('|').map((cell) => cell.trim()));
  const names = (cell: string): ReadonlyArray<string> => [...cell.matchAll(/`([^`]+)`/g)].map((m) => m[1]!);

  test('names what Bayou.tla defines', () => {
    const module = text('spec/Bayou.tla');
    for (const name of rows.flatMap((row) => names(row[1]!)))
      expect(module).toMatch(new RegExp(`^${name}(\\(.*\\))? +==|^${name}(\\(.*\\))? ==`, 'm'));
    expect(rows.length).toBeGreaterThan(20);
  });

  test.each([
    ['src/model', 3],
    ['src/impl', 4],
  ])('names what %s has', (folder, column) => {
    for (const row of rows) {
      let source = '';
      for (const name of names(row[column]!)) {
        if (name.startsWith('src/')) continue;
        if (name.endsWith('.ts')) source = text(`${folder}/${name}`);
        else expect(source, `${name} of ${row[column]!}`).toMatch(new RegExp(`\\b${name}\\b`));
      }
    }
  });
});
