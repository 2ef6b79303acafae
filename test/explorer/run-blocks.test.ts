/** Long runs travel in blocks: whatever is asked of one that came so is what it was before. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { drawingOf } from '#bayou/explorer/draw.js';
import { arrowsWithin, isChangedAt, lengthOf, marksWithin, namesOf, partAt, stepAt } from '#bayou/explorer/history.js';
import { pack, unpack } from '#bayou/explorer/pack.js';
import type { Changes, Exploration, RunShot, StepShot } from '#bayou/explorer/shape.js';

const NAMES = ['c11', 's0', 's1', 's0-s1', 'other'];

const exploration = (runs: ReadonlyArray<RunShot>): Exploration => ({
  version: 1,
  title: 'a run',
  origin: 'path',
  verdict: { text: '', tone: 'plain' },
  repeat: '',
  bounds: [],
  properties: [],
  runs,
  live: { by: 'nobody' },
  entries: {},
});

/** A long run from a few numbers: which part each step changes, to what, and whether it is gone then. */
const runOf = (length: number, seed: ReadonlyArray<number>): RunShot => {
  const at = (i: number): number => seed[i % seed.length]! + Math.floor(i / seed.length);
  const steps = Array.from({ length }, (_, i): StepShot => {
    const [name, server] = [NAMES[at(i) % NAMES.length]!, `s${at(i) % 2}`];
    const text = name === 's0-s1' ? (i % 3 === 0 ? 'cut' : 'linked') : String(i);
    const changed: Changes = at(i) % 7 === 0 ? {} : { [name]: at(i) % 11 === 0 ? null : { text, value: { up: i % 5 > 0 } } };
    return {
      label: { family: at(i) % 2 === 0 ? 'Put' : 'Pull', args: ['c11', server, 'a'] },
      changed,
      way: i % 4,
      told: `step ${i}`,
    };
  });
  return { title: 'long', initial: { c11: { text: '', value: '' }, s0: { text: '', value: '' } }, steps, truth: [] };
};

const unpacked = (run: RunShot): RunShot => {
  const short = runOf(3, [1]);
  const { head, blocks } = pack(exploration([short, run, run]));
  const { runs } = unpack(head, (index) => blocks[index]!);
  expect(runs).toHaveLength(3);
  expect(runs[0]).toEqual(short);
  // The second of the two long ones begins after the blocks of the first.
  return runs[2]!;
};

test('a long run that came in blocks is the run that it was', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2001, max: 3200 }),
      fc.array(fc.nat(1000), { minLength: 1, maxLength: 40 }),
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 5, maxLength: 30 }),
      (length, seed, places) => {
        const run = runOf(length, seed);
        const [whole, came] = [drawingOf(run), unpacked(run)];
        expect(came.steps).toEqual([]);
        expect(lengthOf(came)).toBe(length);
        expect(namesOf(came)).toEqual(namesOf(run));
        expect(came.blocks?.ways).toEqual(run.steps.map(({ way }) => way));
        const drawing = drawingOf(came);
        expect([drawing.lanes, drawing.bands]).toEqual([whole.lanes, whole.bands]);
        // The edges of blocks, and the ends, besides.
        const all = [0, 1, 500, 501, 1000, 1001, length - 1, length, length + 1, ...places.map((p) => Math.floor(p * length))];
        for (const at of all) {
          expect(stepAt(came, at)).toEqual(stepAt(run, at));
          for (const name of [...NAMES, 'nothing']) {
            expect(partAt(came, name, Math.min(at, length))).toEqual(partAt(run, name, Math.min(at, length)));
            expect(isChangedAt(came, name, at)).toBe(isChangedAt(run, name, at));
          }
          for (const to of [at - 3, at, at + 40, at + 700]) {
            expect(marksWithin(came, drawing.marks, at, to)).toEqual(marksWithin(run, whole.marks, at, to));
            expect(arrowsWithin(came, drawing.arrows, at, to)).toEqual(arrowsWithin(run, whole.arrows, at, to));
          }
        }
      },
    ),
    { numRuns: 10 },
  );
});

test('a short run travels whole', () => {
  const run = runOf(2000, [3, 1, 4]);
  const { head, blocks } = pack(exploration([run]));
  expect(blocks).toEqual([]);
  expect(unpack(head, () => '').runs).toEqual([run]);
});
