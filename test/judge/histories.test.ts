import * as E from 'fp-ts/lib/Either.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { History } from '../../conformance/judge/history.js';
import { readJepsen, writeJepsen } from '../../conformance/judge/jepsen.js';
import { judge } from '../../conformance/judge/judge.js';
import { historyOfTrace } from '../../conformance/judge/trace.js';
import { MASTER_GUARANTEES } from '../../src/core/session.js';
import type { TraceEvent } from '../../src/core/trace.js';
import { soundHistory, type Step } from '../../conformance/judge/sound.js';

const right = <A>(e: E.Either<string, A>): A => {
  if (E.isLeft(e)) throw new Error(e.left);
  return e.right;
};

const step: fc.Arbitrary<Step> = fc.record({
  what: fc.constantFrom('put' as const, 'get' as const, 'pull' as const),
  client: fc.nat(3),
  server: fc.nat(2),
  peer: fc.nat(2),
  key: fc.nat(2),
});

describe('histories in the style of Jepsen', () => {
  test('what is written is read again, up to positions', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const h = soundHistory(steps, 3);
        const back = right(readJepsen(writeJepsen(h)));
        const plain = (x: History): unknown => ({
          ...x,
          operations: x.operations.map((o) => ({ ...o, invoked: 0, completed: 0 })),
          stores: x.stores.map((v) => ({ ...v, position: 0, settled: { ...v.settled, position: 0 } })),
        });
        expect(plain(back)).toEqual(plain(h));
        expect(judge(back)).toMatchObject({ kept: true, checked: judge(h).checked });
      }),
      { numRuns: 200, seed: 21 },
    );
  });

  test('a history of Jepsen itself is read: registers, an array, a nemesis, a crashed write', () => {
    const text = JSON.stringify([
      { index: 0, type: 'invoke', process: 0, f: 'write', value: ['x', 1], time: 1 },
      { index: 1, type: 'info', process: 'nemesis', f: 'start', value: null, time: 2 },
      { index: 2, type: 'ok', process: 0, f: 'write', value: ['x', 1], time: 3 },
      { index: 3, type: 'invoke', process: 1, f: 'write', value: ['x', 2], time: 4 },
      { index: 4, type: 'info', process: 1, f: 'write', value: ['x', 2], time: 5, error: 'timeout' },
      { index: 5, type: 'invoke', process: 0, f: 'read', value: ['x', null], time: 6 },
      { index: 6, type: 'ok', process: 0, f: 'read', value: ['x', null], time: 7 },
    ]);
    const h = right(readJepsen(text));
    expect(h.operations.map((o) => o.outcome)).toEqual(['ok', 'info', 'ok']);
    expect(judge(h).violations.map((v) => v.promise)).toEqual(['Read Your Writes']);
  });

  test('a history of Elle with transactions of one operation is read', () => {
    const lines = [
      { type: 'invoke', process: 0, f: 'txn', value: [['w', 'x', 1]] },
      { type: 'ok', process: 0, f: 'txn', value: [['w', 'x', 1]] },
      { type: 'invoke', process: 0, f: 'txn', value: [['r', 'x', null]] },
      { type: 'ok', process: 0, f: 'txn', value: [['r', 'x', 1]] },
    ];
    const h = right(readJepsen(lines.map((l) => JSON.stringify(l)).join('\n')));
    expect(h.operations.map((o) => [o.f, o.key, o.value])).toEqual([
      ['put', 'x', '1'],
      ['get', 'x', '1'],
    ]);
    expect(judge(h).kept).toBe(true);
  });

  test.each([
    ['{"type":"ok","process":1,"f":"get","value":["a","b"]}', 'entry 0: ok of get a by process 1, which had not invoked it'],
    ['{"type":', 'line 1: not JSON'],
    ['\n{"type":"done"}', 'entry 0: not an operation'],
    ['[1', 'history: not JSON'],
  ])('wrong input is refused with its place: %s', (text, message) => {
    expect(readJepsen(text)).toMatchObject({ left: expect.stringContaining(message) as string });
  });
});

describe('histories from traces', () => {
  const counts = new Map<string, number>();
  const by = (p: string, body: Record<string, unknown>): TraceEvent => {
    const n = counts.get(p) ?? 0;
    counts.set(p, n + 1);
    return { p, n, ...body } as unknown as TraceEvent;
  };
  const command = (line: number, text: string, output: string[] = []): TraceEvent[] => [
    by('master', { type: 'command', line, text }),
    by('master', { type: 'result', line, output, errors: [], ms: 1 }),
  ];
  const session = (client: number): TraceEvent =>
    by(`client-${client}`, { type: 'session', client, guarantees: MASTER_GUARANTEES });
  const putDone = (client: number, key: string, value: string, t: number, r: string): TraceEvent[] => [
    by(`client-${client}`, { type: 'asked', server: Number(r.split('.')[0]), replica: r, op: 'put', key, clientTime: 1 }),
    by(`client-${client}`, { type: 'putDone', key, value, clientTime: 1, result: 'accepted', stamp: { t, r } }),
  ];

  test('the master puts the clients in order, and its stabilize binds the stores that are printed next (R10)', () => {
    counts.clear();
    const events = [
      ...command(1, 'joinServer 0'),
      ...command(2, 'joinServer 1'),
      ...command(3, 'joinClient 8 0'),
      ...command(4, 'joinClient 9 1'),
      ...command(5, 'put 8 a:b c'),
      ...command(6, 'put 8 nothing'),
      ...command(7, 'put 9 a:b d'),
      ...command(8, 'stabilize'),
      ...command(9, 'printStore 0', ['a:b:d']),
      ...command(10, 'printStore 1', ['a:b:c']),
      session(9),
      session(8),
      ...putDone(9, 'a:b', 'd', 1, '1.0'),
      ...putDone(8, 'a:b', 'c', 1, '0.0'),
    ];
    const h = historyOfTrace([...events].reverse());
    expect(h.operations.map((o) => [o.process, o.key, o.value, o.server, o.attempts])).toEqual([
      [8, 'a:b', 'c', 0, 1],
      [9, 'a:b', 'd', 1, 1],
    ]);
    expect(h.stores.map((v) => [v.server, v.entries, v.settled?.group])).toEqual([
      [0, [['a:b', 'd']], [0, 1]],
      [1, [['a:b', 'c']], [0, 1]],
    ]);
    expect(judge(h).violations.map((v) => v.promise)).toEqual(['Convergence', 'No Lost Write']);
  });

  test('without the master the sessions are judged, and what needs an order between them is not', () => {
    counts.clear();
    const h = historyOfTrace([
      session(9),
      ...putDone(9, 'a', 'd', 1, '1.0'),
      by('client-9', { type: 'getDone', key: 'a', result: 'ERR_KEY', value: null, stamp: null }),
    ]);
    expect(h.ordered).toBe(false);
    expect(judge(h).violations.map((v) => v.promise)).toEqual(['Read Your Writes']);
  });

  test('a put after stabilize ends what stabilize promised', () => {
    counts.clear();
    const h = historyOfTrace([
      ...command(1, 'joinServer 0'),
      ...command(2, 'joinClient 8 0'),
      ...command(3, 'stabilize'),
      ...command(4, 'put 8 a b'),
      ...command(5, 'printStore 0', ['a:b']),
      session(8),
      ...putDone(8, 'a', 'b', 1, '0.0'),
    ]);
    expect(h.stores.map((v) => v.settled)).toEqual([null]);
    expect(judge(h).kept).toBe(true);
  });
});
