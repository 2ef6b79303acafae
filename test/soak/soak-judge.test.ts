import { describe, expect, test } from 'vitest';
import { type HeldValue, SoakJudge, type StoreContents } from '../../conformance/soak/soak-judge.js';
import { nameIn, valueOf } from '../../conformance/soak/put-values.js';
import type { ReplicaId } from '../../src/core/ids.js';
import type { Stamp } from '../../src/core/write.js';

const stamp = (t: number, r: ReplicaId = '0.7'): Stamp => ({ t, r });
const store = (entries: Readonly<Record<string, HeldValue>>): StoreContents => new Map(Object.entries(entries));
const kinds = (judge: SoakJudge): ReadonlyArray<string> => judge.faults.map((f) => f.kind);

/** A put that is acknowledged at once. */
const put = (judge: SoakJudge, session: number, key: string, value: string, at: Stamp): void => {
  const before = judge.knowledge(session);
  judge.put(session, key, value);
  judge.accepted(value, at, before);
};

describe("the soak's judge", () => {
  test('a run in which all is kept has no fault', () => {
    const judge = new SoakJudge();
    const a = judge.begin();
    put(judge, a, 'k', 'v1', stamp(1));
    put(judge, a, 'k', 'v2', stamp(2));
    const b = judge.begin(judge.knowledge(a));
    judge.read(b, 'k', { value: 'v2', stamp: stamp(2) }, judge.knowledge(b));
    put(judge, b, 'k', 'v3', stamp(3, '1.4'));
    judge.cameBack(0, store({ k: { value: 'v2', stamp: stamp(2) } }));
    const last: StoreContents = store({ k: { value: 'v3', stamp: stamp(3, '1.4') } });
    judge.final(
      new Map([
        [0, last],
        [1, last],
      ]),
    );
    expect(judge.faults).toEqual([]);
    expect(judge.judged).toMatchObject({ puts: 3, acknowledged: 3, gets: 1, sessions: 2, stores: 3 });
  });

  test('a stamp for two puts is a fault', () => {
    const judge = new SoakJudge();
    put(judge, judge.begin(), 'k', 'v1', stamp(1));
    put(judge, judge.begin(), 'l', 'v2', stamp(1));
    expect(kinds(judge)).toEqual(['stamps']);
  });

  test('two stamps for a put are a fault', () => {
    const judge = new SoakJudge();
    put(judge, judge.begin(), 'k', 'v1', stamp(1));
    const other = judge.begin();
    judge.read(other, 'k', { value: 'v1', stamp: stamp(2) }, judge.knowledge(other));
    expect(kinds(judge)).toEqual(['stamps']);
  });

  test('a put below what its session, or the token that it began with, had seen is a fault', () => {
    const judge = new SoakJudge();
    const a = judge.begin();
    put(judge, a, 'k', 'v1', stamp(5));
    const b = judge.begin(judge.knowledge(a));
    put(judge, b, 'k', 'v2', stamp(5, '0.1'));
    put(judge, b, 'l', 'v3', stamp(4));
    expect(judge.faults.map((f) => f.why.slice(0, 13))).toEqual(['SESSION_ORDER', 'R2: l=v3 of s']);
  });

  test('puts under way at the same time bind each other to nothing', () => {
    const judge = new SoakJudge();
    const a = judge.begin();
    const before = judge.knowledge(a);
    judge.put(a, 'k', 'v1');
    judge.put(a, 'k', 'v2');
    judge.accepted('v2', stamp(2), before);
    judge.accepted('v1', stamp(1), before);
    expect(judge.faults).toEqual([]);
  });

  test('a session, and one that goes on from its token, never reads what is older, nor nothing', () => {
    const judge = new SoakJudge();
    const a = judge.begin();
    put(judge, judge.begin(), 'k', 'v1', stamp(1));
    put(judge, a, 'k', 'v2', stamp(2));
    const b = judge.begin(judge.knowledge(a));
    judge.read(b, 'k', { value: 'v1', stamp: stamp(1) }, judge.knowledge(b));
    judge.read(a, 'k', null, judge.knowledge(a));
    expect(kinds(judge)).toEqual(['session', 'session']);
  });

  test('a value that nobody put, or whose put had failed, is a fault; one of unknown outcome is not', () => {
    const judge = new SoakJudge();
    const a = judge.begin();
    for (const value of ['failed', 'unknown']) judge.put(a, 'k', value);
    judge.ended('failed', 'failed');
    judge.ended('unknown', 'unknown');
    const before = judge.knowledge(a);
    judge.read(a, 'k', { value: 'unknown', stamp: stamp(1) }, before);
    expect(judge.faults).toEqual([]);
    judge.read(a, 'k', { value: 'failed', stamp: stamp(2) }, before);
    judge.read(a, 'k', { value: 'nobody', stamp: stamp(3) }, before);
    expect(kinds(judge)).toEqual(['value', 'value']);
  });

  test('a server that comes back without what it acknowledged has lost it, unless its folder was replaced', () => {
    const judge = new SoakJudge();
    put(judge, judge.begin(), 'k', 'v1', stamp(1));
    judge.cameBack(1, store({ k: null }));
    expect(judge.faults).toEqual([]);
    judge.cameBack(0, store({ k: null }));
    expect(kinds(judge)).toEqual(['lost']);
    judge.replaced(0);
    judge.cameBack(0, store({ k: null }));
    expect(judge.faults).toHaveLength(1);
  });

  test('in the end nothing may be missing, undone or different', () => {
    const judge = new SoakJudge();
    const a = judge.begin();
    put(judge, a, 'k', 'v1', stamp(1));
    put(judge, a, 'k', 'v2', stamp(2));
    put(judge, judge.begin(), 'l', 'v3', stamp(3));
    const whole = store({ k: { value: 'v2', stamp: stamp(2) }, l: { value: 'v3', stamp: stamp(3) } });
    const bad = store({ k: { value: 'v1', stamp: stamp(1) }, l: null });
    expect(judge.missing(new Map([[0, whole]]))).toEqual([]);
    expect(
      judge
        .missing(
          new Map([
            [0, whole],
            [1, bad],
          ]),
        )
        .map((f) => f.kind),
    ).toEqual(['undone', 'lost']);
    put(judge, a, 'm', 'v4', stamp(4));
    const two = new Map<number, StoreContents>([
      [0, store({ m: { value: 'v4', stamp: stamp(4) } })],
      [1, store({ m: { value: 'v5', stamp: stamp(5) } })],
    ]);
    expect(judge.missing(two).map((f) => f.kind)).toContain('stores');
  });

  test('who is not told stamps reads what it put, or what may have come after it', () => {
    const judge = new SoakJudge();
    const a = judge.begin();
    for (const value of ['v1', 'v2', 'v3']) judge.put(a, 'k', value);
    judge.told('v1');
    judge.ended('v2', 'unknown');
    judge.told('v3');
    judge.shown(a, 'k', 'v3');
    judge.shown(a, 'k', 'v2');
    expect(judge.faults).toEqual([]);
    judge.shown(a, 'k', 'v1');
    judge.shown(a, 'k', null);
    expect(kinds(judge)).toEqual(['session', 'session']);
    expect(judge.missing(new Map([[0, store({ k: { value: 'v1', stamp: stamp(1) } })]])).map((f) => f.kind)).toEqual(['undone']);
  });

  test('of puts that a session has under way at once to one key, the later must have the greater stamp (SESSION_ORDER)', () => {
    const both = (first: Stamp, second: Stamp): ReadonlyArray<string> => {
      const judge = new SoakJudge();
      const a = judge.begin();
      const before = judge.knowledge(a);
      judge.put(a, 'k', 'v1');
      judge.put(a, 'k', 'v2');
      judge.put(a, 'l', 'v3');
      judge.accepted('v2', second, before);
      judge.accepted('v1', first, before);
      judge.accepted('v3', stamp(1, '1.4'), before);
      return judge.faults.map(({ why }) => why);
    };
    expect(both(stamp(1), stamp(2))).toEqual([]);
    expect(both(stamp(2), stamp(1))).toEqual([
      'SESSION_ORDER: k=v1 of session 0 2@0.7 and k=v2 of session 0 1@0.7 are stamped in another order than they were put',
    ]);
  });

  describe('where it is told what a server has that accepts a put (R12)', () => {
    const ALL = { monotonicWrites: true, writesFollowReads: true };
    const faultsOf = (asks: Partial<typeof ALL>, tell: (judge: SoakJudge, session: number) => void): ReadonlyArray<string> => {
      const judge = new SoakJudge();
      tell(judge, judge.begin(undefined, { monotonicWrites: false, writesFollowReads: false, ...asks }));
      return judge.faults.map(({ why }) => why);
    };
    const wrote = (judge: SoakJudge, a: number): void => put(judge, a, 'k', 'v1', stamp(5));
    const hasRead = (judge: SoakJudge, a: number): void => {
      put(judge, judge.begin(), 'l', 'other', stamp(6, '1.4'));
      judge.read(a, 'l', { value: 'other', stamp: stamp(6, '1.4') }, judge.knowledge(a));
    };

    test('Monotonic Writes: it has the session’s earlier acknowledged puts', () => {
      const run =
        (t: number) =>
        (judge: SoakJudge, a: number): void => {
          wrote(judge, a);
          judge.put(a, 'l', 'v2');
          judge.acceptedBy('v2', [['0.7', t]]);
        };
      const fault = 'R12: MW: v2 was accepted where 5@0.7 of its session is not';
      expect(faultsOf(ALL, run(5))).toEqual([]);
      expect(faultsOf(ALL, run(4))).toEqual([fault]);
      expect(faultsOf({ monotonicWrites: true }, run(4))).toEqual([fault]);
      expect(faultsOf({ writesFollowReads: true }, run(4))).toEqual([]);
    });

    test('Monotonic Writes: an earlier put that is acknowledged while a later one waits counts, too; a later one does not', () => {
      const run =
        (accepted: string) =>
        (judge: SoakJudge, a: number): void => {
          const before = judge.knowledge(a);
          judge.put(a, 'k', 'v1');
          judge.put(a, 'l', 'v2');
          judge.accepted(accepted === 'v2' ? 'v1' : 'v2', stamp(5), before);
          judge.acceptedBy(accepted, [['1.4', 9]]);
        };
      expect(faultsOf(ALL, run('v2'))).toEqual(['R12: MW: v2 was accepted where 5@0.7 of its session is not']);
      expect(faultsOf(ALL, run('v1'))).toEqual([]);
    });

    test('Writes Follow Reads: it has what the session had read when it asked', () => {
      const run =
        (t: number) =>
        (judge: SoakJudge, a: number): void => {
          hasRead(judge, a);
          judge.put(a, 'k', 'v2');
          judge.acceptedBy('v2', [['1.4', t]]);
        };
      const fault = 'R12: WFR: v2 was accepted where 6@1.4 is not, which its session had read';
      expect(faultsOf(ALL, run(6))).toEqual([]);
      expect(faultsOf({ writesFollowReads: true }, run(5))).toEqual([fault]);
      expect(faultsOf({ monotonicWrites: true }, run(5))).toEqual([]);
      // What it reads only after it has asked does not bind the put.
      const late = (judge: SoakJudge, a: number): void => {
        judge.put(a, 'k', 'v2');
        hasRead(judge, a);
        judge.acceptedBy('v2', []);
      };
      expect(faultsOf(ALL, late)).toEqual([]);
    });

    test('a token knows what its sessions wrote and read (R11a)', () => {
      const judge = new SoakJudge();
      const a = judge.begin();
      wrote(judge, a);
      hasRead(judge, a);
      const b = judge.begin(judge.knowledge(a), ALL);
      judge.put(b, 'k', 'v2');
      judge.acceptedBy('v2', [['1.4', 6]]);
      judge.put(b, 'k', 'v3');
      judge.acceptedBy('v3', [['0.7', 5]]);
      expect(judge.faults.map(({ why }) => why.slice(0, 8))).toEqual(['R12: MW:', 'R12: WFR']);
      expect(judge.writes.judged).toBe(2);
    });
  });
});

test('a value names its put, and one that is not whole names none', () => {
  const { name, value } = valueOf(3, 4, 100);
  expect(nameIn(value)).toBe(name);
  expect(nameIn(valueOf(3, 4, 0).value)).toBe(valueOf(3, 4, 0).name);
  expect(nameIn(value.slice(0, -1))).not.toBe(name);
  expect(nameIn(`${value}~`)).not.toBe(name);
});
