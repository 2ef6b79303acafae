/** Every rule of the contract is cited where it is implemented and where it is tested. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

const textOf = (folders: ReadonlyArray<string>): string =>
  folders
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(root, folder, name)),
    )
    .filter((file) => /\.(ts|script)$/.test(file) && !file.endsWith('rules.test.ts'))
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');

/** The bounds (R16) are the implementation's alone: the model's numbers are small. */
const MODELLED = [...Array.from({ length: 15 }, (_, i) => `R${i + 1}`), 'R7a', 'R11a'];
const RULES = [...MODELLED, 'R16'];
const VARIANTS = Array.from({ length: 11 }, (_, i) => `V${i + 1}`);

const missingIn = (folders: ReadonlyArray<string>, names: ReadonlyArray<string>): string[] => {
  const text = textOf(folders);
  return names.filter((name) => !new RegExp(`\\b${name}\\b`).test(text));
};

describe('the contract is cited', () => {
  test('R1–R16 in the implementation', () =>
    expect(missingIn(['src/core', 'src/impl', 'src/net', 'src/master'], RULES)).toEqual([]));
  test('R1–R15 and V1–V11 in the model', () => expect(missingIn(['src/model'], [...MODELLED, ...VARIANTS])).toEqual([]));
  test('R1–R16 in the tests of the implementation and the scripts', () =>
    expect(missingIn(['test/impl', 'test/net', 'test/cluster', 'conformance/scripts'], RULES)).toEqual([]));
  test('V1–V11 in the tests of the model', () => expect(missingIn(['test/model', 'test/checker'], VARIANTS)).toEqual([]));
});
