import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Put } from '#bayou/core/messages.js';
import type { ReplicaId } from '#bayou/core/ids.js';
import type { Stamp } from '#bayou/core/write.js';
import { digestOf, SESSIONS, WINDOW } from '#bayou/impl/client-windows.js';
import { compareStamps } from '#bayou/impl/order.js';
import {
  clockOf,
  createReplica,
  knows,
  pullCostOf,
  sizeOf,
  snapshot,
  step,
  storeOf,
  vectorOf,
  type Replica,
} from '#bayou/impl/replica.js';
import { putOf } from './support/puts.js';

const put = (over: Partial<Put> = {}): Put => ({ ...putOf(1, 'k', 'v'), ...over });

const pullFrom = (to: Replica, from: Replica) => {
  const { answer } = step<'pull'>(from, { type: 'pull', puller: to.id, vv: vectorOf(to), after: null });
  return { pulled: answer, merged: step<'merge'>(to, { type: 'merge', asked: [], pulled: answer }) };
};

const get = (replica: Replica, key: string, require: Put['require'] = []) =>
  step<'get'>(replica, { type: 'get', client: 9, key, atLeast: null, require }).answer;

describe('a put', () => {
  test('carries client, replica, accept time, client time, key and value (R1)', () => {
    const replica = createReplica('3.1');
    expect(step<'put'>(replica, put({ client: 8, clientTime: 4 })).append?.writes).toEqual([
      { client: 8, r: '3.1', t: 1, clientTime: 4, key: 'k', value: 'v' },
    ]);
  });

  test('is accepted at one more than the greater of the two clocks (R2)', () => {
    const replica = createReplica('1.0');
    const times = [put({ clock: 5 }), put({ clientTime: 2, clock: 2 }), put({ clientTime: 3, clock: 7 })].map(
      (message) => step<'put'>(replica, message).answer,
    );
    expect(times).toMatchObject([{ stamp: { t: 6 } }, { stamp: { t: 7 } }, { stamp: { t: 8 } }]);
    expect(clockOf(replica)).toBe(8);
    expect(vectorOf(replica)).toEqual([['1.0', 8]]);
  });

  test('that is repeated gets its stamp again and changes nothing, even when it is no longer live (R3)', () => {
    const replica = createReplica('1.0');
    const first = step<'put'>(replica, put()).answer;
    step<'put'>(replica, put({ clientTime: 2, value: 'later' }));
    const before = snapshot(replica);
    expect(step<'put'>(replica, put())).toEqual({ answer: first, append: undefined });
    expect(snapshot(replica)).toEqual(before);
  });

  test('of several on their way at once, each is recognised, in any order (R3)', () => {
    const replica = createReplica('1.0');
    const order = [3, 1, 2];
    const first = order.map((clientTime) => step<'put'>(replica, put({ clientTime, key: `k${clientTime}` })).answer);
    const again = order.map((clientTime) => step<'put'>(replica, put({ clientTime, key: `k${clientTime}` })).answer);
    expect(again).toEqual(first);
  });

  test(`repeated more than ${WINDOW} puts later is refused rather than accepted twice (R3)`, () => {
    const replica = createReplica('1.0');
    for (let clientTime = 1; clientTime <= WINDOW + 1; clientTime++) step(replica, put({ clientTime }));
    const before = snapshot(replica);
    expect(step<'put'>(replica, put({ clientTime: 1 })).answer).toEqual({ type: 'refused', reason: 'too-old' });
    expect(step<'put'>(replica, put({ clientTime: 2 })).answer).toMatchObject({ type: 'accepted', stamp: { t: 2 } });
    expect(snapshot(replica)).toEqual(before);
  });

  test(`of the least recently used session beyond ${SESSIONS} is forgotten, in memory and in the log (R3)`, () => {
    const replica = createReplica('1.0');
    for (let n = 1; n <= SESSIONS; n++) step(replica, put({ session: n.toString(16) }));
    step(replica, put({ session: '1', clientTime: 2 }));
    const { append } = step<'put'>(replica, put({ session: 'fff' }));
    const digest = digestOf('k', 'v');
    expect(append?.forgotten).toEqual([{ client: 9, session: '2', clientTime: 1, stamp: { t: 2, r: '1.0' }, digest }]);
  });

  test('of another session of the same client is another put, whatever its client time (R3, R11a)', () => {
    const replica = createReplica('1.0');
    step(replica, put({ session: 'a', value: 'red' }));
    expect(step<'put'>(replica, put({ session: 'b', value: 'blue' })).answer).toMatchObject({ stamp: { t: 2 } });
    expect(step<'get'>(replica, { type: 'get', client: 8, key: 'k', atLeast: null, require: [] }).answer).toMatchObject({
      value: 'blue',
    });
  });

  test('that has the identity of another one is refused, never acknowledged, and changes nothing (R3)', () => {
    const replica = createReplica('1.0');
    step(replica, put({ key: 'k', value: 'v' }));
    const before = snapshot(replica);
    for (const other of [{ value: 'w' }, { key: 'l' }, { key: 'kv', value: '' }, { key: '', value: 'kv' }])
      expect(step<'put'>(replica, put(other))).toEqual({
        answer: { type: 'refused', reason: 'not-the-same' },
        append: undefined,
      });
    expect(snapshot(replica)).toEqual(before);
  });

  test('that was sent to another replica before is refused, unless this log has it (R14)', () => {
    const replica = createReplica('1.7');
    const again = put({ replica: '1.0' });
    expect(step<'put'>(replica, again)).toEqual({ answer: { type: 'refused', reason: 'other-replica' }, append: undefined });
    const first = step<'put'>(replica, put({ clientTime: 2 })).answer;
    expect(step<'put'>(replica, put({ clientTime: 2, replica: '1.0' }))).toEqual({ answer: first, append: undefined });
    expect(step<'put'>(replica, put({ clientTime: 3, replica: '1.7' })).answer).toMatchObject({ type: 'accepted' });
  });

  test('that is repeated after its window was given up is refused, unless its clock says that it is younger (R3, R14)', () => {
    const replica = createReplica('1.0');
    const session = 'abc';
    step(replica, put({ session }));
    for (let n = 1; n <= SESSIONS; n++) step(replica, put({ session: n.toString(16), clientTime: n }));
    const tooOld = { answer: { type: 'refused', reason: 'too-old' }, append: undefined };
    expect(step<'put'>(replica, put({ session, replica: '1.0' }))).toEqual(tooOld);
    expect(step<'put'>(replica, put({ session, clientTime: 2, replica: '1.0', clock: 1 }))).toEqual(tooOld);
    expect(step<'put'>(replica, put({ session, clientTime: 2, replica: '1.0', clock: 2 })).answer).toMatchObject({
      type: 'accepted',
    });
    expect(step<'put'>(replica, put({ session: 'abd' })).answer).toMatchObject({ type: 'accepted' });
  });

  test('that is repeated after its window was given up is refused also where its session has a new window (R3, R14)', () => {
    const replica = createReplica('1.0');
    const session = 'abc';
    step(replica, put({ session, clientTime: 5 }));
    step(replica, put({ session, clientTime: 6 + WINDOW }));
    for (let n = 1; n <= SESSIONS; n++) step(replica, put({ session: n.toString(16), clientTime: n }));
    for (const clientTime of [1, 6]) step(replica, put({ session, clientTime, key: 'new window' }));
    const tooOld = { answer: { type: 'refused', reason: 'too-old' }, append: undefined };
    for (const clientTime of [5, 6 + WINDOW])
      expect(step<'put'>(replica, put({ session, clientTime, replica: '1.0' }))).toEqual(tooOld);
    // With this clock it would be in the new window.
    const young = put({ session, clientTime: 7, replica: '1.0', clock: SESSIONS + 4 });
    expect(step<'put'>(replica, young).answer).toMatchObject({ type: 'accepted' });
  });

  test('is accepted once, whatever was put and forgotten meanwhile (R3)', () => {
    const act = fc.record({
      what: fc.constantFrom('put', 'put', 'repeat', 'repeat', 'flood'),
      session: fc.constantFrom('a1', 'a2'),
      clientTime: fc.constantFrom(1, 2, WINDOW + 1),
      clock: fc.constantFrom(0, 1, 2, SESSIONS, SESSIONS + 2, 2 * SESSIONS),
    });
    let refused = 0;
    fc.assert(
      fc.property(fc.array(act, { minLength: 12, maxLength: 16 }), (acts) => {
        const replica = createReplica('1.0');
        const sent = new Map<string, { readonly put: Put; readonly stamp: unknown }>();
        let floods = 0;
        for (const { what, session, clientTime, clock } of acts) {
          const name = `${session} ${clientTime}`;
          const known = sent.get(name);
          if (what === 'flood') {
            floods++;
            for (let n = 0; n < SESSIONS; n++) step(replica, put({ session: `f${floods}${n.toString(16)}` }));
          } else if (what === 'put' && known === undefined) {
            const first = put({ session, clientTime, key: name, clock: Math.min(clock, clockOf(replica)) });
            const { answer } = step<'put'>(replica, first);
            if (answer.type === 'accepted') sent.set(name, { put: first, stamp: answer.stamp });
          } else if (what === 'repeat' && known !== undefined) {
            const { answer } = step<'put'>(replica, { ...known.put, replica: '1.0' });
            if (answer.type === 'accepted') expect(answer.stamp).toEqual(known.stamp);
            else refused++;
          }
        }
      }),
      { numRuns: 150 },
    );
    expect(refused).toBeGreaterThan(10);
  });

  test('is refused by a server that lacks what it requires (R12, R14)', () => {
    const replica = createReplica('1.0');
    expect(step<'put'>(replica, put({ require: [['2.0', 1]] }))).toEqual({ answer: { type: 'behind' }, append: undefined });
    expect(clockOf(replica)).toBe(0);
  });

  test('says what its log must hold: the write, what it supersedes, the vector, the clock, the window (R3, R6, R10)', () => {
    const replica = createReplica('1.0');
    const { append: first } = step<'put'>(replica, put());
    expect(step<'put'>(replica, put({ clientTime: WINDOW + 1, value: 'x' })).append).toEqual({
      writes: [{ client: 9, r: '1.0', t: 2, clientTime: WINDOW + 1, key: 'k', value: 'x' }],
      drops: first!.writes,
      vv: [['1.0', 2]],
      clock: 2,
      seen: [{ client: 9, session: '1', clientTime: WINDOW + 1, stamp: { t: 2, r: '1.0' }, digest: digestOf('k', 'x') }],
      forgotten: first!.seen,
    });
  });
});

