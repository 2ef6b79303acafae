/** Every option of `bayou conform` in every mode: it has an effect there, or is refused. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { CommanderError } from 'commander';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { modesOf, type ConformOption, type Mode } from '../../conformance/cli/conform-modes.js';
import { optionNames, parseArgs } from '../../conformance/cli/conform-options.js';
import { findScripts } from '../../conformance/runs/script-runs.js';
import { wordsOfFlags } from '../../src/master/options.js';

/** For each option words that give it. A name alone stands for `--name`. */
const WORDS: Readonly<Record<ConformOption, ReadonlyArray<string>>> = {
  paths: ['some.script'],
  trace: ['--trace', 'a'],
  runs: ['--runs', '2'],
  simulate: ['--simulate'],
  hostile: ['--hostile'],
  seconds: ['--seconds', '3'],
  coverage: ['--coverage', 'settle'],
  corpus: ['--corpus', 'c'],
  replay: ['--replay', 'p.json'],
  real: ['--real'],
  from: ['--from', '7'],
  seed: ['--seed', '9'],
  layers: ['--layers', '1'],
  config: ['--config', 'default'],
  flags: ['--flags=--memory'],
  maxStates: ['--max-states', '5'],
  jobs: ['--jobs', '3'],
  failFast: ['--fail-fast'],
  shrinkRuns: ['--shrink-runs', '1'],
  outDir: ['--out-dir', 'o'],
  json: ['--json'],
  junit: ['--junit', 'j.xml'],
};

/** Modes, the words that ask for them, and the options that have an effect there, beside --json and --junit. */
const MODES: ReadonlyArray<readonly [Mode, ReadonlyArray<string>, string]> = [
  ['scripts', ['one.script'], 'paths trace config runs flags maxStates jobs failFast shrinkRuns outDir seed+runs from+runs'],
  ['plans', ['one.json'], 'paths trace config runs jobs failFast outDir seed+runs from+runs'],
  ['--trace', ['--trace', 'a.ndjson'], 'trace config runs outDir failFast+config seed+runs'],
  ['--config', ['--config', 'default'], 'trace config runs failFast+config outDir+trace'],
  ['--runs', ['--runs', '1'], 'trace config seed from jobs failFast outDir simulate hostile coverage corpus seconds+simulate'],
  ['--hostile', ['--hostile'], 'runs seconds seed from shrinkRuns outDir'],
  ['--simulate', ['--simulate'], 'runs seconds seed from shrinkRuns outDir coverage corpus replay real+replay'],
  ['--corpus', ['--corpus', 'c'], 'runs seconds seed from shrinkRuns outDir simulate'],
  ['--coverage', ['--coverage', 'settle'], 'runs seconds seed from outDir simulate'],
  ['--replay', ['--replay', 'p.json'], 'simulate real outDir failFast+replay'],
  ['--real', ['--replay', 'p.json', '--real'], 'simulate jobs failFast+replay'],
  ['layer 1', ['--layers', '1'], 'failFast'],
  ['layers 2 and 3', ['--layers', '2'], 'flags maxStates jobs failFast shrinkRuns outDir'],
  ['layer 4', ['--layers', '4'], 'seed from seconds jobs failFast shrinkRuns outDir'],
];

/** What a command line is refused with; undefined: it is taken. */
const refusal = (words: ReadonlyArray<string>): string | undefined => {
  let said = '';
  const spy = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said += String(text);
    return true;
  });
  try {
    parseArgs(words);
    return undefined;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return said;
  } finally {
    spy.mockRestore();
  }
};

/** Words that choose what is done, where these are given beside a mode's own. */
const CHOOSERS: ReadonlyArray<ConformOption> = ['paths', 'runs', 'simulate', 'hostile', 'coverage', 'corpus', 'replay', 'layers'];

