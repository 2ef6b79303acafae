import { check, checkSync } from '#bayou/checker/check.js';
import { toModel } from '#bayou/checker/component-model/as-model.js';
import { checkComponents } from '#bayou/checker/factored/check-components.js';
import { Fingerprints, omissionOf } from '#bayou/checker/fingerprints.js';
import { hashText, hashWords, newHash } from '#bayou/checker/hash.js';
import type { Model } from '#bayou/checker/model.js';
import { verdictLine } from '#bayou/checker/output/summary.js';
import type { Report } from '#bayou/checker/report.js';
import { describe, expect, test } from 'vitest';
import { twoPhaseCommit } from '../../examples/models/two-phase-commit.js';
import { waterJugs } from '../../examples/models/water-jugs.js';
import { configured } from '../support/configs.js';
import { bayou } from '#bayou/model/system.js';
import { faultOf } from '../support/replay.js';

const added = (set: Fingerprints, words: ReadonlyArray<number>): number => {
  const hash = newHash();
  hashWords(hash, Int32Array.from(words));
  return set.add(hash);
};

describe('the set of hashes', () => {
  test('numbers hashes in the order of arrival, also when it grows', () => {
    const set = new Fingerprints(64, true);
    for (let i = 0; i < 5000; i++) expect(added(set, [i, 7])).toBe(i);
    for (let i = 0; i < 5000; i++) expect(added(set, [i, 7])).toBe(i);
    expect(set.size).toBe(5000);
  });

  test.each([8, 20, 32, 33, 40, 48, 64])('of %i bits: as many are lost as chance would have it', (bits) => {
    const set = new Fingerprints(bits, false);
    const n = 40_000;
    for (let i = 0; i < n; i++) added(set, [i & 15, (i >> 4) & 15, i >> 8]);
    const expected = 2 ** bits * -Math.expm1(-n / 2 ** bits);
    // Six standard deviations of the number of values that are hit; of the 256 of 8 bits one is never used, see `add`.
    expect(Math.abs(set.size - expected)).toBeLessThanOrEqual(6 * Math.sqrt(expected * Math.exp(-n / 2 ** bits)) + 1);
  });

  test('texts that differ in one letter, or in their length, differ', () => {
    const set = new Fingerprints(64, false);
    const texts = ['', 'a', 'b', 'aa', 'ab', 'ba', 'a'.repeat(99), `${'a'.repeat(98)}b`, `b${'a'.repeat(98)}`];
    const hash = newHash();
    for (const text of texts) {
      hashText(hash, text);
      set.add(hash);
    }
    expect(set.size).toBe(texts.length);
  });

  test('estimates far below the precision of 1 come out right', () => {
    const set = new Fingerprints(64, false);
    added(set, [1]);
    added(set, [2]);
    const { pairs, steps, observed } = omissionOf(set, 5);
    expect(pairs / 2 ** -64).toBeCloseTo(1, 12);
    expect(steps / (6 * 2 ** -64)).toBeCloseTo(1, 12);
    expect(observed).toBe(1 / set.leastGap());
  });
});

const comparable = ({ properties, ...report }: Report): object => ({
  ...report,
  statistics: 0,
  audited: 0,
  properties: properties.map(({ trace, ...judged }) => ({ ...judged, trace: trace && { ...trace, shortest: false } })),
});

const BITS = 56;
const SMALL = ['bayou-s-2213', 'client-links', 'kills', 'messages', 'four-guarantees'] as const;

