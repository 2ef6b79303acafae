/** R16: accept times and sizes that no honest history has are refused, and change nothing; in however many steps. */
import * as E from 'fp-ts/lib/Either.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_KEY_BYTES, MAX_VALUE_BYTES, MAX_VECTOR_ENTRIES } from '#bayou/core/bounds.js';
import { listOf } from '#bayou/core/codec.js';
import { Natural, ReplicaIdC } from '#bayou/core/ids.js';
import type { PulledAnswer, Put } from '#bayou/core/messages.js';
import { VectorEntriesC } from '#bayou/core/write.js';
import { MAX_AHEAD, horizonAt, isHonest } from '#bayou/impl/horizon.js';
import { clockOf, createReplica, type Replica, restore, snapshot, step } from '#bayou/impl/replica.js';
import { putOf } from './support/puts.js';
import { seedOr } from '../support/seeds.js';

const NOW = Date.UTC(2026, 6);
const HORIZON = horizonAt(NOW);
const options = { now: () => NOW };
const replica = (clock = 0): Replica =>
  restore({ replica: '1.0', found: 'whole', clock, vv: [], writes: [], seen: [], waiting: [], transfers: [] }, options);
let clientTime = 0;
const put = (over: Partial<Put>): Put => ({ ...putOf(++clientTime, 'k', 'v'), ...over });
const pulled = (over: Partial<PulledAnswer>): PulledAnswer => ({
  type: 'pulled',
  from: '2.0',
  after: null,
  upTo: null,
  writes: [],
  vv: [],
  clock: 0,
  ...over,
});
const answerTo = (at: Replica, message: Put | PulledAnswer): unknown =>
  (message.type === 'put' ? step<'put'>(at, message) : step<'merge'>(at, { type: 'merge', asked: [], pulled: message })).answer;
const refused = (reason: string) => ({ type: 'refused', reason });

const refuses = (at: Replica, message: Put | PulledAnswer, reason: string): void => {
  const before = snapshot(at);
  expect(answerTo(at, message)).toEqual(refused(reason));
  expect(snapshot(at)).toEqual(before);
};

describe('the clock of a session', () => {
  test('may be years of puts ahead of the server, not more', () => {
    expect(answerTo(replica(7), put({ clock: 7 + MAX_AHEAD }))).toMatchObject({ type: 'accepted', stamp: { t: 8 + MAX_AHEAD } });
    for (const clock of [8 + MAX_AHEAD, 2 ** 52, Number.MAX_SAFE_INTEGER - 1, Number.MAX_SAFE_INTEGER])
      refuses(replica(7), put({ clock }), 'too-far');
  });

  test('may not be beyond the horizon, unless the server is there itself', () => {
    const at = replica(HORIZON - 1);
    expect(answerTo(at, put({ clock: HORIZON }))).toMatchObject({ type: 'accepted' });
    refuses(at, put({ clock: HORIZON + 2 }), 'too-far');
    expect(answerTo(at, put({ clock: HORIZON + 1 }))).toMatchObject({ type: 'accepted', stamp: { t: HORIZON + 2 } });
  });

  test('brings no server to the end of its clock, in however many steps', () => {
    const greedy = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 200, maxLength: 200 });
    fc.assert(
      fc.property(greedy, (shares) => {
        const at = replica();
        for (const share of shares) answerTo(at, put({ clock: Math.floor(clockOf(at) + share * MAX_AHEAD) }));
        expect(clockOf(at)).toBeLessThanOrEqual(HORIZON + shares.length);
      }),
      { numRuns: 20, seed: seedOr(3) },
    );
  });

  test('at the end of its clock, which a log may hold from before there were bounds, a server refuses puts and still answers gets', () => {
    const at = replica(Number.MAX_SAFE_INTEGER);
    refuses(at, put({}), 'too-far');
    expect(step<'get'>(at, { type: 'get', client: 9, key: 'k', atLeast: null, require: [] }).answer).toEqual({ type: 'missing' });
  });
});

