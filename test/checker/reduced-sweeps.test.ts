/** Sweeps under symmetry: a state may stand for one of another order, whose progress is summed in another order, or is another. */
import { expect, test } from 'vitest';
import { checkComponents, checkComponentsNear } from '../../src/checker/factored/check-components.js';
import { interaction, over, slot, type ComponentModel } from '../../src/checker/model.js';

interface Place {
  readonly s: number;
  readonly f: number;
}

const names = ['p0', 'p1', 'p2'];
const places = names.map((name) => slot<Place>('place', name, { s: 0, f: 0 }));

/** Three places climb. One at 1 flips where another is at 3, so a flip keeps the progress. */
const climbing = (progress: (place: Place) => number): ComponentModel => ({
  name: 'climbing',
  slots: places,
  interactions: [
    ...places.map((p) =>
      interaction({
        label: { family: 'up', args: [p.name] },
        slots: [p],
        writes: [0],
        step: ({ s, f }) => (f === 0 && s < 3 ? [{ next: [{ s: s + 1, f }] }] : []),
      }),
    ),
    ...places.flatMap((p) =>
      places
        .filter((q) => q !== p)
        .map((q) =>
          interaction({
            label: { family: 'flip', args: [p.name, q.name] },
            slots: [p, q],
            writes: [0],
            step: (one, two) => (one.s === 1 && two.s === 3 ? [{ next: [{ s: 1, f: 1 - one.f }, two] }] : []),
          }),
        ),
    ),
  ],
  progress: (_, place) => progress(place),
  properties: [{ name: 'low', kind: 'always', over: [over([places[0]!], ({ s }) => s < 4)] }],
  symmetry: [
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
    [0, 2, 1],
  ].map((slotTo) => ({ name: slotTo.join(''), slotTo, apply: (_, local) => local })),
});

test.each([
  ['fractions', [0, 0.1, 0.2, 0.3]],
  ['fractions beside great numbers', [0, 0.1, 2 ** 40 + 0.2, 2 ** 41]],
  ['great numbers', [0, 1, 2 ** 53, 2 ** 54 + 2]],
  ['whole numbers', [0, 1, 2, 3]],
] as const)('the sum of %s does not depend on their order', async (_, of) => {
  const model = climbing(({ s }) => of[s]!);
  const all = await checkComponents(model, { symmetry: true });
  const swept = await checkComponents(model, { symmetry: true, search: 'sweep', maxStates: 1_000 });
  expect(swept).toMatchObject({ verdict: 'holds', stop: { kind: 'complete' } });
  expect(swept.counts).toMatchObject({ distinct: all.counts.distinct, generated: all.counts.generated });
});

test('a measure that differs between a value and its image is refused where it leads back', async () => {
  const [a, b, c] = ['x', 'y', 'z'].map((name) => slot<string>('mark', name, 'none'));
  const all = [a!, b!, c!];
  const model: ComponentModel = {
    name: 'marks',
    slots: all,
    interactions: all.flatMap((s) =>
      ['b', 'a'].map((mark) =>
        interaction({
          label: { family: mark, args: [s.name] },
          slots: [s],
          writes: [0],
          step: (now) => (now === 'none' ? [{ next: [mark] }] : []),
        }),
      ),
    ),
    progress: (_, mark) => ({ none: 0, a: 1, b: 5 })[mark as 'none' | 'a' | 'b'],
    properties: [{ name: 'marked', kind: 'always', over: [over(all, (...marks) => marks.length === 3)] }],
    symmetry: [
      { name: 'a and b', slotTo: [0, 1, 2], apply: (_, mark) => ({ none: 'none', a: 'b', b: 'a' })[mark as 'none' | 'a' | 'b'] },
    ],
  };
  const counts = (await checkComponents(model, { symmetry: true, locals: [] })).counts.distinct;
  const swept = await checkComponents(model, { symmetry: true, search: 'sweep', locals: [] }).then(
    (report) => report.counts.distinct,
    (error: unknown) => String(error),
  );
  expect([String(counts), expect.stringContaining('the symmetry lowers the progress from')]).toContainEqual(String(swept));
});

interface Ticking {
  readonly t: number;
  readonly done: boolean;
}

/** A clock that ticks until it ends. */
const ticking = ((): ComponentModel => {
  const s = slot<Ticking>('s', 's', { t: 0, done: false });
  const step = (family: string, next: (now: Ticking) => Ticking) =>
    interaction({
      label: { family, args: [] },
      slots: [s],
      writes: [0],
      step: (now) => (now.done || (family === 'tick' && now.t === 3) ? [] : [{ next: [next(now)] }]),
    });
  return {
    name: 'ticking',
    slots: [s],
    interactions: [step('tick', (now) => ({ ...now, t: now.t + 1 })), step('end', (now) => ({ ...now, done: true }))],
    progress: (_, { t, done }: Ticking) => t + (done ? 1 : 0),
    properties: [{ name: 'low', kind: 'always', over: [over([s], ({ t }) => t <= 3)] }],
  };
})();

const normal = { ...ticking, normalize: (_: string, now: Ticking): Ticking => (now.done ? { ...now, t: 0 } : now) };
const keyed = { ...ticking, key: (_: string, { t, done }: Ticking): string => (done ? 'done' : `at ${t}`) };
const WHY = 'a sweep needs one progress for all states that it takes for one; give the model such a progress, or search bfs';

test.each([
  [normal, 'end raises the progress of s from 2 to 3, and normalize lowers it to 1'],
  [keyed, 'end raises the progress of s from 2 to 3, and the key takes the value for one of progress 1'],
])('a measure that a stand-in lowers is refused in a sweep alone: %#', async (model, line) => {
  for (const search of ['bfs', 'dfs', 'auto'] as const)
    expect(await checkComponents(model, { normalize: true, search })).toMatchObject({
      verdict: 'holds',
      counts: { distinct: 5 },
    });
  await expect(checkComponents(model, { normalize: true, search: 'sweep' })).rejects.toThrow(`${line}: ${WHY}`);
});

test.each([normal, keyed])('where a stand-in lowers the measure, auto stays breadth first: %#', async (model) => {
  const options = { normalize: true, search: 'auto' } as const;
  for (const near of [1, 2, 3, 4, 5]) {
    const report = await checkComponentsNear(model, options, near).catch((error: unknown) => String(error));
    if (typeof report === 'string') expect(report).toContain(WHY);
    else expect(report).toMatchObject({ verdict: 'holds', counts: { distinct: 5 } });
  }
  expect(await checkComponentsNear(model, options, 5)).toMatchObject({ search: 'bfs', counts: { distinct: 5 } });
});

test('a step that lowers the measure of normal forms is named', async () => {
  const falls = { ...normal, progress: (_: string, { t, done }: Ticking) => (done ? -1 - t : 0) };
  await expect(checkComponents(falls, { normalize: true, search: 'sweep' })).rejects.toThrow(
    'end lowers the progress of s from 0 to -1',
  );
});
