import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { historyOf, type JudgedHistory, type Operation } from '../../conformance/layer4-hostile/judge/judged-history.js';
import { judge } from '../../conformance/layer4-hostile/judge/judge.js';
import { compareStamps } from '../../conformance/layer4-hostile/judge/stamp-order.js';
import { type PromiseName, showVerdict } from '../../conformance/layer4-hostile/judge/verdict.js';
import { MASTER_GUARANTEES } from '../../src/core/guarantees.js';
import type { Stamp } from '../../src/core/write.js';
import { soundHistory, type HistoryStep } from '../../conformance/layer4-hostile/judge/sound-histories.js';
import { seedOr } from '../support/seeds.js';

const NOTHING = { readYourWrites: false, monotonicReads: false, writesFollowReads: false, monotonicWrites: false } as const;
const ALL = {
  readYourWrites: true,
  monotonicReads: true,
  writesFollowReads: true,
  monotonicWrites: true,
  scope: 'store',
} as const;

let position = 0;
const at = (server: number, t: number): Stamp => ({ t, r: `${server}.0` });
const op = (f: 'put' | 'get', process: number, key: string, value: string | null, stamp: Stamp | null): Operation => ({
  f,
  process,
  session: null,
  key,
  value,
  outcome: 'ok',
  stamp,
  server: stamp === null ? null : Number(stamp.r.split('.')[0]),
  invoked: position++,
  completed: position++,
});
const put = (process: number, key: string, value: string, stamp: Stamp | null = null): Operation =>
  op('put', process, key, value, stamp);
const get = (process: number, key: string, value: string | null, stamp: Stamp | null = null): Operation =>
  op('get', process, key, value, stamp);

/** The promise that is broken first, and the positions of the two operations that contradict each other in `operations`. */
const broken = (h: JudgedHistory): ReadonlyArray<readonly [PromiseName, number, number]> =>
  judge(h).violations.map((v) => [
    v.promise,
    h.operations.indexOf(v.conflict[0] as Operation),
    h.operations.indexOf(v.conflict[1] as Operation),
  ]);

