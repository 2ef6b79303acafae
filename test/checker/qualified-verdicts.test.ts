/** What a verdict rests on stands in its line, whatever searched: by threads, by hashes, under a reduction, with a key. */
import { describe, expect, test } from 'vitest';
import { checkSync } from '#bayou/checker/check.js';
import type { Model } from '#bayou/checker/model.js';
import { verdictLine } from '#bayou/checker/output/summary.js';

interface Pair {
  readonly a: number;
  readonly b: number;
}

/** A grid too large to be audited whole. */
const grid = (more: Partial<Model<Pair, 'a' | 'b'>>): Model<Pair, 'a' | 'b'> => ({
  name: 'grid',
  initial: [{ a: 0, b: 0 }],
  actions: ({ a, b }) => (['a', 'b'] as const).filter((which) => (which === 'a' ? a : b) < 200),
  next: (state, which) => ({ ...state, [which]: state[which] + 1 }),
  label: (which) => ({ family: which, args: [] }),
  properties: [{ name: 'small', kind: 'always', holds: ({ a }) => a <= 200 }],
  ...more,
});

const KEYED = grid({ key: ({ a, b }) => `${Math.min(a, b)} ${Math.max(a, b)}` });
const SYMMETRIC = grid({ symmetry: [({ a, b }) => ({ a: b, b: a })] });
const NORMAL = grid({ normalize: ({ a, b }) => (a < b ? { a: b, b: a } : { a, b }) });
const BELIEVED = /states with one key are one state|if that keeps steps and properties/;

describe.each(['bfs', 'dfs'] as const)('%s', (search) => {
  describe.each([undefined, 64])('hashes of %s bits', (hashBits) => {
    const options = { search, ...(hashBits === undefined ? {} : { hashBits }) };
    test.each([
      ['a key', KEYED, options],
      ['a symmetry', SYMMETRIC, { ...options, symmetry: true }],
      ['a quotient', NORMAL, { ...options, normalize: true }],
    ] as const)('%s', (_what, model, given) => {
      const line = verdictLine(checkSync(model, given));
      expect(line).toMatch(/^holds/);
      expect(line).toMatch(BELIEVED);
      expect(line.includes('hash compaction, 64 bits a state')).toBe(hashBits !== undefined);
    });
  });
});

test('with none of them it is exact, where all was audited; else if the functions are pure, unless it is violated', () => {
  expect(verdictLine(checkSync(grid({})))).toMatch(/^holds.*; exact if the model's functions are pure$/);
  expect(verdictLine(checkSync(grid({}), { audit: true }))).toMatch(/^holds.*; exact$/);
  expect(verdictLine(checkSync(grid({ actions: ({ a }) => (a < 20 ? ['a'] : []) })))).toMatch(/^holds.*; exact$/);
  const broken = grid({ properties: [{ name: 'never the last', kind: 'always', holds: ({ a, b }) => a + b < 400 }] });
  expect(verdictLine(checkSync(broken))).toMatch(/^violated.*; exact$/);
  expect(verdictLine(checkSync(grid({}), { hashBits: 64 }))).not.toContain('exact');
});

describe('a key that merges what is equal by structure, and not to the model', () => {
  const properties = (name: string, holds: (state: { readonly m: unknown }) => boolean) => [
    { name, kind: 'always' as const, holds },
  ];
  const sets: Model<{ readonly m: ReadonlySet<number> }, number> = {
    name: 'sets',
    initial: [{ m: new Set() }],
    actions: ({ m }) => [1, 2, 3].filter((n) => !m.has(n)),
    next: ({ m }, n) => ({ m: new Set([...m, n]) }),
    label: (n) => ({ family: 'add', args: [n] }),
    key: ({ m }) => [...m].sort().join(),
    properties: properties('not 3, 2, 1', ({ m }) => [...(m as Set<number>)].join() !== '3,2,1'),
  };
  const zeros: Model<{ readonly m: number }, number> = {
    name: 'zeros',
    initial: [{ m: 1 }],
    actions: () => [0, -0],
    next: (_, m) => ({ m }),
    label: (m) => ({ family: Object.is(m, -0) ? 'minus' : 'plus', args: [] }),
    key: ({ m }) => String(m),
    properties: properties('no -0', ({ m }) => !Object.is(m, -0)),
  };
  test.each([undefined, 64])('it is refused, hashes of %s bits', (hashBits) => {
    const options = hashBits === undefined ? {} : { hashBits };
    expect(() => checkSync(sets, options)).toThrow(/are one state to the key, and the two are not alike: "not 3, 2, 1"/);
    expect(() => checkSync(zeros, options)).toThrow(/are one state to the key, and the two are not alike: "no -0"/);
  });
  test('where all forms of each state are alike it is exact', () => {
    const line = verdictLine(checkSync({ ...sets, properties: properties('any', () => true) }));
    expect(line).toMatch(/^holds: all 8 states.*; exact$/);
  });
});
