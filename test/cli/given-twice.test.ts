/** An option, a field or a parameter that is given twice is refused by every command: one value would take the place of the other without a word. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { CommanderError } from 'commander';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { parseArgs } from '../../conformance/cli/conform-options.js';
import { main as backup } from '../../src/cli/backup-command.js';
import { parseCheckArgs } from '../../src/cli/check/check-options.js';
import { main as client } from '../../src/cli/client-command.js';
import { parseExploreArgs } from '../../src/cli/explore/explore-args.js';
import { main as server } from '../../src/cli/server-command.js';
import { runMasterProgram } from '../../src/master/program.js';

type Main = (words: ReadonlyArray<string>) => unknown;

const COMMANDS: Readonly<Record<string, Main>> = {
  check: (words) => parseCheckArgs(words),
  conform: (words) => parseArgs(words),
  explore: parseExploreArgs,
  master: (words) => runMasterProgram('bayou master', words),
  server,
  client,
  backup,
};

/** What a command says to these words, on both streams. */
const saidTo = async (main: Main, words: ReadonlyArray<string>): Promise<string> => {
  let said = '';
  const spies = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, 'write').mockImplementation((text) => {
      said += String(text);
      return true;
    }),
  );
  try {
    await main(words);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  return said;
};

/** A value that an option takes, by what its help has for the value, or by the option. */
const VALUES: Readonly<Record<string, string>> = {
  ...{
    '--log-level': 'warn',
    '--search': 'bfs',
    '--format': 'json',
    '--layers': '1',
    '--workers': '2',
    '--hash-compaction': '32',
    size: '1g',
    'from-to': '1-2',
  },
};
/** The server reads this file before it reads its options. */
const CONFIG = join(mkdtempSync(join(tmpdir(), 'bayou-twice-')), 'server.json');
beforeAll(() => writeFileSync(CONFIG, '{}'));
afterAll(() => rmSync(dirname(CONFIG), { recursive: true, force: true }));

const NUMBERS = /^(n|ms|s|id|bits|port)$/;

/** Options that collect their values. */
const LISTS = ['--set', '--peer', '--server', 'conform --trace', 'conform --replay', 'conform --config'];

const valueOf = (flag: string, value: string): string => VALUES[flag] ?? VALUES[value] ?? (NUMBERS.test(value) ? '100' : 'x');

const optionsOf = async (name: string, main: Main): Promise<ReadonlyArray<readonly [flag: string, value: string]>> =>
  [...(await saidTo(main, ['--help'])).matchAll(/^ {2}(?:-\w, )?(--[\w-]+) [<[]([^>\]]+)[>\]]/gm)]
    .map(([, flag = '', value = '']) => [flag, flag === '--config' ? CONFIG : valueOf(flag, value)] as const)
    .filter(([flag]) => !LISTS.includes(flag) && !LISTS.includes(`${name} ${flag}`));

describe('an option with a value that is given twice', () => {
  test.each(Object.entries(COMMANDS))('is refused by bayou %s, whichever it is', async (name, main) => {
    const options = await optionsOf(name, main);
    expect(options.length).toBeGreaterThan(1);
    for (const [flag, value] of options)
      expect(await saidTo(main, [`${flag}=${value}`, `${flag}=${value}`])).toBe(`bayou ${name}: ${flag} is given twice\n`);
  });

  test.each([
    ['check', ['--servers', '2', '--set', 'servers=3'], '--set servers: --servers gives the same field; leave one of them out'],
    [
      'check',
      ['--set', 'variant=V1', '--variant', 'FIXED'],
      '--set variant: --variant gives the same field; leave one of them out',
    ],
    ['check', ['--set', 'servers=3', '--set', 'servers=2'], '--set servers is given twice'],
    ['check', ['x.mjs', '--set', 'n=3', '--set', 'n=2'], '--set n is given twice'],
    ['explore', ['--servers', '2', '--set', 'servers=3'], '--set servers: --servers gives the same field; leave one of them out'],
    ['explore', ['--set', 'n=3', '--set', 'n=2'], '--set n is given twice'],
    ['explore', ['--set', 'bad'], "option '--set <name=value>' argument 'bad' is invalid. Use NAME=VALUE."],
  ] as const)('so is a field or a parameter, by bayou %s %j', async (name, words, line) =>
    expect(await saidTo(COMMANDS[name]!, words)).toBe(`bayou ${name}: ${line}\n`),
  );

  test('what collects its values may be given again', async () => {
    expect(await saidTo(COMMANDS['check']!, ['--set', 'servers=3', '--set', 'clients=2', '--keys', '1'])).toBe('');
    expect(await saidTo(COMMANDS['conform']!, ['--trace', 'a', '--trace', 'b'])).toBe('');
    // The names of properties of a model of one's own, and a parameter of that name.
    expect(await saidTo(COMMANDS['check']!, ['x.mjs', '--properties', 'p', '--set', 'properties=3'])).toBe('');
  });
});
