// Threads run from dist/, so what starts them is taken from there too.
import { sectionsIn } from '../../dist/checker/checkpoint/file.js';
import { checkComponents } from '../../dist/checker/factored/check-components.js';
import {
  checkInParallel,
  type ModelSource,
  type ParallelOptions,
} from '../../dist/checker/factored/parallel/check-in-parallel.js';
import type { Report } from '../../dist/checker/report.js';
import { DEFAULTS, type Config } from '../../dist/model/checking/config.js';
import { bayou } from '../../dist/model/system.js';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { configured } from '../support/configs.js';

const MODULE = new URL('../../dist/model/system.js', import.meta.url).href;

const SESSIONS = {
  readYourWrites: true,
  monotonicReads: true,
  writesFollowReads: false,
  monotonicWrites: false,
  scope: 'store',
} as const;
const config = { ...DEFAULTS, servers: 3, clients: 2, keys: 1, puts: 2, sessions: SESSIONS };
const broken = { ...DEFAULTS, servers: 2, clients: 2, keys: 1, puts: 3, variant: 'V1', sessions: SESSIONS } as const;

const source = (of: Config): ModelSource => ({ module: MODULE, name: 'bayou', args: [of] });

const isSafety = (kind: string): boolean => kind === 'always' || kind === 'alwaysStep';

const summary = (report: Report) => ({
  verdict: report.verdict,
  counts: report.counts,
  properties: report.properties.map(({ name, verdict, trace }) => [name, verdict, trace?.steps.length]),
  steps: report.coverage.map(({ family, steps }) => [family, steps]),
  vacuity: report.vacuity,
});

describe('several threads', () => {
  test.each([
    [2, {}],
    [3, {}],
    [2, { symmetry: true }],
    [2, { symmetry: true, normalize: true }],
    [2, { maxDepth: 4 }],
  ] as const)('%i with %o find what one finds', async (workers, options) => {
    const one = await checkComponents(bayou(config), options);
    const many = await checkInParallel(source(config), { ...options, workers });
    expect(summary(many)).toEqual(summary(one));
    expect(many.statistics.workers).toBe(workers);
    expect(many.coverage.reduce((sum, { fresh }) => sum + fresh, 1)).toBe(many.counts.distinct);
  });

  test('bayou-s 3,2,1,2 has 6,373 states, also by two', async () => {
    const report = await checkInParallel(source(config), { workers: 2 });
    expect(report).toMatchObject({ verdict: 'holds', counts: { distinct: 6373, depth: 9, completeDepth: 9, queue: 0 } });
  });

  test('V1: the counterexample is as short as one thread’s, with symmetry and without', async () => {
    for (const symmetry of [false, true]) {
      const one = await checkComponents(bayou(broken), { symmetry });
      const many = await checkInParallel(source(broken), { workers: 2, symmetry });
      const lengths = (report: Report): ReadonlyArray<number> =>
        report.properties.flatMap(({ verdict, trace }) => (verdict === 'violated' ? [trace?.steps.length ?? -1] : []));
      expect(many.verdict).toBe('violated');
      expect(Math.min(...lengths(many))).toBe(Math.min(...lengths(one)));
    }
  });

  test.each(['bayou-s-2213', 'client-links', 'messages', 'v1-pruning', 'v3-amnesia', 'v5-no-advance', 'v7-tie'])(
    '%s: the verdict, the counts and the shortest counterexamples of one thread',
    async (name) => {
      const of = configured(name);
      const options = { keepGoing: true, properties: bayou(of).properties.flatMap((p) => (isSafety(p.kind) ? [p.name] : [])) };
      const one = await checkComponents(bayou(of), options);
      const two = await checkInParallel(source(of), { ...options, workers: 2 });
      // Where every property is decided, the search ends before the space does: two threads end with the depth, one does at once.
      const essence = (report: Report) =>
        one.stop.kind === 'complete' ? summary(report) : { verdict: report.verdict, properties: summary(report).properties };
      expect(essence(two)).toEqual(essence(one));
      expect(two.stop).toEqual(one.stop);
    },
  );

  test('many of them on a few states, again and again: none waits for another for ever', async () => {
    const small = configured('bayou-s-2112');
    for (let run = 0; run < 4; run++) {
      const { counts, stop } = await checkInParallel(source(small), { workers: 6, maxMs: 20_000 });
      expect([counts.distinct, stop.kind]).toEqual([55, 'complete']);
    }
  });

  test('limits and the signal stop them', async () => {
    const states = await checkInParallel(source({ ...config, puts: 3 }), { workers: 2, maxStates: 1000 });
    expect(states).toMatchObject({ verdict: 'bounded', stop: { kind: 'states', limit: 1000 } });
    expect(states.counts.distinct).toBeGreaterThanOrEqual(1000);
    expect(states.counts.distinct).toBeLessThan(1200);
    const stop = new AbortController();
    stop.abort();
    const aborted = await checkInParallel(source(config), { workers: 2, signal: stop.signal });
    expect(aborted).toMatchObject({ verdict: 'interrupted', stop: { kind: 'interrupted' } });
  });

  test.each([
    [source(config), { workers: 1 }, 'workers: 1 is not a whole number from 2 to 64'],
    [{ ...source(config), name: 'nobody' }, { workers: 2 }, `${MODULE} exports no function nobody`],
  ] as ReadonlyArray<readonly [ModelSource, ParallelOptions, string]>)('%o is refused', async (from, options, message) => {
    await expect(checkInParallel(from, options)).rejects.toThrow(message);
  });
});

