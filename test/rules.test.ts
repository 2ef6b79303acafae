/**
 * Every rule and every variant of docs/protocol.md is cited where it is implemented, and has a test that says so in its title: what is red then
 * says which rule is broken.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { entriesOfProtocol } from '../src/command-line/contract-entries.js';

const root = fileURLToPath(new URL('..', import.meta.url));

const names = entriesOfProtocol(readFileSync(join(root, 'docs/protocol.md'), 'utf8')).map(({ name }) => name);
const RULES = names.filter((name) => /^R\d/.test(name));
const VARIANTS = names.filter((name) => /^V\d/.test(name));
/** The bounds (R16) are the implementation's alone: the model's numbers are small. */
const MODELLED = RULES.filter((name) => name !== 'R16');

const filesIn = (folders: ReadonlyArray<string>): ReadonlyArray<string> =>
  folders
    .flatMap((folder) =>
      folder.endsWith('.ts')
        ? [join(root, folder)]
        : readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(root, folder, name)),
    )
    .filter((file) => file.endsWith('.ts'));

const textOf = (folders: ReadonlyArray<string>): string =>
  filesIn(folders)
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');

/** The titles of tests and of the groups that they are in: `test('…'`, `describe('…'`, `test.each(…)('…'`. */
const titlesIn = (source: string): ReadonlyArray<string> =>
  [
    ...source.matchAll(
      /(?:^\s*(?:test|describe)(?:\.\w+)?|^\s*\]?\)|\b(?:test|describe)\.each\([^\n]*\))\(\s*(['"`])((?:\\.|(?!\1)[^\\])*)\1/gm,
    ),
  ].map(([, , title = '']) => title);

const isCitedIn =
  (text: string) =>
  (name: string): boolean =>
    new RegExp(`\\b${name}\\b`).test(text);

const uncited = (wanted: ReadonlyArray<string>, text: string): ReadonlyArray<string> =>
  wanted.filter((name) => !isCitedIn(text)(name));

const untitled = (wanted: ReadonlyArray<string>, folders: ReadonlyArray<string>): ReadonlyArray<string> =>
  uncited(
    wanted,
    filesIn(folders)
      .flatMap((file) => titlesIn(readFileSync(file, 'utf8')))
      .join('\n'),
  );

describe('the contract', () => {
  test('has its rules and its variants in the page', () => {
    expect(RULES.length).toBeGreaterThanOrEqual(18);
    expect(VARIANTS.length).toBeGreaterThanOrEqual(11);
  });
  test('a title is the text of a test, and nothing else of it', () =>
    expect(titlesIn("  test('R1: a', () => expect(x).toBe('R2'));\n  test.each(rows)('R3 %s', f);\n// test of R4\n")).toEqual([
      'R1: a',
      'R3 %s',
    ]));
});

describe('is cited', () => {
  test('every rule, in the implementation', () =>
    expect(uncited(RULES, textOf(['src/core', 'src/impl', 'src/net', 'src/master']))).toEqual([]));
  test('every rule that the model has, and every variant, in the model', () =>
    expect(uncited([...MODELLED, ...VARIANTS], textOf(['src/model']))).toEqual([]));
});

describe('is in the title of a test', () => {
  test('every rule, of the implementation', () =>
    expect(untitled(RULES, ['test/impl', 'test/net', 'test/cluster', 'test/library.test.ts'])).toEqual([]));
  test('every rule that the model has, of the model', () => expect(untitled(MODELLED, ['test/model'])).toEqual([]));
  test('every variant, of the model', () => expect(untitled(VARIANTS, ['test/model', 'test/checker'])).toEqual([]));
});
