/** A symmetry by generators is closed, in whatever order a search puts the images of a state. */
import { describe, expect, test } from 'vitest';
import { check } from '#bayou/checker/check.js';
import { toModel } from '#bayou/checker/component-model/as-model.js';
import { checkComponents } from '#bayou/checker/factored/check-components.js';
import { interaction, over, slot, type ComponentModel, type Permutation } from '#bayou/checker/model.js';

const PLACES = [0, 1, 2];

/** All ways to put three slots in another order, but not the identity. */
const ORDERS = [
  [1, 2, 0],
  [2, 0, 1],
  [1, 0, 2],
  [2, 1, 0],
  [0, 2, 1],
];

const pairs = ORDERS.flatMap((one, i) => ORDERS.slice(i + 1).map((other) => [one, other] as const));

/**
 * Three slots that turn at once: one to `p`, the others to `r`, whose normal form is `q`. The places are those of the steps, in their order. The audit sees
 * the values as they are and the search their normal forms, so the two may put images in different orders.
 */
const oneOfThree = (places: ReadonlyArray<number>, orders: ReadonlyArray<ReadonlyArray<number>>): ComponentModel => {
  const slots = PLACES.map((place) => slot<string>('leaf', `n${place}`, 'z'));
  const [a, b, c] = slots as [(typeof slots)[0], (typeof slots)[0], (typeof slots)[0]];
  return {
    name: 'one of three',
    slots,
    interactions: places.map((place) =>
      interaction({
        label: { family: 'turn', args: [place] },
        slots: [a, b, c],
        writes: [0, 1, 2],
        step: (...all) =>
          all.every((one) => one === 'z')
            ? [{ next: PLACES.map((at) => (at === place ? 'p' : 'r')) as [string, string, string] }]
            : [],
      }),
    ),
    properties: [
      { name: 'one', kind: 'always', over: [over([a, b, c], (...all) => all.filter((one) => one === 'p').length < 2)] },
    ],
    progress: (_, one: string) => (one === 'z' ? 0 : 1),
    normalize: (_, one: string) => (one === 'r' ? 'q' : one),
    symmetry: orders.map((order): Permutation => ({
      name: order.join(''),
      slotTo: order,
      apply: (_: string, one: unknown) => one,
    })),
  };
};

describe.each([[PLACES], [PLACES.toReversed()], [[1, 2, 0]]])('steps in the order %j', (places) => {
  test.each(pairs)('by %j and %j', async (...orders) => {
    const model = oneOfThree(places, orders);
    // Any two of the orders take each place to each other, so there is one state before the step, and one after it.
    const expected = { distinct: 2, queue: 0 };
    const reduction = { symmetry: true, normalize: true };
    for (const search of ['bfs', 'dfs', 'sweep'] as const)
      expect((await checkComponents(model, { search, ...reduction })).counts).toMatchObject(expected);
    expect((await check(toModel(model), reduction)).counts).toMatchObject(expected);
  });
});
