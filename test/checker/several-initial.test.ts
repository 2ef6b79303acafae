/** Component models with several initial states: every search counts each once, and a run begins at one of them. */
import { toModel } from '#bayou/checker/component-model/as-model.js';
import { check, checkSync } from '#bayou/checker/check.js';
import { checkComponents } from '#bayou/checker/factored/check-components.js';
import type { ComponentOptions } from '#bayou/checker/options.js';
import { checkInParallel } from '../../dist/checker/factored/parallel/check-in-parallel.js';
import { interaction, over, slot, type ComponentModel } from '#bayou/checker/model.js';
import { internedModel } from '#bayou/checker/component-model/interned.js';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'bayou-initial-'));
afterAll(() => rmSync(folder, { recursive: true }));

const tokens = [0, 1].map((i) => slot('token', `token ${i}`, 0));
const MOST = 4;

/** Two tokens that go up by one as far as 4, each from where it begins. */
const model = (initial?: ComponentModel['initial']): ComponentModel => ({
  name: 'tokens',
  slots: tokens,
  ...(initial === undefined ? {} : { initial }),
  interactions: tokens.map((token) =>
    interaction({
      label: { family: 'up', args: [token.name] },
      slots: [token],
      writes: [0],
      step: (n) => (n < MOST ? [{ next: [n + 1] }] : []),
    }),
  ),
  properties: [
    { name: 'never both at the top', kind: 'always', over: [over(tokens, (a, b) => a < MOST || b < MOST)] },
    { name: 'nobody goes down', kind: 'always', over: [over(tokens, (a, b) => a + b >= 0)] },
    { name: 'some at the top', kind: 'sometimes', over: [over([tokens[0]!], (a) => a === MOST)] },
  ],
  progress: (_, n: number) => n,
  symmetry: [{ name: 'swap', slotTo: [1, 0], apply: (_, n) => n }],
});

// From (0, 0) all 25; from these two, of which one is there twice, the square of 3 × 3 above (2, 2) and the column above (4, 0).
const SEVERAL = [{ 'token 0': 2, 'token 1': 2 }, { 'token 0': 4 }, { 'token 1': 2, 'token 0': 2 }];
const STATES = 9 + 2;

const SEARCHES: ReadonlyArray<ComponentOptions> = [
  { search: 'bfs' },
  { search: 'dfs' },
  { search: 'sweep' },
  { search: 'auto' },
  { search: 'bfs', hashBits: 64 },
  { search: 'dfs', hashBits: 64 },
  { search: 'bfs', locals: ['token 0'] },
  { search: 'sweep', locals: ['token 1'] },
];

describe('every search', () => {
  test.each(SEARCHES)('%j', async (options) => {
    const report = await checkComponents(model(SEVERAL), { ...options, keepGoing: true });
    expect(report.counts).toMatchObject({ distinct: STATES, generated: 3 + 12 + 2 });
    const trace = report.properties[0]!.trace!;
    expect(trace.steps.length).toBe(options.search === 'dfs' ? trace.steps.length : 4);
    expect([2, 4]).toContain(Number(trace.initial['token 0']));
    expect((await checkComponents(model(), { ...options, keepGoing: true })).counts.distinct).toBe(25);
  });

  test('one that is the same as the slots’ own is the one', async () => {
    const [one, other] = await Promise.all([checkComponents(model()), checkComponents(model([{}]))]);
    expect(other.counts).toEqual(one.counts);
  });

  test.each([
    ['as states', toModel],
    ['as numbers', internedModel],
  ])('%s', (_, as) => {
    expect(checkSync(as(model(SEVERAL)) as never, { keepGoing: true }).counts).toMatchObject({ distinct: STATES, generated: 17 });
  });

  test('symmetry counts one for each orbit', async () => {
    const both = [...SEVERAL, { 'token 1': 4 }];
    const all = await checkComponents(model(both), { keepGoing: true });
    const reduced = await checkComponents(model(both), { symmetry: true, keepGoing: true });
    expect([all.counts.distinct, reduced.counts.distinct]).toEqual([9 + 2 + 2, 6 + 2]);
    expect(reduced.properties[0]!.trace!.steps).toHaveLength(4);
    expect((await check(toModel(model(both)), { symmetry: true, keepGoing: true })).counts.distinct).toBe(8);
  });

  test.each(['bfs', 'dfs', 'sweep'] as const)('a checkpoint of %s has those that wait', async (search) => {
    const whole = await checkComponents(model(SEVERAL), { search, keepGoing: true });
    for (let maxStates = 1; maxStates < STATES; maxStates++) {
      const checkpoint = join(folder, `${search} ${maxStates}`);
      const first = await checkComponents(model(SEVERAL), { search, keepGoing: true, maxStates, checkpoint });
      if (first.stop.kind !== 'states') continue;
      expect(first.counts.completeDepth).toBeLessThanOrEqual(whole.counts.depth);
      const second = await checkComponents(model(SEVERAL), { search, keepGoing: true, resume: checkpoint });
      expect([second.counts.distinct, second.counts.generated]).toEqual([STATES, whole.counts.generated]);
    }
    const other = join(folder, `${search} 3`);
    await expect(checkComponents(model([{}]), { search, keepGoing: true, resume: other })).rejects.toThrow(
      'declares other parts, actions or properties now',
    );
  });
});

test('threads count each once', async () => {
  const module = join(folder, 'tokens.mjs');
  const slots = "[0, 1].map((i) => ({ kind: 'token', name: `token ${i}`, initial: 0 }))";
  writeFileSync(
    module,
    `const slots = ${slots};
    export const tokens = () => ({
      name: 'tokens',
      slots,
      initial: ${JSON.stringify(SEVERAL)},
      interactions: slots.map((slot) => ({
        label: { family: 'up', args: [slot.name] }, slots: [slot], writes: [0], step: (n) => (n < ${MOST} ? [{ next: [n + 1] }] : []),
      })),
      properties: [{ name: 'up', kind: 'always', over: [{ slots, holds: (a, b) => a + b >= 0 }] }],
    });`,
  );
  const report = await checkInParallel({ module: pathToFileURL(module).href, name: 'tokens', args: [] }, { workers: 3 });
  expect(report).toMatchObject({ verdict: 'holds', counts: { distinct: STATES, generated: 17, depth: 4 } });
});

describe('what is broken at once', () => {
  const far = [{}, { 'token 0': MOST, 'token 1': MOST }];

  test.each(SEARCHES)('%j', async (options) => {
    const [judged] = (await checkComponents(model(far), options)).properties;
    expect(judged).toMatchObject({ verdict: 'violated', trace: { initial: { 'token 0': '4', 'token 1': '4' }, steps: [] } });
  });

  test('beyond the boundary too', async () => {
    const bounded = { ...model([far[1]!, far[0]!]), boundary: [over(tokens, (a, b) => a + b < 5)] };
    for (const options of SEARCHES) {
      const [judged] = (await checkComponents(bounded, options)).properties;
      expect(judged).toMatchObject({ verdict: 'violated', trace: { steps: [] } });
    }
  });
});

test.each([
  [[], 'initial: expected a list of at least 1, but it is an empty list'],
  [[3], 'initial[0]: expected an object with values by the names of slots, but it is 3'],
  [[{ 'token 2': 1 }], 'initial[0].token 2: there is no such slot; the slots are token 0, token 1'],
])('what is no list of initial states is refused: %j', async (initial, line) => {
  await expect(checkComponents(model(initial as never))).rejects.toThrow(line);
});