describe('order, store and log', () => {
  test('stamps are ordered by time, then server, then incarnation, as numbers (R4, R7)', () => {
    const ids: ReplicaId[] = ['2.0', '2.9', '2.10', '10.0'];
    const stamps = ids.flatMap((r) => [
      { t: 1, r },
      { t: 2, r },
    ]);
    expect(stamps.toReversed().sort(compareStamps)).toEqual([...ids.map((r) => ({ t: 1, r })), ...ids.map((r) => ({ t: 2, r }))]);
  });

  test('the greater replica id wins a tie on every replica (R4, R5)', () => {
    const [a, b] = [createReplica('9.0'), createReplica('10.0')];
    step(a, put({ value: 'nine' }));
    step(b, put({ client: 8, value: 'ten' }));
    pullFrom(a, b);
    pullFrom(b, a);
    expect([get(a, 'k'), get(b, 'k')]).toMatchObject([{ value: 'ten' }, { value: 'ten' }]);
  });

  test('the log is as large as the live data, whoever wrote how often (R6)', () => {
    const replica = createReplica('1.0');
    for (let i = 1; i <= 1000; i++) step(replica, put({ client: i % 3, clientTime: i, key: `k${i % 10}` }));
    expect(sizeOf(replica)).toBe(10);
    expect(snapshot(replica).log).toHaveLength(10);
  });

  test('the store is sorted by the bytes of its keys (R5)', () => {
    const replica = createReplica('1.0');
    ['b', 'a\u00ff', 'a', '\u0000', 'B'].forEach((key, i) => step(replica, put({ clientTime: i + 1, key })));
    expect([...storeOf(replica)].map(([key]) => key)).toEqual(['\u0000', 'B', 'a', 'a\u00ff', 'b']);
  });
});