describe('the judge with stamps', () => {
  test('stamps are ordered by time, then by server as a number, then by incarnation (R4, R7)', () => {
    const sorted: Stamp[] = [at(9, 1), at(2, 2), at(10, 2), { t: 2, r: '10.1' }, at(0, 3)];
    expect([...sorted].reverse().sort(compareStamps)).toEqual(sorted);
  });

  test('a get that does not see the own put breaks Read Your Writes (R12)', () => {
    const h = historyOf([
      put(8, 'a', '1', at(0, 1)),
      put(9, 'a', '2', at(1, 2)),
      get(9, 'a', '2', at(1, 2)),
      get(9, 'b', null),
      get(9, 'a', '1', at(0, 1)),
    ]);
    expect(broken(h)).toEqual([
      ['RYW', 1, 4],
      ['MR', 2, 4],
    ]);
  });

  test('no value after the own put breaks Read Your Writes, unless the session did not ask for it (R12)', () => {
    const operations = [put(8, 'a', '1', at(0, 1)), get(8, 'a', null)];
    expect(broken(historyOf(operations))).toEqual([['RYW', 0, 1]]);
    const lax = historyOf(operations, { guarantees: new Map([[8, { ...MASTER_GUARANTEES, ...NOTHING }]]) });
    expect(broken(lax)).toEqual([]);
  });

  test('going back to an older value breaks Monotonic Reads, another key does not (R12)', () => {
    const h = historyOf([
      put(7, 'a', '1', at(0, 1)),
      put(8, 'a', '2', at(1, 1)),
      put(8, 'b', '3', at(1, 2)),
      get(9, 'a', '2', at(1, 1)),
      get(9, 'b', null),
      get(9, 'a', '1', at(0, 1)),
    ]);
    expect(broken(h)).toEqual([['MR', 3, 5]]);
  });

  test('with scope store a read of any key covers what its vector covers (R12)', () => {
    const operations = [put(8, 'a', '1', at(0, 1)), put(8, 'b', '2', at(0, 2)), get(9, 'b', '2', at(0, 2)), get(9, 'a', null)];
    expect(broken(historyOf(operations))).toEqual([]);
    const strict = historyOf(operations, { guarantees: new Map([[9, { ...MASTER_GUARANTEES, scope: 'store' }]]) });
    expect(broken(strict)).toEqual([['MR', 0, 3]]);
  });

  test('a put below what its session has seen breaks the order of accept stamps (R2, V1)', () => {
    const h = historyOf([put(8, 'a', '1', at(0, 5)), get(9, 'a', '1', at(0, 5)), put(9, 'b', '2', at(1, 1))]);
    expect(broken(h)).toEqual([['LATER', 1, 2]]);
  });

  test('one stamp on two writes is seen (R3, R7, V3)', () => {
    expect(broken(historyOf([put(8, 'a', '1', at(0, 1)), put(9, 'a', '2', at(0, 1))]))).toEqual([['UNIQUE', 0, 1]]);
  });

  test('a server that shows a write shows what came with it (R12: Writes Follow Reads, Monotonic Writes)', () => {
    const reads = { ...MASTER_GUARANTEES, writesFollowReads: true };
    const writes = { ...MASTER_GUARANTEES, monotonicWrites: true };
    const operations = [
      put(7, 'a', '1', at(0, 1)),
      get(8, 'a', '1', at(0, 1)),
      put(8, 'b', '2', at(1, 2)),
      put(8, 'c', '3', at(2, 3)),
      { ...get(9, 'c', '3', at(2, 3)), server: 4 },
      { ...get(9, 'a', null), server: 4 },
      { ...get(9, 'b', null), server: 4 },
    ];
    expect(broken(historyOf(operations))).toEqual([]);
    expect(broken(historyOf(operations, { guarantees: new Map([[8, reads]]) }))).toEqual([['WFR', 4, 5]]);
    expect(broken(historyOf(operations, { guarantees: new Map([[8, writes]]) }))).toEqual([['MW', 4, 6]]);
  });

  test('values out of nowhere, from a failed put, from the future and under a wrong stamp break integrity', () => {
    expect(broken(historyOf([get(8, 'a', '1', at(0, 1))]))).toEqual([['INTEGRITY', 0, 0]]);
    const failed = { ...put(8, 'a', '1'), outcome: 'fail' as const };
    expect(broken(historyOf([failed, get(9, 'a', '1', at(0, 1))]))).toEqual([['INTEGRITY', 0, 1]]);
    const early = get(9, 'a', '1', at(0, 1));
    expect(broken(historyOf([early, put(8, 'a', '1', at(0, 1))]))).toEqual([['INTEGRITY', 1, 0]]);
    expect(broken(historyOf([put(8, 'a', '1', at(0, 1)), get(9, 'a', '1', at(0, 2))]))).toEqual([['UNIQUE', 0, 1]]);
  });

  test('a put whose outcome is unknown may stand under any stamp, and under one; one that was acknowledged has its stamp for ever (R14)', () => {
    const unknown: Operation = { ...put(8, 'a', '1'), outcome: 'info', completed: Infinity };
    expect(judge(historyOf([unknown, get(9, 'a', '1', at(0, 1))])).kept).toBe(true);
    expect(broken(historyOf([unknown, get(9, 'a', '1', at(0, 1)), get(7, 'a', '1', at(1, 1))]))).toEqual([['UNIQUE', 1, 2]]);
    expect(broken(historyOf([put(8, 'a', '1', at(1, 1)), get(9, 'a', '1', at(0, 1))]))).toEqual([['UNIQUE', 0, 1]]);
  });

  test("of a session's acknowledged puts to a key the last has the greatest stamp, and another session's are others (R14, R11a)", () => {
    const h = [put(8, 'a', '1', at(1, 4)), put(8, 'b', '2', at(0, 5)), put(8, 'a', '3', at(0, 3))];
    expect(broken(historyOf(h))).toEqual([
      ['SESSION_ORDER', 0, 2],
      ['LATER', 1, 2],
    ]);
    expect(judge(historyOf(h.map((o, i) => ({ ...o, session: `8/${i}` })))).kept).toBe(true);
  });

  test('an operation is bound only by what had come back before it was sent', () => {
    const slow = get(9, 'a', null);
    const mine = put(9, 'a', '1', at(0, 1));
    expect(
      judge(
        historyOf([
          { ...slow, completed: mine.completed + 1 },
          { ...mine, invoked: slow.invoked },
        ]),
      ).kept,
    ).toBe(true);
  });
});

describe('the judge without stamps, by values', () => {
  test('a read older than the own put is seen through the order that the own session made (R2, R12)', () => {
    const h = historyOf([put(9, 'a', '1'), put(9, 'a', '2'), get(9, 'a', '1')]);
    expect(broken(h)).toEqual([['RYW', 1, 2]]);
  });

  test('two reads that go there and back break Monotonic Reads (R12)', () => {
    const h = historyOf([put(7, 'a', '1'), put(8, 'a', '2'), get(9, 'a', '1'), get(9, 'a', '2'), get(9, 'a', '1')]);
    expect(broken(h)).toEqual([['MR', 3, 4]]);
  });

  test('two sessions that see two writes in opposite orders contradict each other (R4)', () => {
    const h = historyOf([
      put(6, 'a', '1'),
      put(7, 'a', '2'),
      get(8, 'a', '1'),
      get(8, 'a', '2'),
      get(9, 'a', '2'),
      get(9, 'a', '1'),
    ]);
    expect(broken(h)).toEqual([['MR', 4, 5]]);
  });

  test('what it cannot decide it says: values that were put twice, writes in partitions', () => {
    const verdict = judge(historyOf([put(7, 'a', '1'), put(8, 'a', '1'), get(9, 'a', '1')]));
    expect(verdict.kept).toBe(true);
    expect(verdict.undecided.join('\n')).toContain('put more than once');
  });
});

