/** A `key` that takes different states for one (TLA+'s VIEW), and liveness. */
import { toModel } from '#bayou/checker/component-model/as-model.js';
import { check, checkSync } from '#bayou/checker/check.js';
import { interaction, over, slot, type ComponentModel, type Model } from '#bayou/checker/model.js';
import { internedModel } from '#bayou/checker/component-model/interned.js';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'bayou-view-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Clock {
  readonly hour: number;
  readonly ticks: number;
}

/** A clock that ticks four times and then strikes, in every run. */
const clock = (key?: (state: Clock) => string): Model<Clock, string> => ({
  name: 'clock',
  initial: [{ hour: 0, ticks: 0 }],
  actions: ({ hour }) => (hour === 1 ? [] : ['tick']),
  next: ({ ticks }) => (ticks < 4 ? { hour: 0, ticks: ticks + 1 } : { hour: 1, ticks }),
  label: (family) => ({ family, args: [] }),
  properties: [{ name: 'it strikes', kind: 'eventually', holds: ({ hour }) => hour === 1 }],
  ...(key === undefined ? {} : { key }),
});

const MERGED = expect.stringContaining('the key takes different states for one') as string;

describe('plain models', () => {
  test('a key that tells all states apart changes nothing', () => {
    expect(checkSync(clock()).verdict).toBe('holds');
    expect(checkSync(clock(({ hour, ticks }) => `${hour} ${ticks}`))).toMatchObject({
      verdict: 'holds',
      counts: { distinct: 6 },
    });
  });

  /** A clock that strikes after four ticks, whichever of its two hands ticks. The state keeps which hand it was, and nothing depends on it. */
  const hands = (key?: (state: Clock) => string): Model<Clock, number> => ({
    name: 'hands',
    initial: [{ hour: 0, ticks: 0 }],
    actions: ({ hour }) => (hour === 4 ? [] : [1, 2]),
    next: ({ hour }, hand) => ({ hour: hour + 1, ticks: hand }),
    label: (hand) => ({ family: 'tick', args: [hand] }),
    properties: [{ name: 'it strikes', kind: 'eventually', holds: ({ hour }) => hour === 4 }],
    ...(key === undefined ? {} : { key }),
  });

  test.each(['bfs', 'dfs'] as const)('one that merges leaves liveness unknown: %s', (search) => {
    const report = checkSync(
      hands(({ hour }) => `${hour}`),
      { search },
    );
    expect(report).toMatchObject({ verdict: 'bounded', properties: [{ verdict: 'unknown', why: MERGED }] });
  });

  test.each(['bfs', 'dfs'] as const)('one that merges what is not alike is refused: %s', (search) => {
    const run = (): unknown =>
      checkSync(
        clock(({ hour }) => `${hour}`),
        { search },
      );
    expect(run).toThrow('are one state to the key, and the two are not alike: the step tick leads from the');
  });

  test('among the initial states', () => {
    const model = { ...clock(({ hour }) => `${hour}`), initial: [0, 1].map((hour) => ({ hour, ticks: 9 })) };
    expect(checkSync(model).properties).toMatchObject([{ verdict: 'holds' }]);
    const two = { ...model, initial: [...model.initial, { hour: 1, ticks: 8 }] };
    expect(checkSync(two).properties).toMatchObject([{ verdict: 'unknown', why: MERGED }]);
  });

  test('what cannot be seen into may have been merged', () => {
    class Secret {
      readonly #ticks: number;
      constructor(ticks: number) {
        this.#ticks = ticks;
      }
      get ticks(): number {
        return this.#ticks;
      }
    }
    const model: Model<Secret, 'tick'> = {
      name: 'secret',
      initial: [new Secret(0)],
      actions: () => ['tick'],
      next: ({ ticks }) => new Secret((ticks + 1) % 3),
      label: (family) => ({ family, args: [] }),
      properties: [{ name: 'two', kind: 'eventually', holds: ({ ticks }) => ticks === 2 }],
      key: ({ ticks }) => String(ticks),
    };
    expect(checkSync(model).properties).toMatchObject([{ verdict: 'unknown', why: MERGED }]);
  });

  test('a resumed search knows what was merged before', async () => {
    const checkpoint = join(folder, 'merged');
    const model = hands(({ hour }) => `${hour}`);
    const whole = await check(model);
    expect(whole.properties).toMatchObject([{ verdict: 'unknown', why: MERGED }]);
    expect((await check(model, { maxStates: 2, checkpoint })).stop.kind).toBe('states');
    expect((await check(model, { resume: checkpoint })).properties).toMatchObject([{ verdict: 'unknown', why: MERGED }]);
  });

  test('safety under it has its run, whichever of the merged states leads there', () => {
    // 0 → 1 and 0 → 2, of which one state is made, and 2 alone is what was kept; 1 leads nowhere.
    const model: Model<number, number> = {
      name: 'fork',
      initial: [0],
      actions: (state) => (state === 0 ? [2, 1] : state === 2 ? [3] : []),
      next: (_, to) => to,
      label: (to) => ({ family: 'go', args: [to] }),
      key: (state) => (state === 1 || state === 2 ? 'middle' : String(state)),
      properties: [{ name: 'no three', kind: 'always', holds: (state) => state !== 3 }],
    };
    const [judged] = checkSync(model).properties;
    expect(judged?.trace?.steps.map(({ label }) => label.args[0])).toEqual([2, 3]);
    const reordered = { ...model, actions: (state: number) => (state === 0 ? [1, 2] : state === 1 ? [3] : []) };
    expect(checkSync(reordered).properties[0]?.trace?.steps).toHaveLength(2);
  });
});

describe('component models', () => {
  const face = slot('face', 'face', { hour: 0, ticks: 0 });
  /** As `hands`; or, where it counts, as `clock`. */
  const model = (key?: ComponentModel['key'], counts = false): ComponentModel => ({
    name: 'clock',
    slots: [face],
    interactions: [1, 2].map((hand) =>
      interaction({
        label: { family: 'tick', args: [hand] },
        slots: [face],
        writes: [0],
        step: ({ hour, ticks }) => {
          if (hour === 4) return [];
          if (counts) return [{ next: [ticks < 4 ? { hour: 0, ticks: ticks + 1 } : { hour: 4, ticks }] }];
          return [{ next: [{ hour: hour + 1, ticks: hand }] }];
        },
      }),
    ),
    properties: [{ name: 'it strikes', kind: 'eventually', over: [over([face], ({ hour }) => hour === 4)] }],
    ...(key === undefined ? {} : { key }),
  });
  const whole = ((_: string, { hour, ticks }: Clock) => `${hour} ${ticks}`) as ComponentModel['key'];
  const view = ((_: string, { hour }: Clock) => `${hour}`) as ComponentModel['key'];

  test.each([
    ['as states', toModel],
    ['as numbers', internedModel],
  ])('%s', (_, as) => {
    const verdict = (key?: ComponentModel['key']) => checkSync(as(model(key)) as Model<unknown, unknown>).properties;
    expect(verdict()).toMatchObject([{ verdict: 'holds' }]);
    expect(verdict(whole)).toMatchObject([{ verdict: 'holds' }]);
    expect(verdict(view)).toMatchObject([{ verdict: 'unknown', why: MERGED }]);
    expect(() => checkSync(as(model(view, true)) as Model<unknown, unknown>)).toThrow(
      'are one state to the key, and the two are not',
    );
  });
});
