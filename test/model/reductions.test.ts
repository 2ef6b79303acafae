import { describe, expect, test } from 'vitest';
import type { ComponentModel } from '#bayou/checker/model.js';
import { MASTER_GUARANTEES } from '#bayou/core/guarantees.js';
import { DEFAULTS, type Config } from '#bayou/model/checking/config.js';
import { bayou } from '#bayou/model/system.js';
import { explore, successors, type State } from '../support/bfs.js';

/** Small configurations that have every kind of slot and step between them. */
const CONFIGS: ReadonlyArray<Config> = (
  [
    { name: 'two keys', servers: 2, clients: 2, keys: 2, puts: 2 },
    { name: 'bounded sessions', clients: 2, keys: 2, puts: 2, sessionKeys: 1 },
    { name: 'store scope', puts: 3, clients: 1, sessions: { ...MASTER_GUARANTEES, scope: 'store' } },
    { name: 'kills', kills: 1, blankRestarts: 1, history: true },
    { name: 'links', servers: 3, clients: 1, links: 'chain', linkChanges: 1, stabilize: true },
    { name: 'messages', clients: 1, keys: 2, kills: 1, grain: 'messages', inFlight: 2, losses: 1, duplicates: 1 },
    { name: 'client links', links: 'full', linkChanges: 1, placement: [[0], [1, 0]] },
    { name: 'lost answers', lostAnswers: 1, pruning: 'live' },
    { name: 'new sessions', puts: 2, newSessions: 2, keys: 2, sessionKeys: 1 },
    { name: 'put back', kills: 1, restores: 1 },
    { name: 'again', kills: 1, restores: 1, newSessions: 1, lostAnswers: 1 },
    { name: 'late puts', kills: 1, blankRestarts: 1, lostAnswers: 2, latePuts: 2 },
    { name: 'torn', clients: 2, puts: 1, grain: 'messages', inFlight: 1, variant: 'V2', properties: [] },
    { name: 'eager', clients: 2, puts: 1, kills: 1, variant: 'V8', properties: [] },
  ] as ReadonlyArray<Partial<Config>>
).map((fields) => ({ ...DEFAULTS, ...fields }));

const LIMIT = 2_000;
const key = (model: ComponentModel, state: State): string =>
  state.map((local, i) => model.key!(model.slots[i]!.kind, local as never)).join('#');
const statesOf = (model: ComponentModel): ReadonlyArray<State> => {
  const found: State[] = [];
  explore(model, { limit: LIMIT, visit: (s) => found.push(s) });
  return found;
};
const nextKeys = (model: ComponentModel, state: State, image: (s: State) => State): ReadonlyArray<string> =>
  successors(model, state)
    .map((s) => key(model, image(s.next)))
    .sort();
const sample = <A>(all: ReadonlyArray<A>, every: number): ReadonlyArray<A> => all.filter((_, i) => i % every === 0);

const deepFreeze = <A>(value: A): A => {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
};

describe.each(CONFIGS.map((c) => [c.name, c] as const))('%s', (_name, config) => {
  const model = bayou(config);
  let found: ReadonlyArray<State> | undefined;
  const states = (): ReadonlyArray<State> => (found ??= statesOf(model));

  test('steps are pure: frozen inputs, and the same outcome twice', () => {
    for (const state of sample(states(), 7)) {
      deepFreeze(state);
      expect(nextKeys(model, state, (s) => s)).toEqual(nextKeys(model, state, (s) => s));
    }
  });

  test('different components have different keys', () => {
    const byKey = new Map<string, string>();
    for (const state of sample(states(), 3))
      state.forEach((local, i) => {
        const kind = model.slots[i]!.kind;
        const k = `${kind}/${model.key!(kind, local as never)}`;
        expect(JSON.stringify(local)).toBe(byKey.get(k) ?? JSON.stringify(local));
        byKey.set(k, JSON.stringify(local));
      });
    expect(new Set([...byKey].map(([k, json]) => `${k.split('/')[0]}/${json}`)).size).toBe(byKey.size);
  });

  test('no step lowers the progress of any component', () => {
    const progress = (s: State): ReadonlyArray<number> =>
      s.map((local, i) => model.progress?.(model.slots[i]!.kind, local as never) ?? 0);
    for (const state of sample(states(), 5)) {
      const before = progress(state);
      for (const { next } of successors(model, state)) expect(progress(next).every((n, i) => n >= before[i]!)).toBe(true);
    }
  });

  test('each permutation of clients and keys is an automorphism', () => {
    const initial = model.slots.map((s) => s.initial);
    for (const { slotTo, apply } of model.symmetry ?? []) {
      const image = (state: State): State => {
        const moved = [...state];
        state.forEach((local, i) => (moved[slotTo[i]!] = apply(model.slots[i]!.kind, local as never)));
        return moved;
      };
      expect(key(model, image(initial))).toBe(key(model, initial));
      for (const state of sample(states(), 41))
        expect(nextKeys(model, image(state), (s) => s)).toEqual(nextKeys(model, state, image));
    }
  });

  test('the quotient is idempotent and commutes with the steps', () => {
    const normal = (state: State): State => state.map((local, i) => model.normalize!(model.slots[i]!.kind, local as never));
    for (const state of sample(states(), 11)) {
      expect(key(model, normal(normal(state)))).toBe(key(model, normal(state)));
      expect(new Set(nextKeys(model, normal(state), normal))).toEqual(new Set(nextKeys(model, state, normal)));
    }
  });
});

test('clients with different guarantees or links are not interchangeable', () => {
  const loose = { ...MASTER_GUARANTEES, readYourWrites: false };
  expect(bayou({ ...DEFAULTS, keys: 1 }).symmetry).toHaveLength(1);
  expect(bayou({ ...DEFAULTS, sessions: [MASTER_GUARANTEES, loose] }).symmetry).toEqual([]);
  expect(bayou({ ...DEFAULTS, placement: [[0], [1]] }).symmetry).toEqual([]);
  expect(bayou({ ...DEFAULTS, clients: 3, keys: 2 }).symmetry).toHaveLength(3 * 2 * 2 - 1);
  expect(bayou({ ...DEFAULTS, clients: 9, keys: 5 }).symmetry).toHaveLength(24 * 6 - 1);
});
