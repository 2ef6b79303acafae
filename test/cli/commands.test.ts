/** Names of commands, and processes that a command needs and cannot start: one line each. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const CLI = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

const run = (args: ReadonlyArray<string>, node: ReadonlyArray<string> = []) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...node, CLI, ...args], { encoding: 'utf8' });
  return [status, stdout, stderr];
};

describe('a name that is no command’s is bad usage', () => {
  test.each([
    ['frob'],
    ['frob', '--help'],
    ['help', 'frob'],
    ['help', 'frob', '--help'],
    ['frob', '--version'],
    ['frob', 'check'],
  ])('bayou %s %s %s', (...args) => expect(run(args)).toEqual([2, '', "bayou: unknown command 'frob'\n"]));

  test('and what may be meant is said', () =>
    expect(run(['help', 'chek'])).toEqual([2, '', "bayou: unknown command 'chek' (Did you mean check?)\n"]));

  test('help of a command is its own, and help alone is bayou’s', () => {
    expect(run(['help', 'server'])).toEqual(run(['server', '--help']));
    expect(run(['help'])).toEqual([0, expect.stringMatching(/^Usage: bayou \[options\] \[command\]/), '']);
  });
});

test('a process for a model that cannot be started is one line', () => {
  const elsewhere = ['--import', `data:text/javascript,process.execPath='/nowhere/node'`];
  const line = 'the process that would run it cannot be started: there is no such file';
  for (const command of ['check', 'explore'])
    expect(run([command, 'example:peterson'], elsewhere)).toEqual([2, '', `bayou ${command}: example:peterson: ${line}\n`]);
});