describe('checkpoints of several threads', () => {
  let folder = '';
  beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'threads-'))));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = (name: string): string => join(folder, name);
  const larger = { ...config, puts: 3 };
  const where = (path: string) => ({ checkpoint: path, resume: path });

  test.each([
    [2, config, {}, [1, 700, 3000]],
    [3, config, { symmetry: true, normalize: true }, [1, 40, 1000]],
    [2, broken, { keepGoing: true }, [30, 200]],
    [2, config, { maxDepth: 6 }, [500, 2000]],
  ] as const)('%i threads, stopped and resumed, come to the totals of one', async (workers, of, options, stops) => {
    const one = await checkComponents(bayou(of), options);
    const path = file(`${workers} ${of.puts}`);
    let report = await checkInParallel(source(of), { ...options, workers, maxStates: stops[0], checkpoint: path });
    for (const maxStates of stops.slice(1)) {
      expect(report.stop.kind).toBe('states');
      report = await checkInParallel(source(of), { ...options, workers, maxStates, ...where(path) });
    }
    report = await checkInParallel(source(of), { ...options, workers, resume: path });
    expect(summary(report)).toEqual(summary(one));
    expect(report.coverage.reduce((sum, { fresh }) => sum + fresh, 1)).toBe(report.counts.distinct);
  });

  test('a depth limit is left behind', async () => {
    const path = file('depth');
    const shallow = await checkInParallel(source(config), { workers: 2, maxDepth: 3, checkpoint: path });
    expect(shallow.stop).toEqual({ kind: 'depth', limit: 3 });
    const deep = await checkInParallel(source(config), { workers: 2, resume: path });
    expect(summary(deep)).toEqual(summary(await checkComponents(bayou(config))));
  });

  test('it is written by the clock, and gone on with from the last time', async () => {
    const path = file('clock');
    const kept = await checkInParallel(source(larger), { workers: 2, checkpoint: path, checkpointEveryMs: 100 });
    expect(kept.stop.kind).toBe('complete');
    const resumed = await checkInParallel(source(larger), { workers: 2, resume: path });
    expect(summary(resumed)).toEqual(summary(kept));
    expect(existsSync(`${path}.part`)).toBe(false);
  });

  test('another number of threads, a depth that they have passed and a part that is missing are refused', async () => {
    const path = file('refused');
    await checkInParallel(source(config), { workers: 2, maxStates: 1000, checkpoint: path });
    const refused = 'it was made with other options: workers 2, not ';
    await expect(checkInParallel(source(config), { workers: 3, resume: path })).rejects.toThrow(`${refused}3`);
    await expect(checkComponents(bayou(config), { resume: path })).rejects.toThrow(`${refused}1`);
    await expect(checkInParallel(source(config), { workers: 2, resume: path, maxDepth: 1 })).rejects.toThrow(
      / steps far, and the limit is 1 now: /,
    );
    const bytes = readFileSync(path);
    const second = sectionsIn(path)[1];
    for (const end of [bytes.length - 1, second]) {
      writeFileSync(path, bytes.subarray(0, end));
      await expect(checkInParallel(source(config), { workers: 2, resume: path })).rejects.toThrow('ends too early');
    }
  });
});
