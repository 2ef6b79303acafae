/**
 * Each reduction against the run without it, on configurations of every kind: the same verdict on every property, shortest
 * counterexamples as long, which replay on the unreduced model, and a number of states that accounts for every state there is.
 */
import { toModel } from '#bayou/checker/component-model/as-model.js';
import { checkComponents } from '#bayou/checker/factored/check-components.js';
import type { ComponentOptions } from '#bayou/checker/options.js';
import type { ComponentModel } from '#bayou/checker/model.js';
import type { Report } from '#bayou/checker/report.js';
import { DEFAULTS, type Config } from '#bayou/model/checking/config.js';
import { bayou } from '#bayou/model/system.js';
import { describe, expect, test } from 'vitest';
import { explore, type State } from '../support/bfs.js';
import { configured } from '../support/configs.js';
import { faultOf } from '../support/replay.js';

const ALL: Partial<Config> = { properties: ['SAFETY', 'WITNESSES'], expect: 'holds' };
const FULL = { readYourWrites: true, monotonicReads: true, writesFollowReads: true, monotonicWrites: true } as const;

const CASES: ReadonlyArray<Config> = [
  configured('bayou-s-2112'),
  configured('bayou-s-2212'),
  configured('bayou-s-2213'),
  configured('bayou-s-3212'),
  configured('bayou-s-2212', { name: 'two keys', keys: 2 }),
  configured('bayou-s-2212', { name: 'three clients', clients: 3 }),
  configured('bayou-s-2212', { name: 'every property', ...ALL }),
  configured('bayou-s-2212', { name: 'live logs', pruning: 'live' }),
  configured('bounded-sessions'),
  configured('four-guarantees'),
  configured('mixed-sessions'),
  configured('client-links'),
  configured('unknown-outcome'),
  configured('unknown-outcome-r6', { name: 'unknown-outcome-r6, two clients', clients: 2, ...ALL }),
  configured('new-sessions', { name: 'new sessions, one at most', newSessions: 1 }),
  configured('put-back', { name: 'put back, without history', history: false }),
  configured('again-small', { name: 'again, one put', puts: 1 }),
  configured('kills', { name: 'kills, two servers', servers: 2 }),
  configured('links', { name: 'links, one put', puts: 1 }),
  configured('messages', { name: 'messages, one put', puts: 1 }),
  { ...DEFAULTS, name: 'history', history: true, kills: 1, blankRestarts: 1, puts: 1 },
  { ...DEFAULTS, name: 'store scope', sessions: { ...FULL, scope: 'store' } },
  configured('v1-pruning', { name: 'V1, two clients', clients: 2, ...ALL }),
  configured('v2-torn-answer', { name: 'V2, two clients', clients: 2, ...ALL }),
  configured('v2-torn-message', { name: 'V2 in messages', ...ALL }),
  configured('v3-amnesia'),
  configured('v4-fixed-rounds', { name: 'V4, two clients', clients: 2, puts: 1, ...ALL }),
  configured('v5-no-advance', ALL),
  configured('v6-no-check-reads', { name: 'V6, two clients', ...ALL }),
  configured('v7-tie', ALL),
  configured('v8-eager-vv', { name: 'V8, two clients', clients: 2, ...ALL }),
  configured('v9-reused-session', { name: 'V9, two clients', clients: 2, ...ALL }),
  configured('v10-rolled-back', ALL),
  configured('v11-repeat-anywhere', { name: 'V11, everything', ...ALL }),
];

const REDUCTIONS: ReadonlyArray<readonly [string, ComponentOptions]> = [
  ['symmetry', { symmetry: true }],
  ['quotient', { normalize: true }],
  ['both', { symmetry: true, normalize: true }],
  ['both, by a sweep', { symmetry: true, normalize: true, search: 'sweep' }],
  ['both, depth first', { symmetry: true, normalize: true, search: 'dfs' }],
];

const verdictsOf = ({ properties }: Report): ReadonlyArray<readonly [string, string]> =>
  properties.map(({ name, verdict }) => [name, verdict]);

const violations = ({ properties }: Report): ReadonlyArray<Report['properties'][number]> =>
  properties.filter(({ verdict }) => verdict === 'violated');

