/** The live log's two indexes, in whatever order writes come; and what a replica gives to the durable log for them. */
import { describe, expect, test } from 'vitest';
import type { ReplicaId } from '#bayou/core/ids.js';
import type { Put } from '#bayou/core/messages.js';
import type { Write } from '#bayou/core/write.js';
import { digestOf, recall, remember, SESSIONS, windowsOf, withSession, type SeenPut } from '#bayou/impl/client-windows.js';
import { decodeSeen, encodeSeen, keyOfSeen } from '#bayou/impl/log/level-records.js';
import { isLater } from '#bayou/impl/order.js';
import { policyWith } from '#bayou/impl/policy.js';
import { createReplica, knows, step } from '#bayou/impl/replica.js';
import { add, createWriteLog, lacking, latest, type WriteLog } from '#bayou/impl/write-log.js';
import { putOf } from './support/puts.js';

const write = (t: number, key: string, r: ReplicaId = '0.0'): Write => ({
  t,
  r,
  client: 9,
  clientTime: t,
  key,
  value: `${key}${t}`,
});
const logOf = (...writes: ReadonlyArray<Write>): WriteLog => {
  const log = createWriteLog(
    isLater,
    new Map([
      ['0.0', 9],
      ['1.0', 9],
    ]),
  );
  for (const w of writes) add(log, w);
  return log;
};
const times = (log: WriteLog, known = 0): ReadonlyArray<number> => lacking(log, new Map([['0.0', known]])).writes.map((w) => w.t);

describe('what a puller lacks (R9)', () => {
  test.each([[[1, 2, 3]], [[3, 2, 1]], [[2, 3, 1]], [[1, 3, 2]]])(
    'writes that came as %j are found in the order of accept times',
    (order) => {
      const log = logOf(...order.map((t) => write(t, `k${t}`)));
      expect([times(log), times(log, 1), times(log, 3)]).toEqual([[1, 2, 3], [2, 3], []]);
    },
  );

  test.each([
    ['the oldest', 'k1', [2, 3, 4]],
    ['one in the middle', 'k2', [1, 3, 4]],
    ['the newest', 'k3', [1, 2, 4]],
  ])('where %s is overwritten the list stays whole', (_, key, left) => {
    const log = logOf(write(1, 'k1'), write(2, 'k2'), write(3, 'k3'));
    expect(add(log, write(4, key))?.key).toBe(key);
    expect(times(log)).toEqual(left);
    // And again after it: the ends are where they were.
    add(log, write(5, 'k5'));
    expect(times(log)).toEqual([...left, 5]);
  });

  test('an overwritten write of another replica leaves its list; the last one takes the list with it', () => {
    const log = logOf(write(1, 'a', '1.0'), write(2, 'b', '1.0'));
    add(log, write(3, 'b'));
    expect(lacking(log, new Map()).writes.map((w) => [w.r, w.t])).toEqual([['1.0', 1], ['0.0', 3]]); // prettier-ignore
    add(log, write(4, 'a'));
    expect([...log.origins.keys()]).toEqual(['0.0']);
    add(log, write(6, 'c', '1.0'));
    expect(lacking(log, new Map([['0.0', 4]])).writes.map((w) => w.t)).toEqual([6]);
  });

  test('costs what is missing: each entry that is looked at is counted', () => {
    const log = logOf(...[1, 2, 3, 4].map((t) => write(t, `k${t}`)));
    times(log, 2);
    expect(log.visited).toBe(3);
  });
});

describe('the greatest stamp wins (R5)', () => {
  test('an older write, and the same write once more, change nothing', () => {
    const log = logOf(write(2, 'k'));
    const same = write(2, 'k');
    expect([isLater(same, same), add(log, same), add(log, write(1, 'k'))?.t]).toEqual([false, same, 1]);
    expect(latest(log, 'k')?.t).toBe(2);
  });

  test('V7 turns ties round at servers with an odd id, and nothing else', () => {
    const { later } = policyWith({ tie: true }, '1.0');
    const [a, b] = [write(3, 'k', '0.0'), write(3, 'k', '2.0')];
    expect([later(a, b), later(b, a)]).toEqual([true, false]);
    expect([later(write(4, 'k', '0.0'), b), later(b, write(4, 'k', '0.0'))]).toEqual([true, false]);
    expect(policyWith({ noAdvance: true }, '1.0').advance(3, 7)).toBe(3);
  });
});