describe('what a peer answers', () => {
  const write = (t: number) => ({ t, r: '2.0', client: 9, clientTime: 1, key: 'k', value: 'v' }) as const;

  test('may be as far as any honest cluster, so that a new server catches up', () => {
    const far = pulled({ writes: [write(HORIZON)], vv: [['2.0', HORIZON]], clock: HORIZON });
    expect(answerTo(replica(), far)).toMatchObject({ type: 'merged', added: 1 });
  });

  test('is refused whole where its clock, its vector or a write is further', () => {
    const t = HORIZON + MAX_AHEAD + 1;
    for (const over of [{ clock: t }, { vv: [['2.0', t]] }, { writes: [write(1), write(t)] }] as Partial<PulledAnswer>[])
      refuses(replica(), pulled(over), 'too-far');
  });

  test('brings no server to the end of its clock, in however many steps', () => {
    const at = replica();
    for (let i = 0; i < 10_000; i++) {
      const clock = clockOf(at);
      for (const jump of [2 ** 52, MAX_AHEAD, 2 ** 30, 1]) answerTo(at, pulled({ clock: clock + jump }));
    }
    expect(clockOf(at)).toBeLessThanOrEqual(HORIZON + 2 * MAX_AHEAD);
  });

  test('is refused where a key or a value is too large', () => {
    for (const over of [{ key: 'k'.repeat(MAX_KEY_BYTES + 1) }, { value: 'v'.repeat(MAX_VALUE_BYTES + 1) }])
      refuses(replica(), pulled({ writes: [{ ...write(1), ...over }], vv: [['2.0', 1]], clock: 1 }), 'too-large');
  });
});

test('a put with too large a key or value is refused, one at the bound is not', () => {
  const at = createReplica('1.0', options);
  refuses(at, put({ key: 'k'.repeat(MAX_KEY_BYTES + 1) }), 'too-large');
  refuses(at, put({ value: 'v'.repeat(MAX_VALUE_BYTES + 1) }), 'too-large');
  expect(answerTo(at, put({ key: 'k'.repeat(MAX_KEY_BYTES), value: 'v'.repeat(MAX_VALUE_BYTES) }))).toMatchObject({
    type: 'accepted',
  });
});

test('a session takes no stamp that no honest history has', () => {
  expect([HORIZON, HORIZON + MAX_AHEAD, HORIZON + MAX_AHEAD + 1].map((t) => isHonest({ t, r: '1.0' }, NOW))).toEqual([
    true,
    true,
    false,
  ]);
});

describe('what is decoded', () => {
  test('a long list of wrong things is refused for the first of them', () => {
    const wrong = Array.from({ length: 200_000 }, (_, i) => [`${i}`, 1]);
    for (const list of [wrong.slice(0, MAX_VECTOR_ENTRIES), wrong]) {
      const decoded = VectorEntriesC.decode(list);
      expect(E.isLeft(decoded) && decoded.left.length).toBe(1);
    }
  });

  test('a list longer than its bound is refused, one at the bound is taken as it is', () => {
    const three = listOf(Natural, 3);
    expect([three.is([1, 2, 3]), three.is([1, 2, 3, 4]), three.is([1, -2]), three.is(7)]).toEqual([true, false, false, false]);
    expect(three.decode([1, 2, 3])).toEqual(E.right([1, 2, 3]));
    for (const bad of [[1, 2, 3, 4], [1, -2], 7, null]) expect(E.isLeft(three.decode(bad))).toBe(true);
  });

  test('a replica id whose numbers are not exact is none: two of them would be one', () => {
    const ids = ['5.9007199254740991', '5.9007199254740992', '9007199254740993.0', '9007199254740991.9007199254740991', '5.12'];
    expect(ids.map((id) => ReplicaIdC.is(id))).toEqual([true, false, false, true, true]);
  });
});
