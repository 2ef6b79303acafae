/** Every option of `bayou explore` with every kind of source: it has an effect there, or is refused. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { FIELD_OPTIONS } from '../../src/cli/check/field-options.js';
import { main } from '../../src/cli/explore/explore-command.js';

const home = mkdtempSync(join(tmpdir(), 'bayou-explore-options-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

const made = (name: string, text: string): string => {
  const file = join(home, name);
  writeFileSync(file, text);
  return file;
};

const FIELDS = FIELD_OPTIONS.map(({ flag }) => `${flag}=1`);
const OPTIONS = [...FIELDS, '--set=servers=1', '--max-seconds=1', '--max-states=5', '--flags=--memory'];

/** Sources of each kind, none of which can be explored, with the options that have an effect there. */
const KINDS: ReadonlyArray<readonly [name: string, source: string, heeded: ReadonlyArray<string>]> = [
  ['a trace', made('a.ndjson', '?'), []],
  ['a script', made('a.script', '?'), ['--flags=--memory']],
  ['the plan of a run', made('plan.json', '{"script":7}'), []],
  ['a path', made('path.json', '{"steps":7}'), [...FIELDS, '--set=servers=1']],
  ['a model', 'none', [...FIELDS, '--set=servers=1', '--max-seconds=1', '--max-states=5']],
];

const said = async (words: ReadonlyArray<string>): Promise<string> => {
  let text = '';
  const spy = vi.spyOn(process.stderr, 'write').mockImplementation((some) => {
    text += String(some);
    return true;
  });
  expect(await main(words)).toBe(2);
  spy.mockRestore();
  return text;
};

vi.mock('../../src/cli/explore/explore-run.js', () => ({ exploreRun: () => Promise.reject(new UsageError('no run')) }));
const { UsageError } = await import('../../src/command-line/exit.js');

describe('an option of bayou explore', () => {
  test.each(KINDS)('has an effect or is refused: %s', async (name, source, heeded) => {
    for (const option of OPTIONS) {
      const line = await said([source, option]);
      const flag = /^--[\w-]+/.exec(option)?.[0];
      if (heeded.includes(option)) expect(line).not.toMatch(/not heeded|is for a script/);
      else if (flag === '--flags')
        expect(line).toBe('bayou explore: --flags is for a script: they are the options of bayou master\n');
      else expect(line).toBe(`bayou explore: ${flag} is not heeded by ${name}; leave it out\n`);
    }
  });

  test.each(['--port=8080', '--open'])('that is about showing a page is refused where the page is written: %s', async (option) =>
    expect(await said(['none', '--html', join(home, 'x.html'), option])).toBe(
      `bayou explore: ${option.split('=')[0]} is not heeded by --html; leave it out\n`,
    ),
  );

  test('that is unknown or has no such value is not taken for one that would be ignored', async () => {
    const trace = fileURLToPath(new URL('../../examples/original-clock.ndjson', import.meta.url));
    expect(await said([trace, '--variant', 'V99'])).toBe('bayou explore: --variant is not heeded by a trace; leave it out\n');
    expect(await said([trace, '--max-states', '0'])).toContain('Use a whole number from 1');
  });
});
