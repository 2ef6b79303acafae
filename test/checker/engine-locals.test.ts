import { checkComponents } from '#bayou/checker/factored/check-components.js';
import { interaction, over, slot, type ComponentModel } from '#bayou/checker/model.js';
import { describe, expect, test } from 'vitest';

/** A counter with a switch, beside so many switches that stay as they are. */
const beside = (idle: number): ComponentModel => {
  const counter = slot('counter', 'counter', 0);
  const switches = Array.from({ length: 1 + idle }, (_, i) => slot('switch', `s${i}`, false));
  return {
    name: 'switches',
    slots: [counter, ...switches],
    interactions: [
      interaction({
        label: { family: 'Go', args: [] },
        slots: [counter, switches[0]!],
        writes: [0, 1],
        step: (n, isOn) => (n < 2 ? [{ next: [n + 1, !isOn] }, { next: [n + 1, isOn] }] : []),
      }),
    ],
    properties: [{ name: 'it ends', kind: 'sometimes', over: [over([counter], (n) => n === 2)] }],
  };
};

describe('a matrix with more cells than can be numbered', () => {
  const names = (model: ComponentModel): ReadonlyArray<string> => model.slots.slice(1).map(({ name }) => name);

  test.each(['bfs', 'dfs'] as const)('%s: is refused, and not wrapped', async (search) => {
    const model = beside(33);
    const refused = checkComponents(model, { search, locals: names(model) });
    await expect(refused).rejects.toThrow('locals: at most 20, for the cells of a group double with each');
    expect((await checkComponents(model, { search })).counts.distinct).toBe(5);
    expect((await checkComponents(model, { search, locals: [] })).counts.distinct).toBe(5);
  });

  test('one that fits is searched', async () => {
    const model = beside(7);
    expect((await checkComponents(model, { locals: names(model) })).counts.distinct).toBe(5);
  });
});
