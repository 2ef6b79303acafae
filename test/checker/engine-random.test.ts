import { toModel } from '#bayou/checker/component-model/as-model.js';
import { checkSync } from '#bayou/checker/check.js';
import { checkComponents } from '#bayou/checker/factored/check-components.js';
import type { ComponentOptions } from '#bayou/checker/options.js';
import type { Report } from '#bayou/checker/report.js';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { faultOf } from '../support/replay.js';
import { randomModel, recipe, type Recipe } from './fixtures/random.js';
import { seedOr } from '../support/seeds.js';

/** What an engine must not differ in: with all properties judged to the end. */
const verdicts = (report: Report): ReadonlyArray<readonly [string, string]> =>
  report.properties.map(({ name, verdict }) => [name, verdict]);

const traceLengths = (report: Report): ReadonlyArray<number | undefined> =>
  report.properties.filter(({ verdict }) => verdict === 'violated').map(({ trace }) => trace?.steps.length);

const steps = (report: Report): ReadonlyArray<readonly [string, number]> =>
  report.coverage.map(({ family, steps: taken }) => [family, taken]);

/** Depth first, counterexamples are not shortest; but they are runs of the unreduced model that break what they say. */
const expectReal = (made: Recipe, report: Report): void => {
  for (const { name, verdict, trace } of report.properties) {
    if (verdict === 'violated') expect(faultOf(toModel(randomModel(made)), trace!, name)).toBeUndefined();
  }
};

// Each search of a small model is audited whole, which takes most of the time: on a busy machine more than the usual minute.
vi.setConfig({ testTimeout: 240_000 });

// Few, each in every layout. The fuzz draws one layout for each of thousands of models.
const RUNS = { seed: seedOr(20_261), numRuns: 20 };

const plainly = (made: Recipe, options: ComponentOptions = {}): Report =>
  checkSync(toModel(randomModel(made)), { keepGoing: true, ...(options.symmetry === true ? { symmetry: true } : {}) });

const leaves = (made: Recipe): ReadonlyArray<string> => Array.from({ length: made.leaves }, (_, i) => `l${String(i)}`);

/** The options under which the component engine must find what the plain search finds. */
const layouts = (made: Recipe): ReadonlyArray<ComponentOptions> => [
  {},
  { locals: [] },
  { locals: leaves(made) },
  { locals: leaves(made).slice(0, 1) },
  ...(made.door ? [{ locals: ['door'] }] : []),
  { search: 'dfs' },
  { hashBits: 60 },
  { search: 'dfs', hashBits: 60 },
  ...(made.rising ? [{ search: 'sweep', locals: leaves(made) } as const, { search: 'sweep', locals: [] } as const] : []),
];

test('random models: the same states, steps, verdicts and shortest traces as the plain search, in every layout', async () => {
  await fc.assert(
    fc.asyncProperty(recipe, async (made) => {
      const plain = plainly(made);
      for (const options of layouts(made)) {
        const report = await checkComponents(randomModel(made), { ...options, keepGoing: true });
        expect(verdicts(report)).toEqual(verdicts(plain));
        if (options.search === 'dfs') expectReal(made, report);
        else expect(traceLengths(report)).toEqual(traceLengths(plain));
        expect(steps(report)).toEqual(steps(plain));
        expect(report.counts).toMatchObject({
          distinct: plain.counts.distinct,
          generated: plain.counts.generated,
          cut: plain.counts.cut,
          queue: 0,
        });
        if (options.search === undefined) expect(report.counts.depth).toBe(plain.counts.depth);
        // Where a sweep does not know the depth it says 0.
        if (options.search === 'sweep') expect([0, plain.counts.depth]).toContain(report.counts.depth);
      }
    }),
    RUNS,
  );
});

test('random models without a boundary: symmetry keeps one state of each orbit, every verdict, and the length of every trace', async () => {
  await fc.assert(
    fc.asyncProperty(recipe, async (any) => {
      const made = { ...any, bounded: false };
      const whole = plainly(made);
      const plain = plainly(made, { symmetry: true });
      const ways: ReadonlyArray<ComponentOptions> = [
        {},
        { locals: [] },
        { locals: leaves(made) },
        { search: 'dfs' },
        { hashBits: 60 },
        ...(made.rising ? [{ search: 'sweep' } as const] : []),
      ];
      for (const options of ways) {
        const report = await checkComponents(randomModel(made), { ...options, symmetry: true, keepGoing: true });
        expect(report.counts.distinct).toBe(plain.counts.distinct);
        expect(verdicts(report)).toEqual(verdicts(whole));
        if (options.search === 'dfs') expectReal(made, report);
        else expect(traceLengths(report)).toEqual(traceLengths(whole));
      }
    }),
    RUNS,
  );
});
