import type { PropertyReport, Report } from '#bayou/checker/report.js';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { attempt, explored, madeFrom } from '../../fuzz/attempt.js';
import { diceOf } from '../../fuzz/dice.js';
import { optionsOf } from '../../fuzz/options.js';
import { codeName, earlierOf, keep } from '../../fuzz/record.js';
import { classesOf, totalsOf } from '../../fuzz/oracle/judge.js';
import { moduleOf } from '../../fuzz/print.js';
import { builtOf, type Recipe } from '../../fuzz/recipe/recipe.js';
import { differencesOfReport } from '../../fuzz/ways/compare.js';
import { run } from '../../fuzz/ways/run.js';
import type { Way } from '../../fuzz/ways/way.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

let folder = '';
/** Below the project, since models find its packages, and beside what others copy. */
beforeAll(() => {
  mkdirSync(join(ROOT, 'node_modules/.cache'), { recursive: true });
  folder = mkdtempSync(join(ROOT, 'node_modules/.cache/fuzz-models-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const firstReport = async (recipe: Recipe, way: Way): Promise<Report> => {
  const result = await run(recipe, builtOf(recipe), way, join(folder, 'checkpoint'));
  if (result.kind === 'error') throw result.error;
  return result.reports[0]!.report;
};

/** Seeds of models, the same in every run. */
const seeds = (count: number): ReadonlyArray<number> => {
  const dice = diceOf(20_261);
  return Array.from({ length: count }, () => dice.seed());
};

test('a seed gives the same model and the same searches each time', async () => {
  for (const seed of seeds(20)) {
    expect(JSON.stringify(madeFrom(seed).recipe)).toBe(JSON.stringify(madeFrom(seed).recipe));
    const { ways, states, finding } = await attempt(seed, join(folder, 'checkpoint'));
    expect(finding).toBeUndefined();
    expect(await attempt(seed, join(folder, 'checkpoint'))).toEqual({ ways, states, finding });
  }
});

test('a model that is to give two answers does so, though the first action of its state is not enabled', async () => {
  const { finding } = await attempt(3_200_227_998, join(folder, 'checkpoint'));
  expect(finding).toBeUndefined();
});

/** Each way in which a report could be wrong. */
const LIES: Readonly<Record<string, (report: Report) => Report>> = {
  'a state too many': (r) => ({ ...r, counts: { ...r.counts, distinct: r.counts.distinct + 1 } }),
  'a step too few': (r) => ({ ...r, counts: { ...r.counts, generated: r.counts.generated - 1 } }),
  'a depth too great': (r) => ({ ...r, counts: { ...r.counts, depth: r.counts.depth + 1 } }),
  'a queue that is left': (r) => ({ ...r, counts: { ...r.counts, queue: 1 } }),
  'a cut state': (r) => ({ ...r, counts: { ...r.counts, cut: r.counts.cut + 1 } }),
  'a depth called complete': (r) => ({ ...r, counts: { ...r.counts, completeDepth: r.counts.completeDepth + 1 } }),
  'steps of no family': (r) => ({ ...r, coverage: r.coverage.map((c) => ({ ...c, steps: c.steps + 1 })) }),
  'new states of no family': (r) => ({ ...r, coverage: r.coverage.map((c) => ({ ...c, fresh: c.fresh + 1 })) }),
  'a family that was enabled': (r) => ({ ...r, vacuity: { ...r.vacuity, neverEnabled: r.coverage.map((c) => c.family) } }),
  'an untriggered property': (r) => ({ ...r, vacuity: { ...r.vacuity, neverTriggered: ['no such property'] } }),
  'a witness not reached': (r) => ({ ...r, vacuity: { ...r.vacuity, unreached: ['no such property'] } }),
  'a stop': (r) => ({ ...r, stop: { kind: 'depth', limit: 1 } }),
  'a verdict': (r) => ({ ...r, verdict: r.verdict === 'holds' ? 'bounded' : 'holds' }),
  'a property less': (r) => ({ ...r, properties: r.properties.slice(1) }),
  'an estimate of what was missed': (r) => ({
    ...r,
    statistics: { ...r.statistics, omission: { bits: 64, pairs: 0, steps: 0, observed: 0 } },
  }),
};

/** Each way in which what is said of one property could be wrong, where it applies. */
const PROPERTY_LIES: Readonly<Record<string, (property: PropertyReport) => PropertyReport | undefined>> = {
  'holds, and is violated': (p) => (p.verdict === 'violated' ? { name: p.name, kind: p.kind, verdict: 'holds' } : undefined),
  'violated, and holds': (p) => (p.verdict === 'holds' ? { ...p, verdict: 'violated' } : undefined),
  'reached, and is not': (p) => (p.verdict === 'not reached' ? { ...p, verdict: 'reached' } : undefined),
  'not reached, and is': (p) => (p.verdict === 'reached' ? { ...p, verdict: 'not reached' } : undefined),
  'without its run': (p) => (p.verdict === 'violated' ? { name: p.name, kind: p.kind, verdict: p.verdict } : undefined),
  'with a run that is longer': (p) =>
    p.trace !== undefined && p.trace.loop === undefined && p.trace.steps.length > 0
      ? { ...p, trace: { ...p.trace, steps: [...p.trace.steps, p.trace.steps[0]!] } }
      : undefined,
  'with a run that ends too early': (p) =>
    p.trace !== undefined && p.trace.steps.length > 0
      ? { ...p, trace: { ...p.trace, steps: p.trace.steps.slice(0, -1) } }
      : undefined,
  'with a run from another state': (p) =>
    p.trace === undefined ? undefined : { ...p, trace: { ...p.trace, initial: { nobody: 'nothing' } } },
  'with a lasso that does not close': (p) =>
    p.trace?.loop !== undefined && p.trace.steps.length > 0 ? { ...p, trace: { ...p.trace, loop: p.trace.loop + 1 } } : undefined,
};

describe('a report that lies is found out', () => {
  const way: Way = { engine: 'plain', search: 'bfs', keepGoing: true, atOnce: true };
  const cases = seeds(300).flatMap((seed) => {
    const { recipe, model } = madeFrom(seed);
    return recipe.form === 'plain' && recipe.shown && recipe.keyFolds === undefined && model !== undefined
      ? [{ recipe, world: model.world }]
      : [];
  });
  test.each(Object.entries(LIES))('%s', async (_, lie) => {
    let told = 0;
    for (const { recipe, world } of cases.slice(0, 30)) {
      const report = await firstReport(recipe, way);
      expect(differencesOfReport(world, way, report)).toEqual([]);
      if (report.stop.kind !== 'complete' || report.properties.length === 0 || report.coverage.length === 0) continue;
      told++;
      expect(differencesOfReport(world, way, lie(report))).not.toEqual([]);
    }
    expect(told).toBeGreaterThan(5);
  });

  test.each(Object.entries(PROPERTY_LIES))('a property %s', async (_, lie) => {
    let told = 0;
    for (const { recipe, world } of cases) {
      const report = await firstReport(recipe, way);
      for (const [i, property] of report.properties.entries()) {
        const lied = lie(property);
        if (lied === undefined) continue;
        told++;
        expect(differencesOfReport(world, way, { ...report, properties: report.properties.with(i, lied) })).not.toEqual([]);
      }
    }
    expect(told).toBeGreaterThan(3);
  });
});

test('what is printed of a model is that model: bayou check counts what the oracle counts', () => {
  for (const seed of seeds(60).slice(40)) {
    const { recipe } = madeFrom(seed);
    const world = explored(recipe)?.world;
    // A model with a false key is refused, or its count depends on the order of the search: the oracle has none to compare.
    if (world === undefined || recipe.keyFolds !== undefined) continue;
    const file = join(folder, `model-${seed}.mjs`);
    writeFileSync(file, moduleOf(recipe).join('\n'));
    const args = ['dist/cli/main.js', 'check', file, '--json', '--keep-going'];
    const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' });
    expect(stderr).toBe('');
    const report = JSON.parse(stdout) as Report;
    const { distinct } = totalsOf(world, classesOf(world, false, false));
    if (report.stop.kind === 'complete') expect(report.counts.distinct).toBe(distinct);
  }
});

test('a model that does not come to an end is told and recorded, with the command that repeats it, and the process ends', () => {
  const file = join(folder, 'loop.mjs');
  const record = join(folder, 'record.md');
  const name = { commit: 'c', checker: 'k', fuzz: 'f', seed: 7 };
  keep(record, { ...name, models: 1233, searches: 4000, states: 9000, differences: 0, seconds: 60 });
  writeFileSync(
    file,
    `import { watchdog } from ${JSON.stringify(pathToFileURL(join(ROOT, 'dist/fuzz/watchdog.js')))};
    const record = ${JSON.stringify({ file: record, name })};
    watchdog({ deadlineMs: 100, folder: 'dist/no-such-folder', record }).begin(1234, 4185927184);
    for (;;);`,
  );
  const { signal, stdout } = spawnSync(process.execPath, [file], {
    cwd: ROOT,
    encoding: 'utf8',
    timeout: 60_000,
    killSignal: 'SIGTERM',
  });
  expect(signal).toBe('SIGKILL');
  expect(stdout).toMatch(/^model 1,234: .*\n.*not come to an end/);
  expect(stdout.trimEnd().split('\n').at(-1)).toBe('Repeat with: npm run fuzz:checker -- --only 4185927184');
  expect(earlierOf(record, name)).toMatchObject({ models: 1233, searches: 4000, differences: 1 });
});

test('a run is recorded under the name of the code as it runs, whatever its comments and types are', () => {
  const nameOf = (text: string): string => {
    const code = mkdtempSync(join(folder, 'code-'));
    writeFileSync(join(code, 'one.ts'), text);
    return codeName(code);
  };
  const name = nameOf('export const one = 1;');
  expect(nameOf('/** One. */\nexport const one: number = 1; // It stays.\nexport type Two = 2;')).toBe(name);
  expect(nameOf('export const one = 2;')).not.toBe(name);
});

describe('options', () => {
  test.each([
    [['--models', '0'], '--models 0: give a whole number from 1 to 1000000000'],
    [['--seed', 'x'], '--seed x: give a whole number from 0 to 4294967295'],
    [['--seconds', '1.5'], '--seconds 1.5: give a whole number from 1 to 1000000'],
  ])('%j is refused', (args, line) => expect(optionsOf(args)).toBe(line));

  test('an option that there is not is refused', () => expect(optionsOf(['--second', '1'])).toMatch(/Unknown option '--second'/));

  test('without a bound it is a minute, and the seed is fresh', () => {
    const [one, other] = [optionsOf([]), optionsOf([])];
    expect(one).toMatchObject({ seconds: 60, models: Infinity, only: undefined });
    expect(one).not.toEqual(other);
  });
});