describe('a pull (R9)', () => {
  test('carries what is missing, and costs that and no more', () => {
    const [a, b] = [createReplica('1.0'), createReplica('2.0')];
    for (let i = 1; i <= 1000; i++) step(a, put({ clientTime: i, key: `k${i}` }));
    pullFrom(b, a);
    for (let missing = 0; missing <= 3; missing++) {
      for (let i = 0; i < missing; i++) step(a, put({ clientTime: 10_000 + 10 * missing + i, key: `n${missing} ${i}` }));
      const before = pullCostOf(a);
      expect(pullFrom(b, a).pulled.writes).toHaveLength(missing);
      expect(pullCostOf(a) - before).toBeLessThanOrEqual(missing + 1); // one look at each replica's newest
    }
  });

  test('raises vector and clock together with the writes, and is news only once (R8)', () => {
    const [a, b] = [createReplica('1.0'), createReplica('2.0')];
    step(a, put({ clock: 41 }));
    const { pulled, merged } = pullFrom(b, a);
    expect(merged.answer).toEqual({ type: 'merged', kind: 'last', added: 1, changed: true });
    expect([clockOf(b), vectorOf(b), knows(b, pulled.vv)]).toEqual([42, [['1.0', 42]], true]);
    expect(step<'merge'>(b, { type: 'merge', asked: [], pulled })).toEqual({
      answer: { type: 'merged', kind: 'last', added: 0, changed: false },
      append: undefined,
    });
  });

  test('a late answer to an old request takes nothing back (R8)', () => {
    const [a, b] = [createReplica('1.0'), createReplica('2.0')];
    step(a, put({ value: 'old' }));
    const late = step<'pull'>(a, { type: 'pull', puller: b.id, vv: vectorOf(b), after: null }).answer;
    step(a, put({ clientTime: 2, value: 'new' }));
    pullFrom(b, a);
    const before = snapshot(b);
    step(b, { type: 'merge', asked: [], pulled: late });
    expect(snapshot(b)).toEqual(before);
  });
});