type Images = (state: State) => ReadonlyArray<State>;

/** For each way to tell states apart: the classes of all states, each by the key that is its members' least, with how many they are. */
const classesOf = (model: ComponentModel, ways: ReadonlyArray<Images>): ReadonlyArray<ReadonlyMap<string, number>> => {
  const key = (state: State): string => state.map((local, i) => model.key!(model.slots[i]!.kind, local as never)).join('#');
  const classes = ways.map(() => new Map<string, number>());
  const visit = (state: State): void =>
    ways.forEach((images, way) => {
      const least = images(state).map(key).sort()[0]!;
      classes[way]!.set(least, (classes[way]!.get(least) ?? 0) + 1);
    });
  explore({ ...model, properties: [] }, { visit });
  return classes;
};

const normal = (model: ComponentModel, state: State): State =>
  state.map((local, i) => model.normalize!(model.slots[i]!.kind, local as never));

const orbit = (model: ComponentModel, state: State): ReadonlyArray<State> => [
  state,
  ...model.symmetry!.map(({ slotTo, apply }) => {
    const image = [...state];
    state.forEach((local, i) => (image[slotTo[i]!] = apply(model.slots[i]!.kind, local as never)));
    return image;
  }),
];

/** Of these the states are too many to be enumerated the plain way. */
const LARGE = new Set([
  'bayou-s-2213',
  'bayou-s-3212',
  'bounded-sessions',
  'mixed-sessions',
  'client-links',
  'unknown-outcome',
  'new sessions, one at most',
  'put back, without history',
  'again, one put',
]);

describe.each(CASES.map((config) => [config.name, config] as const))('%s', (_name, config) => {
  const model = bayou(config);
  const oracle = toModel(model);
  let unreduced: Promise<Report> | undefined;
  const whole = (): Promise<Report> => (unreduced ??= checkComponents(model, { keepGoing: true }));

  const ways = REDUCTIONS.filter(([, { search }]) => search !== 'sweep' || model.progress !== undefined);
  test.each(ways)('%s: verdicts, counterexamples', async (_reduction, options) => {
    const full = await whole();
    const reduced = await checkComponents(model, { ...options, keepGoing: true });
    expect(verdictsOf(reduced)).toEqual(verdictsOf(full));
    expect(reduced.counts.distinct).toBeLessThanOrEqual(full.counts.distinct);
    violations(reduced).forEach(({ name, trace }, i) => {
      expect(faultOf(oracle, trace!, name)).toBeUndefined();
      if (options.search !== 'dfs') expect(trace!.steps.length).toBe(violations(full)[i]!.trace!.steps.length);
    });
  });

  if (LARGE.has(config.name)) return;
  test('states: one for each orbit, whose sizes sum up to all; one for each normal form', async () => {
    const statesBy = async (options: ComponentOptions): Promise<number> =>
      (await checkComponents(model, { ...options, properties: [] })).counts.distinct;
    const all = await statesBy({});
    const [orbits, forms, both] = classesOf(model, [
      (state) => orbit(model, state),
      (state) => [normal(model, state)],
      (state) => orbit(model, normal(model, state)),
    ]);
    for (const classes of [orbits!, forms!, both!]) {
      expect([...classes.values()].reduce((sum, n) => sum + n, 0)).toBe(all);
    }
    expect([await statesBy({ symmetry: true }), await statesBy({ normalize: true })]).toEqual([orbits!.size, forms!.size]);
    expect(await statesBy({ symmetry: true, normalize: true })).toBe(both!.size);
  });
});

test('there are at least 20, with every variant, and each reduction reduces some of them', async () => {
  expect(CASES.length).toBeGreaterThanOrEqual(20);
  expect(new Set(CASES.map(({ variant }) => variant)).size).toBe(12);
  const states = async (options: ComponentOptions): Promise<ReadonlyArray<number>> =>
    Promise.all(CASES.slice(0, 8).map(async (config) => (await checkComponents(bayou(config), options)).counts.distinct));
  const full = await states({});
  for (const options of [{ symmetry: true }, { normalize: true }]) {
    expect((await states(options)).some((n, i) => n * 1.4 < full[i]!)).toBe(true);
  }
});