describe('with enough bits, what is found is what an exact search finds', () => {
  test.each(SMALL)('%s, by components', async (name) => {
    const model = bayou(configured(name));
    const exact = await checkComponents(model);
    for (const options of [{}, { search: 'dfs' }] as const) {
      const hashed = await checkComponents(model, { ...options, hashBits: BITS });
      expect(hashed.verdict).toBe(exact.verdict);
      expect(hashed.counts).toMatchObject({ distinct: exact.counts.distinct, generated: exact.counts.generated, queue: 0 });
      expect(hashed.coverage.map(({ family, steps }) => [family, steps])).toEqual(
        exact.coverage.map(({ family, steps }) => [family, steps]),
      );
      expect(hashed.statistics.omissionProbability).toBeLessThan(1e-5);
    }
  });

  const plain: ReadonlyArray<readonly [string, Model<unknown, unknown>]> = [
    ['two-phase commit', twoPhaseCommit(4) as Model<unknown, unknown>],
    ['water jugs', waterJugs as Model<unknown, unknown>],
    ['client-links', toModel(bayou(configured('client-links'))) as unknown as Model<unknown, unknown>],
  ];
  test.each(plain)('%s, by the plain search', (_name, model) => {
    for (const options of [{}, { search: 'dfs' }, { symmetry: true }, { keepGoing: true }] as const) {
      const exact = checkSync(model, options);
      const hashed = checkSync(model, { ...options, hashBits: BITS });
      // That a run is the shortest is said of exact searches alone; what was audited is of one run.
      expect(comparable(hashed)).toEqual(comparable(exact));
      expect(hashed.statistics.omission?.bits).toBe(BITS);
    }
  });
});

describe('with too few bits', () => {
  test.each([{}, { search: 'dfs' }, { symmetry: true }] as const)(
    'states are missed, and the report says so: %j',
    async (options) => {
      const model = bayou(configured('bayou-s-2213'));
      for (const report of [
        await checkComponents(model, { ...options, hashBits: 12 }),
        await check(toModel(model), { ...options, hashBits: 12 }),
      ]) {
        expect(report.counts.distinct).toBeLessThan(4096);
        expect(report.statistics.omissionProbability).toBeGreaterThan(0.999);
        expect(report.statistics.omission?.observed).toBeGreaterThan(0.1);
        expect(verdictLine(report)).toContain('holds, unless a state was missed (p ≤ 1.0)');
      }
    },
  );

  // Of 256 hashes nearly every state shares one: the way back goes through states that were taken for others.
  test.each(['v1-pruning', 'v3-amnesia', 'v5-no-advance', 'v6-no-check-reads', 'v7-tie'])(
    '%s: what is found is real',
    async (name) => {
      const model = bayou(configured(name));
      const oracle = toModel(model);
      let found = 0;
      for (const search of ['bfs', 'dfs'] as const) {
        for (const hashBits of [8, 10, 12, 14]) {
          for (const report of [
            await checkComponents(model, { search, hashBits, keepGoing: true }),
            checkSync(oracle, { search, hashBits, keepGoing: true }),
          ]) {
            for (const { name: property, verdict, trace } of report.properties) {
              if (verdict !== 'violated') continue;
              found++;
              expect(faultOf(oracle, trace!, property)).toBeUndefined();
            }
          }
        }
      }
      expect(found).toBeGreaterThan(0);
    },
  );
});

describe('refused in one line', () => {
  const model = bayou({ ...configured('settle'), properties: ['SETTLE', 'CONV'] });
  test('with liveness', async () => {
    const line = /^hashBits: hash compaction cannot judge liveness/;
    await expect(checkComponents(model, { hashBits: 64 })).rejects.toThrow(line);
    expect(() => checkSync(toModel(model), { hashBits: 64 })).toThrow(line);
    const safety = model.properties.filter(({ kind }) => kind !== 'eventuallyAlways').map(({ name }) => name);
    expect((await checkComponents(model, { hashBits: 64, properties: safety })).verdict).toBe('holds');
  });

  test.each([
    [{ hashBits: 7 }, 'hashBits: 7 is not a whole number from 8 to 64'],
    [{ hashBits: 64, search: 'sweep' }, 'hashBits: hash compaction and a sweep exclude each other'],
    [{ hashBits: 64, search: 'dfs', maxDepth: 5 }, 'hashBits: hash compaction depth first knows no maxDepth'],
  ] as const)('%j', async (options, line) => {
    await expect(checkComponents(bayou(configured('bayou-s-2112')), options)).rejects.toThrow(line);
  });
});
