/** Searches with more initial states, and more open levels, than a function takes arguments. */
import { check, checkSync } from '#bayou/checker/check.js';
import { checkComponents } from '#bayou/checker/factored/check-components.js';
import { interaction, over, slot, type ComponentModel, type Model } from '#bayou/checker/model.js';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const MANY = 200_000;

/** From each of many numbers one step leads on. */
const plain: Model<number, 'on'> = {
  name: 'many',
  initial: Array.from({ length: MANY }, (_, n) => n),
  actions: () => ['on'],
  next: (n) => (n < 2 * MANY ? n + MANY : undefined),
  label: () => ({ family: 'on', args: [] }),
  properties: [{ name: 'in bounds', kind: 'always', holds: (n) => n < 3 * MANY }],
};

const number = slot('number', 'number', 0);

const components: ComponentModel = {
  name: 'many',
  slots: [number],
  initial: plain.initial.map((n) => ({ number: n })),
  interactions: [
    interaction({
      label: { family: 'on', args: [] },
      slots: [number],
      writes: [0],
      step: (n) => (n < 2 * MANY ? [{ next: [n + MANY] }] : []),
    }),
  ],
  properties: [{ name: 'in bounds', kind: 'always', over: [over([number], (n) => n < 3 * MANY)] }],
  progress: (_kind, n) => Math.floor(n / MANY),
};

const ALL = { verdict: 'holds', counts: { distinct: 3 * MANY, generated: 3 * MANY } };

test.each([
  ['one level', () => 0],
  ['few levels', (n: number) => Math.floor(n / MANY)],
])('a sweep of a plain model: %s', (_, progress) => {
  expect(checkSync({ ...plain, progress }, { search: 'sweep' })).toMatchObject(ALL);
});

test('a sweep of a plain model: a level for each state, opened in another order', () => {
  const still: typeof plain = { ...plain, next: () => undefined, progress: (n) => (n * 7_919) % MANY };
  expect(checkSync(still, { search: 'sweep' })).toMatchObject({ verdict: 'holds', counts: { distinct: MANY } });
});

test('a sweep of components', async () => {
  expect(await checkComponents(components, { search: 'sweep', locals: [] })).toMatchObject(ALL);
});

test('a search with many initial states is resumed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bayou-many-'));
  try {
    const file = join(folder, 'kept');
    const first = await check(plain, { maxStates: MANY + MANY / 4, checkpoint: file });
    expect(first.stop).toEqual({ kind: 'states', limit: MANY + MANY / 4 });
    expect(await check(plain, { resume: file })).toMatchObject(ALL);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