describe('what goes to the durable log (R10)', () => {
  test('of a merge: the writes that are new, the stamps they supersede, the entries of the vector that changed', () => {
    const replica = createReplica('1.0');
    step(replica, {
      type: 'put',
      client: 8,
      session: '1',
      clientTime: 1,
      replica: null,
      clock: 0,
      key: 'b',
      value: 'mine',
      require: [],
    });
    const [old, fresh, other] = [write(1, 'b'), write(2, 'b'), write(3, 'c')];
    const merge = (...writes: ReadonlyArray<Write>) =>
      step<'merge'>(replica, {
        type: 'merge',
        asked: [],
        pulled: { type: 'pulled', from: '0.0', after: null, upTo: null, writes, vv: [['0.0', 3]], clock: 3 },
      });
    expect(merge(old, fresh, other).append).toEqual({
      writes: [fresh, other],
      drops: [{ t: 1, r: '1.0', client: 8, clientTime: 1, key: 'b', value: 'mine' }],
      vv: [['0.0', 3]],
      clock: 3,
      seen: [],
      forgotten: [],
    });
    expect([[], [['0.0', 3]], [['0.0', 3], ['1.0', 2]], [['0.0', 4]]].map((vv) => knows(replica, vv as []))).toEqual([true, true, false, false]); // prettier-ignore
    expect(merge(old, fresh, other)).toEqual({
      answer: { type: 'merged', kind: 'last', added: 0, changed: false },
      append: undefined,
    });
  });
});

describe('puts that are recognised again (R3)', () => {
  const put = (session: number, over: Partial<Put> = {}): Put => ({
    ...putOf(1, 'k', 'v'),
    session: session.toString(16),
    ...over,
  });
  const seen = (session: number, t: number): SeenPut => ({
    client: 9,
    session: session.toString(16),
    clientTime: 1,
    stamp: { t, r: '0.0' },
    digest: digestOf('k', 'v'),
  });

  test('after a restart they are known, and the session whose put is the oldest is forgotten first, however they were found', () => {
    const all = Array.from({ length: SESSIONS }, (_, i) => seen(i + 1, i + 1));
    const windows = windowsOf([...all.slice(1).reverse(), all[0]!]);
    expect([recall(windows, put(6)), recall(windows, put(6, { clientTime: 2 }))]).toEqual([{ t: 6, r: '0.0' }, undefined]);
    expect(remember(windows, seen(SESSIONS + 1, SESSIONS + 1))).toEqual([all[0]]);
    expect([recall(windows, put(1)), recall(windows, put(2))]).toEqual([undefined, { t: 2, r: '0.0' }]);
    expect(recall(windows, put(1, { replica: '0.0' }))).toBe('too-old');
  });

  test('are no more than the windows hold, however many sessions come and go', () => {
    const windows = windowsOf([]);
    const live = new Set<SeenPut>();
    for (let n = 1; n <= 3 * SESSIONS; n++) {
      const one = seen(n, n);
      live.add(one);
      for (const gone of remember(windows, one)) expect(live.delete(gone)).toBe(true);
    }
    expect(live.size).toBe(SESSIONS);
    expect(windows.size).toBe(SESSIONS);
  });

  test('that were remembered before sessions had numbers have records of their own, and are nobody’s repetition', () => {
    const old = withSession({ client: 9, clientTime: 1, stamp: { t: 3, r: '0.0' } });
    const { key, value } = encodeSeen(old);
    expect(key).toBe('p/9/1');
    expect(value.toString('latin1', 4)).toBe('9 1 3 0.0');
    expect(decodeSeen(key, value)).toEqual(old);
    expect(recall(windowsOf([old]), put(1))).toBeUndefined();
    for (const one of [seen(1, 4), { ...seen(0xabc, 5), client: 0 }]) {
      const entry = encodeSeen(one);
      expect(decodeSeen(entry.key, entry.value)).toEqual(one);
    }
    expect(new Set([old, seen(1, 4), seen(2, 4)].map(keyOfSeen)).size).toBe(3);
  });
});
