/**
 * Each thread makes the model for itself: one that is another in one of them is refused, whatever it is in which they differ. And what is found
 * violated is told with its run, or refused.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { checkComponents } from '#bayou/checker/factored/check-components.js';
import { checkInParallel } from '../../dist/checker/factored/parallel/check-in-parallel.js';
import { check, checkSync } from '#bayou/checker/check.js';
import { interaction, over, slot, type ComponentModel, type Model } from '#bayou/checker/model.js';
import { withRuns } from '#bayou/checker/verdict/with-runs.js';

const folder = mkdtempSync(join(tmpdir(), 'bayou-same-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Two counters; `odd` says what is different in the second thread of a search, and in no other. */
const MODULE = `
import { workerData } from 'node:worker_threads';
const there = workerData?.index === 1;
export const counters = (what, most) => {
  const odd = (name) => there && what === name;
  const [a, b] = ['a', 'b'].map((name) => ({ kind: 'n', name, initial: odd('initial') && name === 'a' ? 1 : 0 }));
  const last = odd('step') ? most - 1 : most;
  const count = (s, other) => ({
    label: { family: odd('label') ? 'count up' : 'count', args: [s.name] },
    slots: [s, other],
    writes: [0],
    step: (n, m) => (n < last ? [{ next: [n + 1, m], ...(odd('note') && n === 2 ? { note: 'odd' } : {}) }] : []),
  });
  return {
    name: odd('name') ? 'odd' : 'counters',
    slots: odd('slots') ? [b, a] : [a, b],
    interactions: [count(a, b), count(b, a)],
    properties: [
      { name: 'low', kind: 'always', over: [{ slots: [a, b], holds: (m, n) => m + n < (odd('property') ? 2 * most : 2 * most + 1) }] },
      ...(odd('properties') ? [{ name: 'odd', kind: 'sometimesStep' }] : []),
    ],
    boundary: [{ slots: [a], holds: (n) => !(odd('boundary') && n === most) }],
    ...(what.startsWith('key') ? { key: (_, n) => (odd('key') ? 'odd ' : '') + n } : {}),
    symmetry: [{ name: 'swap', slotTo: [1, 0], apply: (_, n) => n }],
  };
};`;
const path = join(folder, 'counters.mjs');
writeFileSync(path, MODULE);
const searched = (what: string, more = {}): ReturnType<typeof checkInParallel> =>
  checkInParallel({ module: pathToFileURL(path).href, name: 'counters', args: [what, 6] }, { workers: 2, ...more });

describe('a model that is another one in one thread is refused', () => {
  test.each([
    ['name', 'its name differs'],
    ['slots', 'its slots differ'],
    ['initial', 'its initial states differ'],
    ['label', 'its interactions differ'],
    ['properties', 'its properties differ'],
    ['step', 'count [ab] gives something else there in the state \\{a: \\d, b: \\d\\}'],
    ['note', 'count [ab] gives something else there'],
    ['property', '"low" says something else there in the state \\{a: 6, b: 6\\}'],
    ['boundary', 'the boundary says something else there'],
    ['key', 'key gives something else there'],
  ])('%s', async (what, says) => {
    for (const options of [{}, { keepGoing: true }, { symmetry: true }]) {
      const line = new RegExp(`^the model is another one in another thread: ${says}[^\\n]*$`);
      await expect(searched(what, options)).rejects.toThrow(line);
    }
  });

  test('and one that is the same in all of them is not', async () => {
    for (const what of ['same', 'key of its own']) {
      expect(await searched(what)).toMatchObject({ verdict: 'holds', counts: { distinct: 49 } });
      expect(await searched(what, { symmetry: true })).toMatchObject({ verdict: 'holds', counts: { distinct: 28 } });
    }
  });
});

test('a symmetry given by generators, which a search closes, is that of the model in all threads', async () => {
  const ring = join(folder, 'ring.mjs');
  writeFileSync(
    ring,
    `export const ring = () => {
      const slots = ['a', 'b', 'c'].map((name) => ({ kind: 'n', name, initial: 0 }));
      const rise = (s) => ({
        label: { family: 'rise', args: [s.name] },
        slots: [s],
        writes: [0],
        step: (n) => (n < 2 ? [{ next: [n + 1] }] : []),
      });
      return {
        name: 'ring',
        slots,
        interactions: slots.map(rise),
        properties: [{ name: 'low', kind: 'always', over: [{ slots, holds: (...all) => all.every((n) => n < 3) }] }],
        symmetry: [{ name: 'turn', slotTo: [1, 2, 0], apply: (_, n) => n }],
      };
    };`,
  );
  const report = await checkInParallel(
    { module: pathToFileURL(ring).href, name: 'ring', args: [] },
    { workers: 2, symmetry: true },
  );
  expect(report).toMatchObject({ verdict: 'holds', counts: { distinct: 11 } });
});

describe('what is violated has its run', () => {
  const low = { name: 'low', kind: 'always' } as const;

  test('a property that is true when it is asked again: refused, by the search that keeps no runs', async () => {
    const parts = (): ComponentModel => {
      const n = slot('n', 'n', 0);
      let asked = false;
      return {
        name: 'a memory',
        slots: [n],
        interactions: [
          interaction({
            label: { family: 'up', args: [] },
            slots: [n],
            writes: [0],
            step: (count) => (count < 40 ? [{ next: [count + 1] }] : []),
          }),
        ],
        properties: [{ ...low, over: [over([n], (count) => (count === 30 && !asked ? !(asked = true) : true))] }],
        progress: (_, count) => count,
      };
    };
    const plain = (): Model<number, string> => {
      let asked = false;
      return {
        name: 'a memory',
        initial: [0],
        actions: (n) => (n < 40 ? ['up'] : []),
        next: (n) => n + 1,
        label: (family) => ({ family, args: [] }),
        properties: [{ ...low, holds: (n: number) => (n === 30 && !asked ? !(asked = true) : true) }],
        progress: (n) => n,
      };
    };
    for (const search of ['bfs', 'dfs', 'sweep'] as const) {
      for (const hashBits of search === 'sweep' ? [undefined] : [undefined, 64]) {
        const options = { search, ...(hashBits === undefined ? {} : { hashBits }) };
        await expect(checkComponents(parts(), options)).rejects.toThrow(/two answers/);
        await expect(check(plain(), options)).rejects.toThrow(/two answers/);
      }
    }
  });

  test('no report has a violation without a run and without a reason', () => {
    const report = checkSync({
      name: 'one',
      initial: [0],
      actions: () => [],
      next: (n: number) => n,
      label: () => ({ family: 'none', args: [] }),
      properties: [{ ...low, holds: (n: number) => n > 0 }],
    });
    expect(withRuns(report)).toBe(report);
    const { trace: _, ...bare } = report.properties[0]!;
    expect(() => withRuns({ ...report, properties: [bare] })).toThrow(
      /^"low" was found violated, and no run of the model comes there/,
    );
    const why = 'a limit came first';
    expect(withRuns({ ...report, properties: [{ ...bare, why }] }).properties[0]).toMatchObject({ why });
  });
});
