/** Each fault of the contract's section 6 that lives in a replica shows, and the shipped rules do not show it. */
import { describe, expect, test } from 'vitest';
import type { Put } from '#bayou/core/messages.js';
import type { Faults } from '#bayou/impl/policy.js';
import { createReplica, step, storeOf, vectorOf, type Replica } from '#bayou/impl/replica.js';
import { putOf } from './support/puts.js';

const put = (replica: Replica, clientTime: number, over: Partial<Put> = {}) =>
  step<'put'>(replica, { ...putOf(clientTime, 'k', `v${clientTime}`), ...over });

const get = (replica: Replica, key = 'k', require: Put['require'] = []) =>
  step<'get'>(replica, { type: 'get', client: 9, key, atLeast: null, require }).answer;

const ask = (from: Replica, to: Replica) =>
  step<'pull'>(from, { type: 'pull', puller: to.id, vv: vectorOf(to), after: null }).answer;
const pull = (to: Replica, from: Replica) => step(to, { type: 'merge', asked: [], pulled: ask(from, to) });

const pair = (faults: Faults) => [createReplica('1.0', { faults }), createReplica('2.0', { faults })] as const;

/** What each scenario comes to: with the shipped rules, with its fault. */
const scenarios: { variant: string; fault: Faults; run: (faults: Faults) => unknown; shipped: unknown; faulty: unknown }[] = [
  {
    variant: 'V1 original-clock',
    fault: { originalClock: true },
    run: (faults) => put(pair(faults)[0], 1, { clock: 10 }).answer,
    shipped: { type: 'accepted', stamp: { t: 11, r: '1.0' } },
    faulty: { type: 'accepted', stamp: { t: 1, r: '1.0' } },
  },
  {
    variant: 'V2 torn-answer',
    fault: { tornAnswer: true },
    run: (faults) => {
      const [a, b] = pair(faults);
      pull(b, a);
      put(a, 1);
      pull(b, a);
      return get(b, 'k', [['1.0', 1]]).type;
    },
    shipped: 'found',
    faulty: 'missing',
  },
  {
    variant: 'V5 no-advance',
    fault: { noAdvance: true },
    run: (faults) => {
      const [a, b] = pair(faults);
      put(b, 1, { client: 8, clock: 5, value: 'other' });
      pull(a, b);
      put(a, 1, { value: 'mine' });
      return [...storeOf(a)];
    },
    shipped: [['k', 'mine']],
    faulty: [['k', 'other']],
  },
  {
    variant: 'V6 no-check',
    fault: { noCheck: true },
    run: (faults) => get(pair(faults)[0], 'k', [['2.0', 1]]).type,
    shipped: 'behind',
    faulty: 'missing',
  },
  {
    variant: 'V7 tie',
    fault: { tie: true },
    run: (faults) => {
      const [a, b] = pair(faults);
      put(a, 1, { value: 'one' });
      put(b, 1, { client: 8, value: 'two' });
      pull(a, b);
      pull(b, a);
      return [...storeOf(a), ...storeOf(b)].map(([, value]) => value);
    },
    shipped: ['two', 'two'],
    faulty: ['one', 'two'],
  },
  {
    variant: 'V8 eager-vv',
    fault: { eagerVector: true },
    run: (faults) => {
      const [a, b] = pair(faults);
      put(a, 1);
      pull(b, a);
      const between = get(b, 'k', [['1.0', 1]]).type;
      pull(b, a);
      return [between, get(b).type];
    },
    shipped: ['found', 'found'],
    faulty: ['missing', 'found'],
  },
];

describe.each(scenarios)('$variant', ({ variant, fault, run, shipped, faulty }) => {
  test(`${variant.slice(0, 2)} changes what the rules give`, () => {
    expect(run({})).toEqual(shipped);
    expect(run(fault)).toEqual(faulty);
  });
});
