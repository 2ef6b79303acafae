/** Models that do something to the program that checks them: it says so in one line, or goes on as if nothing were; and no verdict is theirs. */
import { describe, expect, test } from 'vitest';
import { check } from '#bayou/checker/check.js';
import type { Model } from '#bayou/checker/model.js';
import type { Report } from '#bayou/checker/report.js';
import { bayou, type Ran } from './run.js';

const MODEL = 'test/cli/models/hostile.mjs';

const set = (how: string, more: ReadonlyArray<string> = []): ReadonlyArray<string> => [
  MODEL,
  '--set',
  `how=${how}`,
  ...more.flatMap((assignment) => ['--set', assignment]),
];

const NO_VERDICT = 'there is no verdict';

const expectLine = ({ status, stdout, stderr }: Ran, line: string): void => {
  expect([status, stderr]).toEqual([2, expect.stringContaining(`: ${MODEL}: ${line}`)]);
  expect(stderr.trimEnd().split('\n').filter((text) => text.startsWith('bayou'))).toHaveLength(1); // prettier-ignore
  expect(stdout).not.toMatch(/holds|violated/);
};

describe('one that ends the process', () => {
  test.each([
    ['kills itself', 'the process that ran the model was ended by SIGKILL'],
    ['exits', 'the model ended the process (process.exit) while it was run'],
    ['exits behind the scenes', 'the model ended the process (process.exit) while it was run'],
  ])('%s: in a step, in the making, and under every command', async (how, line) => {
    for (const words of [
      ['check', ...set(how)],
      ['check', ...set(how, ['at=-1'])],
      ['check', ...set(how), '--search', 'dfs'],
      ['check', ...set(how), '--sample', '1', '--trace-length', '5'],
      ['explore', ...set(how)],
    ])
      expectLine(await bayou(words), line);
    expect((await bayou(['check', ...set(how)])).stderr).toContain(NO_VERDICT);
  });

  test('V8 aborts, as where memory runs out', async () => {
    const { status, stderr } = await bayou(['check', ...set('aborts')]);
    expect(status).toBe(2);
    expect(stderr).toContain(`bayou check: ${MODEL}: the process that ran the model was ended by SIGABRT`);
  });

  test('whatever status it sets, the verdict has its own', async () => {
    const { status, lines } = await bayou(['check', ...set('sets the status', ['at=1', 'bad=3'])]);
    expect([status, lines.at(-1)]).toEqual([1, expect.stringContaining('violated (1 of 1 properties)')]);
    const late = await bayou(['check', ...set('sets the status', ['at=-1'])]);
    expect([late.status, late.lines.at(-1)]).toEqual([0, expect.stringContaining('holds: all 6 states')]);
  });

  test('a timer of its own that loops for ever ends with the time of the search, or by a signal', async () => {
    const words = set('loops in a timer', ['at=-1', 'bad=-1', 'most=100000000']);
    const { status, stderr } = await bayou(['check', ...words, '--max-seconds', '1']);
    const line = 'something that the model began beside its functions (a timer, a promise) does not come back';
    expect([status, stderr]).toEqual([2, `bayou check: ${MODEL}: ${line}\n`]);
  });
});

describe('one that prints', () => {
  test.each([['--json'], ['--ndjson']])('does not into %s', async (format) => {
    const { status, lines, stderr } = await bayou(['check', ...set('prints', ['at=1', 'bad=3']), format]);
    expect(status).toBe(1);
    const reports = lines.map((line) => JSON.parse(line) as { readonly type: string; readonly verdict?: string });
    expect(reports.filter(({ type }) => type === 'report').map(({ verdict }) => verdict)).toEqual(['violated']);
    expect(stderr).toContain('{"verdict":"holds"}\nand more\n');
  });

  test('nor into what people and tools read otherwise', async () => {
    const { lines, stderr } = await bayou(['check', ...set('prints')]);
    expect(lines.join('\n')).not.toContain('and more');
    expect(stderr).toContain('and more');
    const sampled = await bayou(['check', ...set('prints'), '--sample', '1', '--json']);
    for (const line of sampled.lines) expect(JSON.parse(line)).toBeTypeOf('object');
  });
});

const CHANGES = [
  ['leaves the exit out', 'process.exit'],
  ['changes maps', 'Map.prototype.get'],
  ['changes lists', 'Array.prototype.filter'],
  ['breaks lists', 'Array.prototype.map'],
  ['adds to objects', 'Object.prototype.sample'],
  ['catches what is set', 'Object.prototype.verdict'],
  ['adds to lists', 'Array.prototype[0]'],
  ['changes JSON', 'JSON.stringify'],
  ['changes iteration', 'the iterator of lists.next'],
  ['replaces Set', 'Set'],
] as const;

describe('one that changes what JavaScript comes with', () => {
  test.each(CHANGES)('%s: a function of it', async (how, what) => {
    expectLine(await bayou(['check', ...set(how)]), `a function of the model changes ${what}, of which`);
  });

  test.each(CHANGES.slice(1, 4))('%s: in other searches', async (how, what) => {
    for (const words of [['--search', 'dfs'], ['--search', 'simulate'], ['--hash-compaction']])
      expectLine(await bayou(['check', ...set(how), ...words]), `a function of the model changes ${what}, of which`);
  });

  test('where it is made', async () => {
    expectLine(await bayou(['check', ...set('changes JSON', ['at=-1'])]), 'its default export changes JSON.stringify, of which');
    expectLine(
      await bayou(['explore', ...set('changes JSON', ['at=-1'])]),
      'its default export changes JSON.stringify, of which',
    );
  });

  test('what does no harm is let be', async () => {
    for (const how of ['fixes chance and time', 'adds a method to lists']) {
      const { status, lines } = await bayou(['check', ...set(how)]);
      expect([status, lines.at(-1)]).toEqual([
        0,
        `hostile: holds: all 6 states, depth 5; how = ${how}; at = 3; most = 5; bad = 100; exact`,
      ]);
    }
  });

  test('by the library it is refused too, and put back', async () => {
    const get = Object.getOwnPropertyDescriptor(Map.prototype, 'get')!.value as (key: unknown) => unknown;
    const model = (spoil: () => void): Model<number, string> => ({
      name: 'a count',
      initial: [0],
      actions: (n) => (n < 3 ? ['up'] : []),
      next: (n) => {
        if (n === 2) spoil();
        return n + 1;
      },
      label: (family) => ({ family, args: [] }),
      properties: [{ name: 'small', kind: 'always', holds: (n) => n < 100 }],
    });
    const spoil = (): void => {
      Map.prototype.get = function (this: Map<unknown, unknown>, key) {
        return get.call(this, key);
      };
    };
    await expect(check(model(spoil))).rejects.toThrow('a function of the model changes Map.prototype.get, of which');
    expect(Object.getOwnPropertyDescriptor(Map.prototype, 'get')!.value).toBe(get);
    const { verdict }: Report = await check(model(() => undefined));
    expect(verdict).toBe('holds');
  });
});
