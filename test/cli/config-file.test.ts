/** A configuration file stands for the flags it names, and nothing in it goes unnoticed. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Option } from 'commander';
import { afterAll, describe, expect, test } from 'vitest';
import { withConfigFile } from '../../src/cli/config-file.js';
import { UsageError } from '../../src/command-line/exit.js';
import { main as server } from '../../src/cli/server-command.js';

const home = mkdtempSync(join(tmpdir(), 'bayou-config-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

const OPTIONS = [
  new Option('--config <file>'),
  new Option('--data-dir <dir>'),
  new Option('--port <port>'),
  new Option('--peer <id@host:port>').default([]),
  new Option('--fsync'),
];

const file = (text: string): string => {
  const path = join(home, 'config.json');
  writeFileSync(path, text);
  return path;
};

test('a secret that is named in its place is not quoted', () => {
  expect(() => withConfigFile(['--config', file('hunter2hunter2hunter2\n')], OPTIONS)).toThrow(/it is not JSON: (?!.*hunter).*$/);
  expect(() => withConfigFile(['--config', file('{"a": "hunter2hunter2"x, "b": 2}')], OPTIONS)).toThrow(
    /it is not JSON: (?!.*hunter).*$/,
  );
});

describe('a configuration file', () => {
  test('stands for flags, in front of those that are given', () => {
    const path = file(JSON.stringify({ dataDir: 'a b', port: 7400, peer: ['1@h:1', '2@h:2'], fsync: true }));
    for (const given of [['--config', path], [`--config=${path}`]])
      expect(withConfigFile(given, OPTIONS)).toEqual([
        ...['--data-dir=a b', '--port=7400', '--peer=1@h:1', '--peer=2@h:2', '--fsync'],
        ...given,
      ]);
  });
  test('gives way to what is given, also where that is a list', () => {
    const path = file(JSON.stringify({ port: 7400, peer: ['1@h:1', '2@h:2'], fsync: true }));
    const given = ['--config', path, '--port=1', '--peer', '1@h:3'];
    expect(withConfigFile(given, OPTIONS)).toEqual(['--fsync', ...given]);
  });
  test('says nothing where there is none, or where it says false', () => {
    expect(withConfigFile(['--port', '1'], OPTIONS)).toEqual(['--port', '1']);
    const path = file('{"fsync": false}');
    expect(withConfigFile(['--config', path], OPTIONS)).toEqual(['--config', path]);
  });
  test.each([
    ['{"dataDri": "x"}', "there is no field 'dataDri'; the fields are dataDir, port, peer, fsync"],
    ['{"config": "x"}', "there is no field 'config'"],
    ['{"fsync": "yes"}', 'fsync: expected true or false, but it is "yes"'],
    ['{"port": [1, 39111]}', 'port: expected one value, but it is a list'],
    ['{"dataDir": ["a", "b"]}', 'dataDir: expected one value, but it is a list'],
    ['{"port": {}}', 'port: expected a text or a number, but it is an object'],
    ['{"port": null}', 'port: expected a text or a number, but it is null'],
    ['{"peer": [["1@h:1"]]}', 'peer: expected a text or a number, but it is a list'],
    ['[]', 'expected an object, but it is an empty list'],
    ['null', 'expected an object, but it is null'],
    ['{', 'is not JSON'],
    ['{\n"port": }\n', 'is not JSON'],
    [`{"dataDir": "${'x'.repeat(1024 * 1024)}"}`, 'is longer than 1048576 bytes'],
  ])('%s is refused in one line', (text, said) => {
    const path = file(text);
    let line = '';
    try {
      withConfigFile(['--config', path], OPTIONS);
    } catch (error) {
      expect(error).toBeInstanceOf(UsageError);
      line = (error as Error).message;
    }
    expect(line).toContain(said);
    expect(line).toContain(path);
    expect(line).not.toContain('\n');
  });
  test('that is not there is one line', () =>
    expect(() => withConfigFile(['--config', join(home, 'missing')], OPTIONS)).toThrow(
      /^--config: .*missing: there is no such file$/,
    ));
});

test("a server's file cannot ask for a new incarnation: it would at every start (R7a)", async () => {
  const path = file(JSON.stringify({ id: 0, dataDir: join(home, 'data'), newIncarnation: true }));
  await expect(server(['--config', path])).rejects.toThrow("there is no field 'newIncarnation'");
});
