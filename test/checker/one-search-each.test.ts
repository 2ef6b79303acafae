/** What one search of a model remembers, and the calls that it noted for its audit, are no matter of another search of the same model. */
import { expect, test } from 'vitest';
import { check, checkSync } from '#bayou/checker/check.js';
import { toModel } from '#bayou/checker/component-model/as-model.js';
import { internedModel } from '#bayou/checker/component-model/interned.js';
import { interaction, over, slot, type ComponentModel, type Model } from '#bayou/checker/model.js';

type AnyModel = Model<unknown, unknown>;
const KINDS = [toModel, internedModel] as unknown as ReadonlyArray<(model: ComponentModel) => AnyModel>;
const kinds = KINDS.map((make) => [make.name, make] as const);

const slots = [slot('k', 'k0', 0), slot('k', 'k1', 0)];

/** Two counters. `more` gives what is added to a step now and then. */
const counters = (more: () => number, holds: () => boolean = () => true): ComponentModel => ({
  name: 'counters',
  slots,
  interactions: slots.map((one, i) =>
    interaction({
      label: { family: 'up', args: [i] },
      slots: [one],
      writes: [0],
      step: (n) => (n < 12 ? [{ next: [n + 1 + (n === 5 ? more() : 0)] }] : []),
    }),
  ),
  properties: [{ name: 'p', kind: 'always', over: [over(slots, holds)] }],
});

const AN_HOUR_MS = 3_600_000;

const impure = (): ComponentModel => {
  const start = Date.now();
  return counters(() => Number(Date.now() > start + AN_HOUR_MS));
};

test.each(kinds)('a model that is refused is refused again: %s', async (_, make) => {
  const model = make(impure());
  for (let turn = 0; turn < 3; turn++) await expect(check(model)).rejects.toThrow('gives two answers for one input');
});

test.each(kinds)('two searches at once note their own calls: %s', async (_, make) => {
  const model = make(impure());
  const [whole, part] = await Promise.allSettled([check(model), check(model, { maxStates: 2 })]);
  expect(whole).toMatchObject({ status: 'rejected' });
  expect(part.status).toBe('fulfilled');
  const pure = make(counters(() => 0));
  const { audited } = await check(pure);
  expect((await Promise.all([check(pure), check(pure)])).map((report) => report.audited)).toEqual([audited, audited]);
});

test.each(kinds)('a search within a function of the same model leaves the clocks as they were: %s', async (_, make) => {
  const known = [Date, performance.now, process.hrtime]; // eslint-disable-line @typescript-eslint/unbound-method -- compared, not called
  let isInside = false;
  const made: { model?: AnyModel } = {};
  const inner = (): boolean => {
    if (isInside) return true;
    isInside = true;
    try {
      return checkSync(made.model!).verdict === 'holds';
    } finally {
      isInside = false;
    }
  };
  made.model = make(counters(() => 0, inner));
  expect((await check(made.model)).verdict).toBe('holds');
  expect([Date, performance.now, process.hrtime]).toEqual(known); // eslint-disable-line @typescript-eslint/unbound-method -- compared, not called
});
