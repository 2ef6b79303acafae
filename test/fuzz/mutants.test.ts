/** Each fault of the table can still be put where it belongs: its text stands in the build, exactly once. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { MUTANTS } from '../../fuzz/mutants/table.js';

const built = (file: string): string => readFileSync(new URL(`../../dist/${file}`, import.meta.url), 'utf8');

test.each(MUTANTS.map((mutant) => [mutant.name, mutant] as const))('%s', (_, { file, find, put }) => {
  expect(built(file).split(find)).toHaveLength(2);
  expect(put).not.toBe(find);
});

test('no two have one name', () => expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length));