describe('printed stores', () => {
  const group = [0, 1];
  const view = (
    server: number,
    entries: ReadonlyArray<readonly [string, string]>,
    round = 1,
  ): JudgedHistory['stores'][number] => ({
    server,
    entries,
    position: position++,
    settled: { round, group, position: position - 2 },
  });

  test('two servers of a partition that differ after stabilize have not converged', () => {
    const puts = [put(8, 'a', '1', at(0, 1)), put(8, 'b', '1', at(5, 2))];
    const stores = [view(0, [['a', '1']]), { ...view(1, [['a', '1']]) }, view(0, [['a', '1']], 2), view(1, [['b', '1']], 2)];
    const { violations } = judge(historyOf(puts, { stores }));
    expect(violations.map((v) => [v.promise, v.conflict])).toEqual([
      ['STABLE', [stores[2], stores[3]]],
      ['DURABLE', [puts[0], stores[3]]],
    ]);
  });

  test('an acknowledged write that is missing, or replaced by an older one, is lost (R10)', () => {
    const puts = [put(7, 'a', '1', at(0, 1)), put(8, 'a', '2', at(1, 1)), put(8, 'b', '3', at(1, 2))];
    position += 5;
    const lost = judge(historyOf(puts, { stores: [view(0, [['a', '2']])] }));
    expect(lost.violations.map((v) => [v.promise, v.conflict[0]])).toEqual([['DURABLE', puts[2]]]);
    const stale = judge(historyOf(puts, { stores: [view(0, [['a', '1'], ['b', '3']])] })); // prettier-ignore
    expect(stale.violations.map((v) => [v.promise, v.conflict[0]])).toEqual([['DURABLE', puts[1]]]);
  });

  test('a write accepted in another partition, or after a lost log (R7), need not be there', () => {
    const puts = [put(8, 'a', '1', at(5, 1))];
    position += 5;
    expect(judge(historyOf(puts, { stores: [view(0, [])] })).kept).toBe(true);
    const mine = [put(8, 'a', '1', at(0, 1))];
    position += 5;
    const stores = [view(0, [])];
    expect(judge(historyOf(mine, { stores })).kept).toBe(false);
    expect(judge(historyOf(mine, { stores, reborn: new Set([0]) })).kept).toBe(true);
  });
});

const step: fc.Arbitrary<HistoryStep> = fc.record({
  what: fc.constantFrom('put' as const, 'get' as const, 'get' as const, 'pull' as const),
  client: fc.nat(3),
  server: fc.nat(2),
  peer: fc.nat(2),
  key: fc.nat(2),
});
const steps = fc.array(step, { minLength: 1, maxLength: 80, size: 'max' });
const wishes = fc.constantFrom(MASTER_GUARANTEES, ALL, { ...ALL, scope: 'key' as const });
const bare = (h: JudgedHistory): JudgedHistory => ({ ...h, operations: h.operations.map((o) => ({ ...o, stamp: null })) });

describe('the judge on generated histories', () => {
  test('a sound history is found sound, with and without stamps', () => {
    fc.assert(
      fc.property(steps, wishes, (list, guarantees) => {
        const h = soundHistory(list, 3, guarantees);
        for (const history of [h, bare(h)]) {
          const verdict = judge(history);
          expect(verdict.kept, showVerdict(verdict)).toBe(true);
        }
      }),
      { numRuns: 300, seed: seedOr(11) },
    );
  });

  test('a get that is made to forget what its session put or read is found, and named', () => {
    let planted = 0;
    fc.assert(
      fc.property(steps, fc.nat(), (list, which) => {
        const h = soundHistory(list, 3);
        const bound = h.operations.flatMap((o, i) => (o.f === 'get' && isBound(h, i) ? [i] : []));
        const target = bound[which % (bound.length || 1)];
        if (target === undefined) return;
        planted++;
        const operations = h.operations.map((o, i) =>
          i === target ? { ...o, value: null, stamp: null, outcome: 'ok' as const } : o,
        );
        for (const history of [{ ...h, operations }, bare({ ...h, operations })]) {
          const verdict = judge(history);
          expect(verdict.violations.map((v) => (v.operation as Operation).invoked)).toContain(operations[target]!.invoked);
        }
      }),
      { numRuns: 300, seed: seedOr(12) },
    );
    expect(planted).toBeGreaterThan(100);
  });

  test('an acknowledged write that is taken out of the printed stores is found', () => {
    let planted = 0;
    fc.assert(
      fc.property(steps, fc.nat(), (list, which) => {
        const h = soundHistory(list, 3);
        const keys = h.stores[0]!.entries.length;
        if (keys === 0) return;
        planted++;
        const stores = h.stores.map((v) => ({ ...v, entries: v.entries.filter((_, i) => i !== which % keys) }));
        for (const history of [{ ...h, stores }, bare({ ...h, stores })])
          expect(judge(history).violations.map((v) => v.promise)).toEqual(['DURABLE']);
      }),
      { numRuns: 200, seed: seedOr(13) },
    );
    expect(planted).toBeGreaterThan(100);
  });
});

/** Had this get's session put its key, or read a value of it? */
const isBound = (h: JudgedHistory, i: number): boolean => {
  const target = h.operations[i]!;
  return h.operations
    .slice(0, i)
    .some((o) => o.process === target.process && o.key === target.key && o.outcome === 'ok' && o.value !== null);
};