describe('a get', () => {
  test('ERR_DEP comes before ERR_KEY (R12, R13)', () => {
    const replica = createReplica('1.0');
    expect(get(replica, 'k', [['2.0', 1]])).toEqual({ type: 'behind' });
    expect(get(replica, 'k')).toEqual({ type: 'missing' });
    step(replica, put());
    expect(get(replica, 'k', [['1.0', 1]])).toEqual({ type: 'found', value: 'v', stamp: { t: 1, r: '1.0' } });
    expect(get(replica, 'k', [['1.0', 2]])).toEqual({ type: 'behind' });
  });

  test('scope key: a server without the stamp serves a later write to the key, and no later write to another (R12)', () => {
    const replica = createReplica('1.0');
    step(replica, put({ clock: 4 }));
    const of = (key: string, t: number, r: Stamp['r']) =>
      step<'get'>(replica, { type: 'get', client: 9, key, atLeast: { t, r }, require: [] }).answer.type;
    expect([of('k', 4, '2.0'), of('k', 5, '0.0'), of('k', 5, '1.0')]).toEqual(['found', 'found', 'found']);
    expect([of('k', 5, '2.0'), of('k', 6, '1.0')]).toEqual(['behind', 'behind']);
    expect([of('other', 4, '2.0'), of('other', 5, '1.0')]).toEqual(['behind', 'missing']);
  });
});
