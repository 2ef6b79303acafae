/** A copy of a model of numbers is one, too: what its key took for one value is known of the copy, and no verdict rests on it. */
import { describe, expect, test } from 'vitest';
import { check, simulate } from '#bayou/checker/check.js';
import { internedModel } from '#bayou/checker/component-model/interned.js';
import { interaction, over, slot, type ComponentModel, type Model } from '#bayou/checker/model.js';
import { verdictLine } from '#bayou/checker/output/summary.js';
import { severalCounterexamples } from '#bayou/checker/runs/several.js';

interface Hiding {
  readonly v: number;
  readonly hid: number;
}

/** `go` leads to two values that the key takes for one. Only from the second of them `bad` leads on. `isTold`: the key tells them apart. */
const hiding = (isTold: boolean): ComponentModel => {
  const a = slot('k', 'a', { v: 0, hid: 0 });
  const b = slot('n', 'b', 0);
  return {
    name: 'hiding',
    slots: [a, b],
    key: (kind: string, local: never) => (kind === 'k' && !isTold ? String((local as Hiding).v) : JSON.stringify(local)),
    interactions: [
      interaction({
        label: { family: 'go', args: [] },
        slots: [a],
        writes: [0],
        step: ({ v }) => (v === 0 ? [{ next: [{ v: 1, hid: 0 }] }, { next: [{ v: 1, hid: 1 }] }] : []),
      }),
      interaction({
        label: { family: 'bad', args: [] },
        slots: [a, b],
        writes: [1],
        step: (x, n) => (x.hid === 1 && n === 0 ? [{ next: [x, 1] }] : []),
      }),
    ],
    properties: [
      { name: 'stays', kind: 'always', over: [over([b], (n) => n === 0)] },
      { name: 'ends', kind: 'eventually', over: [over([a], ({ v }) => v === 1)] },
    ],
  };
};

type AnyModel = Model<never, never>;
const numbered = (isTold: boolean): AnyModel => internedModel(hiding(isTold)) as unknown as AnyModel;

const COPIES: ReadonlyArray<readonly [string, (model: AnyModel) => AnyModel]> = [
  ['a spread', (model) => ({ ...model })],
  ['with another name', (model) => ({ ...model, name: 'another' })],
  ['with properties of its own', (model) => ({ ...model, properties: [...model.properties] })],
  ['a copy of a copy', (model) => ({ ...{ ...model } })],
  ['Object.assign', (model) => Object.assign({}, model)],
];

describe.each(COPIES)('%s', (_, copy) => {
  test('a key that takes several values for one leaves every property open', async () => {
    const report = await check(copy(numbered(false)));
    expect(report.properties.map(({ verdict }) => verdict)).toEqual(['unknown', 'unknown']);
    expect(report.properties[0]!.why).toContain('the model is a copy');
    expect(verdictLine(report)).not.toContain('exact');
  });

  test('so does a run of a simulation', async () => {
    const model = copy(numbered(false));
    await check(model);
    const { properties } = await simulate(
      { ...model, properties: [{ name: 'never', kind: 'always', holds: () => false }] },
      { seed: 1 },
    );
    expect(properties[0]).toMatchObject({ verdict: 'unknown' });
  });

  test('several counterexamples of it are refused', async () => {
    const never = { name: 'never', kind: 'always', holds: (): boolean => false } as const;
    await expect(severalCounterexamples(copy(numbered(false)), never, 2)).rejects.toThrow('may be no run of it');
  });

  test('a key that tells them apart leaves the verdict exact', async () => {
    const report = await check(copy(numbered(true)), { keepGoing: true });
    expect(report.properties.map(({ verdict }) => verdict)).toEqual(['violated', 'holds']);
    expect(report.statistics.byKey).toBeUndefined();
  });
});

test('the model itself is refused', async () => {
  await expect(check(numbered(false))).rejects.toThrow('are one state to the key, and the two are not alike');
});
