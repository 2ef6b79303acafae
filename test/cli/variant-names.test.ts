/** A fault is named by its number or in words, wherever it is named; a name that there is not is said as it was typed. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { loadConfig, namedBy } from '../../src/checked-model/find-config.js';
import { variantNamed } from '../../src/checked-model/variant-names.js';
import { parseCheckArgs } from '../../src/cli/check/check-options.js';
import { VARIANTS } from '../../src/model/protocol/rules.js';

const home = mkdtempSync(join(tmpdir(), 'bayou-variants-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

const variantOf = (...words: ReadonlyArray<string>): unknown => parseCheckArgs(words).overrides.get('variant')?.value;

describe('the name of a fault', () => {
  test.each(Object.entries(VARIANTS).filter(([variant]) => variant !== 'FIXED'))('is that of pages: %s', (variant, text) => {
    const words = text.slice(0, text.indexOf(':'));
    expect([variantNamed(words), variantNamed(words.toUpperCase()), variantNamed(variant.toLowerCase())]).toEqual(
      Array.from({ length: 3 }, () => variant),
    );
  });

  test('is taken by --variant, by --set, in a configuration and for the configurations with the fault', async () => {
    expect([variantOf('--variant', 'original-clock'), variantOf('--set', 'variant=Original-Clock')]).toEqual(['V1', 'V1']);
    const file = join(home, 'mine.json');
    writeFileSync(file, '{"name":"mine","variant":"tie"}');
    expect(loadConfig(file).config.variant).toBe('V7');
    expect(await namedBy('original-clock')).toEqual(await namedBy('V1'));
    expect((await namedBy('V1')).length).toBeGreaterThan(1);
  });

  test('is said as it was typed where there is no such fault', () => {
    const { overrides } = parseCheckArgs(['--variant', 'Original-Clocks']);
    expect(() => loadConfig('bayou-s-2112', overrides)).toThrow(
      /^--variant: variant: expected one of .*, but it is "Original-Clocks"$/,
    );
  });

  test('leaves a parameter of that name of a model of one’s own as it is', () => {
    expect(parseCheckArgs(['x.mjs', '--set', 'variant=tie']).sets).toEqual([['variant', { value: 'tie', text: 'tie' }]]);
  });
});
