/** A key that takes several values for one, and an option that splits a symmetry: what is told of them. */
import { expect, test } from 'vitest';
import { check, checkComponents, interaction, internedModel, over, slot, type ComponentModel } from '#bayou/checker/index.js';

test('the run to a witness has the values of the model, not those that stand for others', async () => {
  const cell = slot('cell', 'cell', 'cold');
  const step = () => [{ next: ['hot'] as const, witnesses: ['heated'] }];
  const model = {
    name: 'keyed',
    slots: [cell],
    interactions: [interaction({ label: { family: 'heat', args: [] }, slots: [cell], writes: [0], step })],
    key: () => 'x',
    properties: [{ name: 'heated', kind: 'sometimesStep' }],
  } as unknown as ComponentModel;
  for (const report of [
    await check(internedModel(model), { witnessTraces: true }),
    await checkComponents(model, { witnessTraces: true }),
  ])
    expect(report.properties[0]!.trace).toMatchObject({ initial: { cell: 'cold' }, steps: [{ state: { cell: 'hot' } }] });
  // Where no runs are asked for, there is none.
  expect((await check(internedModel(model))).properties[0]).toMatchObject({ verdict: 'reached' });
});

test('local slots among which a symmetry moves others are a fault of the option', async () => {
  const cells = [0, 1].map((i) => slot('cell', `c${i}`, 0));
  const model: ComponentModel = {
    name: 'two alike',
    slots: cells,
    interactions: cells.map((cell) =>
      interaction({
        label: { family: 'up', args: [cell.name] },
        slots: [cell],
        writes: [0],
        step: (n) => (n < 2 ? [{ next: [n + 1] }] : []),
      }),
    ),
    symmetry: [{ name: 'swap', slotTo: [1, 0], apply: (_, value) => value }],
    properties: [{ name: 'small', kind: 'always', over: cells.map((cell) => over([cell], (n) => n < 3)) }],
  };
  expect((await checkComponents(model, { symmetry: true, locals: ['c0', 'c1'] })).counts.distinct).toBe(6);
  await expect(checkComponents(model, { symmetry: true, locals: ['c0'] })).rejects.toMatchObject({
    code: 'option',
    message: 'locals: the permutation swap takes a local slot to one that is not; make all slots that it moves local, or none',
  });
});
