/** "Repeat with" says what the command line said: parsed back it gives the same arguments, for every option there is. */
import * as fc from 'fast-check';
import { execFileSync } from 'node:child_process';
import { expect, test, vi } from 'vitest';
import { FIELD_OPTIONS } from '#bayou/cli/check/field-options.js';
import type { CheckArgs } from '#bayou/cli/check/check-args.js';
import { optionNames, parseCheckArgs } from '#bayou/cli/check/check-options.js';
import { repeatCommand, repeatWords } from '#bayou/cli/check/repeat.js';

/** What cannot be said twice alike: maps are compared by what is in them. */
const essence = (args: CheckArgs): unknown => ({ ...args, fields: [...args.fields], overrides: [...args.overrides] });

const anyText = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !text.includes('\0'));
const count = fc.integer({ min: 1, max: 10 ** 6 }).map(String);

/** Values that an option may have; `null`: it has none. */
const VALUES: Readonly<Record<string, fc.Arbitrary<string> | null>> = {
  ...Object.fromEntries(FIELD_OPTIONS.map(({ flag }) => [flag, anyText])),
  '--set': fc.tuple(fc.stringMatching(/^\w+$/), fc.string()).map(([name, value]) => `${name}=${value}`),
  '--list': null,
  '--search': fc.constantFrom('auto', 'bfs', 'dfs', 'sweep', 'simulate'),
  '--symmetry': null,
  '--quotient': null,
  '--keep-going': null,
  '--require-witnesses': null,
  '--witnesses': null,
  '--deadlock': null,
  '--audit': null,
  '--traces-per-property': fc.integer({ min: 1, max: 100 }).map(String),
  '--sample': fc.integer({ min: 1, max: 1000 }).map(String),
  '--step': null,
  '--plain': null,
  '--workers': fc.integer({ min: 1, max: 64 }).map(String),
  '--hash-compaction': fc.option(fc.integer({ min: 8, max: 64 }).map(String)).map((bits) => bits ?? ''),
  '--max-memory': fc.constantFrom('512m', '4g', '1.5g', '134217728'),
  '--max-states': count,
  '--max-depth': count,
  '--max-seconds': count,
  '--checkpoint': anyText,
  '--checkpoint-every': fc.constantFrom('1', '0.5', '600'),
  '--resume': anyText,
  '--seed': fc.nat().map(String),
  '--traces': count,
  '--trace-length': count,
  '--replay': anyText,
  '--json': null,
  '--ndjson': null,
  '--out-dir': anyText,
  '--format': fc
    .subarray(['json', 'text', 'itf', 'mermaid', 'shiviz', 'dot', 'script'], { minLength: 1 })
    .map((all) => all.join(',')),
};

const wordsOf = (name: string): fc.Arbitrary<ReadonlyArray<string>> => {
  const values = VALUES[name];
  if (values === null || values === undefined) return fc.constant([name]);
  return values.map((value) => (value === '' ? [name] : [`${name}=${value}`]));
};

test('every option of the command has values here', () => {
  expect(Object.keys(VALUES).sort()).toEqual([...optionNames()].sort());
});

/** Parses, or undefined where the options do not go together. */
const parsed = (words: ReadonlyArray<string>): CheckArgs | undefined => {
  const silence = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    return parseCheckArgs(words);
  } catch {
    return undefined;
  } finally {
    silence.mockRestore();
  }
};

const SOURCES = ['full', 'default', 'my model.mjs', '-odd.mjs', "it's.mjs"];

/** What else an option needs to be taken at all. */
const COMPANIONS: Readonly<Record<string, ReadonlyArray<string>>> = {
  '--format': ['--out-dir=out'],
  '--checkpoint-every': ['--checkpoint=file'],
  '--seed': ['--search=simulate'],
  '--traces': ['--search=simulate'],
  '--trace-length': ['--search=simulate'],
};

test.each(Object.keys(VALUES).filter((name) => name !== '--list' && name !== '--replay'))('%s is said again', (name) => {
  let taken = 0;
  fc.assert(
    fc.property(wordsOf(name), fc.constantFrom(...SOURCES), (words, source) => {
      const args = parsed([...(COMPANIONS[name] ?? []), ...words, '--', source]);
      if (args === undefined) return;
      taken++;
      expect(essence(parseCheckArgs(repeatWords(args, source)))).toEqual(essence(args));
    }),
    { numRuns: 40 },
  );
  expect(taken).toBeGreaterThan(20);
});

test('so are all that go together, in any order, of each of several configurations', () => {
  const some = fc
    .shuffledSubarray(Object.keys(VALUES), { maxLength: 6 })
    .chain((names) => fc.tuple(...names.map(wordsOf)))
    .map((words) => words.flat());
  let taken = 0;
  fc.assert(
    fc.property(some, fc.subarray(SOURCES, { minLength: 1 }), (words, sources) => {
      const args = parsed([...words, '--', ...sources]);
      if (args === undefined || args.list || args.replay !== undefined) return;
      taken++;
      for (const source of sources)
        expect(essence(parseCheckArgs(repeatWords(args, source)))).toEqual(essence({ ...args, configs: [source] }));
    }),
    { numRuns: 600 },
  );
  expect(taken).toBeGreaterThan(20);
});

test('an option whose value is a configuration’s name keeps it, and a shell reads the line as it was', () => {
  const words = ['full', '--links', 'full', '--set', "about=it's $HOME `x`\n!", '--out-dir', 'a b'];
  const line = repeatCommand(parseCheckArgs(words), 'full');
  expect(line).toMatch(/^npx bayou check full --links full --set /);
  const shown = execFileSync('sh', ['-c', `printf '%s\\0' ${line.slice('npx bayou check '.length)}`], { encoding: 'utf8' });
  expect(shown.split('\0').slice(0, -1)).toEqual(words);
});