describe('each option', () => {
  it('is tried here', () => expect(Object.keys(WORDS).sort()).toEqual(['paths', ...optionNames()].sort()));

  it.each(MODES)('of bayou conform has an effect or is refused in the mode: %s', (_mode, words, heeded) => {
    const taken = new Set(['json', 'junit', ...heeded.split(' ')]);
    for (const [option, given] of Object.entries(WORDS)) {
      // What is given once already, or chooses another mode, which has its own row.
      if (words.includes(given[0]!)) continue;
      if (CHOOSERS.includes(option as ConformOption) && !taken.has(option)) continue;
      const said = refusal([...given, ...words]);
      if (taken.has(option)) expect(said, option).toBeUndefined();
      else expect(said, option).toMatch(/^bayou conform: (--[\w-]+|FILE) is not heeded by [^\n]+; leave it out\n$/);
    }
  });

  it.each(MODES)('of what is given beside it has its effect in the mode: %s', (_mode, words, heeded) => {
    for (const pair of heeded.split(' ').filter((name) => name.includes('+'))) {
      const [option, beside] = pair.split('+') as [ConformOption, ConformOption];
      expect(refusal([...words, ...WORDS[beside], ...WORDS[option]]), pair).toBeUndefined();
    }
  });

  it('is of the mode that the words ask for', () => {
    for (const [mode, words] of MODES) {
      const args = parseArgs(words);
      const given = (option: ConformOption): boolean =>
        option === 'paths' ? args.paths.length > 0 : words.includes(WORDS[option][0]!);
      expect(modesOf(args, given)).toEqual([mode]);
    }
  });
});

describe('words that change nothing', () => {
  it.each([
    [['--config', 'bayou-s-2112', '--seed', '99'], '--seed is not heeded by --config'],
    [['--config', 'bayou-s-2112', '--flags', '--memory'], '--flags is not heeded by --config'],
    [['--config', 'bayou-s-2112', '--fail-fast'], '--fail-fast is not heeded by --config'],
    [['--from', '3', 'one.script'], '--from is not heeded by scripts'],
    [['--trace', 'a', '--jobs', '5'], '--jobs is not heeded by --trace'],
    [['--layers', '1', '--seconds', '5'], '--seconds is not heeded by layer 1'],
    [['--layers', '1,2', '--seed', '5'], '--seed is not heeded by layer 1, layers 2 and 3'],
    [['--simulate', 'one.script'], 'FILE is not heeded by --simulate'],
    [['--hostile', '--simulate'], '--hostile is not heeded by --simulate'],
    [['--coverage', 'a', '--corpus', 'b'], '--corpus is not heeded by --coverage'],
    [['--replay', 'a', '--runs', '4'], '--runs is not heeded by --replay'],
    [['one.script', '--layers', '2'], '--layers is not heeded by scripts'],
  ])('are refused: %j', (words, line) => expect(refusal(words)).toBe(`bayou conform: ${line}; leave it out\n`));
});

describe('options of the master for scripts', () => {
  const script = join(mkdtempSync(join(tmpdir(), 'bayou-flags-')), 'one.script');
  afterAll(() => rmSync(dirname(script), { recursive: true, force: true }));
  const found = (text: string, flags?: string) => {
    writeFileSync(script, text);
    return findScripts([script], flags === undefined ? undefined : wordsOfFlags(flags));
  };

  it.each([
    ['--bogus', "unknown option '--bogus'"],
    ['--help', "unknown option '--help'"],
    ['--memory --fsync', "option '--memory' cannot be used with option '--fsync'"],
    ['--timeout-ms 1', "option '--timeout-ms <ms>' argument '1' is invalid. Use a whole number from 100 to 3600000."],
    ['--trace x', '--trace: the run itself sets it; leave it out'],
    ['x', "'x' is no option of bayou master"],
  ])('are refused before a run where they are wrong: %s', (flags, why) => {
    expect(found('joinServer 0\n', flags)).toEqual(E.left(`--flags: ${why}`));
    expect(found(`# it\n# flags: ${flags}\n`)).toEqual(E.left(`${script}: line 2: # flags: ${why}`));
  });

  it('are taken where they are right, and of those of --flags the script says nothing', () => {
    expect(found('# it\n# flags: --bogus\njoinServer 0\n', '  --memory ')).toMatchObject({ right: [{ flags: ['--memory'] }] });
    expect(found('joinServer 0\n', '')).toMatchObject({ right: [{ flags: [] }] });
  });
});
