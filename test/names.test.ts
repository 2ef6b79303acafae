/**
 * The names of exported types say what the types are. No name means two things, unless the glossary says both; none ends in a participle or an
 * adverb; and none has a word that the glossary retires.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { exportedTypesOf, partsOfGlossary, type SourceFile, wrongNames } from './support/type-names.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string): SourceFile => ({ path, text: readFileSync(join(root, path), 'utf8') });

const filesIn = (room: string): ReadonlyArray<SourceFile> =>
  readdirSync(join(root, room), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file))
    .toSorted()
    .map((file) => read(`${room}/${file}`));

const glossary = read('docs/glossary.md').text;
const sources = ['src', 'conformance', 'fuzz'].flatMap(filesIn);

describe('the names of exported types', () => {
  const wrong = wrongNames(sources, glossary);
  test('there are hundreds', () => expect(sources.flatMap(exportedTypesOf).length).toBeGreaterThan(500));
  test('say what the types are', () => expect(wrong).toEqual([]));
});

describe('the words that are not used', () => {
  const { terms, retired } = partsOfGlossary(glossary);
  test.each(retired)('$name names the word to use, which is a term', ({ text }) => {
    const instead = [...text.matchAll(/\*([^*]+)\*/g)].map(([, word = '']) => word);
    expect(instead.length).toBeGreaterThan(0);
    expect(instead.filter((word) => !terms.some(({ name }) => name === word))).toEqual([]);
  });
});

describe('a made-up house', () => {
  const page = `## Terms

| term | meaning | elsewhere |
|---|---|---|
| pruning | Dropping what is old. | |
| session | \`Session\` of \`src/impl\` is changed in place; of \`src/model\`, a value. | |
| version vector | In \`src/impl\`, a map. | |

## Words that are not used

| term | meaning | elsewhere |
|---|---|---|
| court | Not used: say *judge*. | |
`;
  /** What is said of files, each given by its path and its text. */
  const said = (...files: ReadonlyArray<readonly [path: string, text: string]>): ReadonlyArray<string> =>
    wrongNames(
      files.map(([path, text]) => ({ path, text })),
      page,
    );
  const isSaid = (line: RegExp): ReadonlyArray<unknown> => [expect.stringMatching(line)];

  test('two things of one name', () =>
    expect(said(['src/a.ts', 'export type Place = 1;'], ['fuzz/b.ts', 'export interface Place {}'])).toEqual(
      isSaid(
        /^src\/a\.ts, fuzz\/b\.ts: Place is the name of several types: give each a name of its own, or say in docs\/glossary\.md/,
      ),
    ));
  test('a term of two readings, each of which the glossary has', () =>
    expect(said(['src/impl/a.ts', 'export type Session = 1;'], ['src/model/b/c.ts', 'export class Session {}'])).toEqual([]));
  test('a term whose entry lacks a meaning', () =>
    expect(said(['src/impl/a.ts', 'export type Vector = 1;'], ['src/model/b.ts', 'export type Vector = 1;'])).toEqual(
      isSaid(/^src\/model\/b\.ts: docs\/glossary\.md does not say under “version vector” what Vector is here: say so there/),
    ));
  test('a term with two meanings in one folder', () =>
    expect(
      said(...['src/impl/a.ts', 'src/model/b.ts', 'src/model/c.ts'].map((path) => [path, 'export type Session = 1;'] as const)),
    ).toEqual(
      ['b', 'c'].map((file) => expect.stringMatching(`^src/model/${file}\\.ts: docs/glossary\\.md does not say`) as unknown),
    ));
  test.each(['Done', 'Followed', 'Leaving', 'Taken', 'PutDone'])('%s, a form of a verb', (name) =>
    expect(said(['src/a.ts', `export interface ${name} {}`])).toEqual(
      isSaid(new RegExp(`^src/a\\.ts: ${name} ends in a form of a verb: add the noun that it is said of`)),
    ),
  );
  test.each(['Meanwhile', 'AtOnce', 'Why'])('%s, an adverb', (name) =>
    expect(said(['src/a.ts', `export enum ${name} {}`])).toEqual(
      isSaid(new RegExp(`^src/a\\.ts: ${name} ends in an adverb or a preposition: add the noun`)),
    ),
  );
  test('a word that is not used', () =>
    expect(said(['src/a.ts', 'export class CourtOptions {}'])).toEqual(
      isSaid(/^src\/a\.ts: CourtOptions has a word that is not used: court: Not used: say \*judge\*\.$/),
    ));
  test('a type that is exported below its declaration', () =>
    expect(said(['src/a.ts', 'interface Told {}\nexport { type Told };'])).toEqual(isSaid(/^src\/a\.ts: Told /)));
  test.each([
    'export interface FollowedRun {}',
    'export type Pruning = 1;',
    'export type String = 1;',
    'interface Done {}',
    "export type { Done } from './b.js';",
    'export const Done = 1;',
  ])('%s is right', (text) => expect(said(['src/a.ts', text])).toEqual([]));
});
