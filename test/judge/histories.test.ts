import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JudgedHistory } from '../../conformance/layer4-hostile/judge/judged-history.js';
import { readJepsen, writeJepsen } from '../../conformance/layer4-hostile/judge/jepsen.js';
import { judge } from '../../conformance/layer4-hostile/judge/judge.js';
import { historyOfRuns, historyOfTrace } from '../../conformance/layer4-hostile/judge/history-of-trace.js';
import { MASTER_GUARANTEES } from '../../src/core/guarantees.js';
import type { TraceEvent } from '../../src/core/trace.js';
import { soundHistory, type HistoryStep } from '../../conformance/layer4-hostile/judge/sound-histories.js';
import { seedOr } from '../support/seeds.js';
import { right } from '../support/right.js';

const step: fc.Arbitrary<HistoryStep> = fc.record({
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
        const plain = (x: JudgedHistory): unknown => ({
          ...x,
          operations: x.operations.map((o) => ({ ...o, invoked: 0, completed: 0 })),
          stores: x.stores.map((v) => ({ ...v, position: 0, settled: { ...v.settled, position: 0 } })),
        });
        expect(plain(back)).toEqual(plain(h));
        expect(judge(back)).toMatchObject({ kept: true, checked: judge(h).checked });
      }),
      { numRuns: 200, seed: seedOr(21) },
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
    expect(judge(h).violations.map((v) => v.promise)).toEqual(['RYW']);
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
    by(`client-${client}`, { type: 'session', client, session: `a${client}`, guarantees: MASTER_GUARANTEES });
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
    expect(h.operations.map((o) => [o.process, o.session, o.key, o.value, o.server])).toEqual([
      [8, '8/a8', 'a:b', 'c', 0],
      [9, '9/a9', 'a:b', 'd', 1],
    ]);
    expect(h.stores.map((v) => [v.server, v.entries, v.settled?.group])).toEqual([
      [0, [['a:b', 'd']], [0, 1]],
      [1, [['a:b', 'c']], [0, 1]],
    ]);
    expect(judge(h).violations.map((v) => v.promise)).toEqual(['STABLE', 'DURABLE']);
  });

  test('without the master the sessions are judged, and what needs an order between them is not', () => {
    counts.clear();
    const h = historyOfTrace([
      session(9),
      ...putDone(9, 'a', 'd', 1, '1.0'),
      by('client-9', { type: 'getDone', key: 'a', result: 'ERR_KEY', value: null, stamp: null }),
    ]);
    expect(h.ordered).toBe(false);
    expect(judge(h).undecided).toEqual([
      'STABLE, DURABLE, and INTEGRITY of stores: no commands of a master tell when which store was printed',
    ]);
    expect(judge(h).violations.map((v) => v.promise)).toEqual(['RYW']);
  });

  /** A run of one server and one client, that puts and prints. */
  const runOf = (replica: string, number: string, value: string, t: number, printed: string): TraceEvent[] => {
    counts.clear();
    return [
      ...command(1, 'joinServer 0'),
      ...command(2, 'joinClient 8 0'),
      ...command(3, `put 8 a ${value}`),
      ...command(4, 'stabilize'),
      ...command(5, 'printStore 0', [printed]),
      by('server-0#1', { type: 'start', replica, fresh: t === 1, vv: [], clock: 0, writes: 0 }),
      by('client-8', { type: 'session', client: 8, session: number, guarantees: MASTER_GUARANTEES }),
      ...putDone(8, 'a', value, t, replica),
    ];
  };

  test('over runs that share a data folder what was acknowledged stays, and a client is another session in each (R10, R11a)', () => {
    const first = runOf('0.0', 'a1', 'x', 1, 'a:x');
    const kept = historyOfRuns([first, runOf('0.0', 'a2', 'y', 2, 'a:y')]);
    expect(kept.operations.map((o) => [o.session, o.value])).toEqual([
      ['8/a1', 'x'],
      ['8/a2', 'y'],
    ]);
    expect(judge(kept)).toMatchObject({ kept: true, undecided: [] });
    // The second day's put was taken for the first one's repetition.
    const lost = historyOfRuns([first, runOf('0.0', 'a2', 'y', 2, 'a:x')]);
    expect(judge(lost).violations.map((v) => v.promise)).toEqual(['DURABLE']);
    // The second day's server was given a stamp that the first day's had used.
    const again = historyOfRuns([first, runOf('0.0', 'a2', 'y', 1, 'a:y')]);
    expect(judge(again).violations.map((v) => v.promise)).toContain('UNIQUE');
    // Whose log is not the one it was last may have lost what it had (R7a).
    const other = historyOfRuns([first, [...runOf('0.5', 'a2', 'y', 2, 'a:y')]]);
    expect(judge(other).kept).toBe(true);
    expect(other.reborn).toEqual(new Set([0]));
  });

  test('what a stabilize has spread is lost only when it is absent everywhere, whatever becomes of the server that accepted it', () => {
    const day = (replica0: string, printed: string): TraceEvent[] => {
      counts.clear();
      return [
        ...command(1, 'joinServer 0'),
        ...command(2, 'joinServer 1'),
        ...(printed === 'a:x' ? [...command(3, 'joinClient 8 0'), ...command(4, 'put 8 a x')] : []),
        ...command(5, 'stabilize'),
        ...command(6, 'printStore 1', printed === '' ? [] : ['a:x']),
        by('server-0#1', { type: 'start', replica: replica0, fresh: false, vv: [], clock: 0, writes: 0 }),
        by('server-1#1', { type: 'start', replica: '1.0', fresh: false, vv: [], clock: 0, writes: 0 }),
        ...(printed === 'a:x' ? [session(8), ...putDone(8, 'a', 'x', 1, '0.0')] : []),
      ];
    };
    expect(judge(historyOfRuns([day('0.0', 'a:x'), day('0.0', '')])).violations.map((v) => v.promise)).toEqual(['DURABLE']);
  });

  test('where one operation does not fit its command, what needs the commands is undecided, and not silently kept', () => {
    counts.clear();
    const run = (text: string): ReadonlyArray<TraceEvent> => {
      counts.clear();
      return [
        ...[...command(1, 'joinServer 0'), ...command(2, 'joinClient 8 0'), ...command(3, text)],
        ...[...command(4, 'stabilize'), ...command(5, 'printStore 0', ['a:z'])],
        ...[session(8), ...putDone(8, 'a', 'b', 1, '0.0')],
      ];
    };
    expect(judge(historyOfTrace(run('put 8 a b'))).violations.map((v) => v.promise)).toEqual(['INTEGRITY']);
    const unfit = judge(historyOfTrace(run('put 8 other b')));
    expect([unfit.violations.length, unfit.undecided.length]).toEqual([0, 1]);
  });

  test('what the sessions ask for is the contract’s to say, whatever the trace says (R12)', () => {
    counts.clear();
    const lax = { ...MASTER_GUARANTEES, readYourWrites: false, monotonicReads: false };
    const h = historyOfTrace([
      by('client-9', { type: 'session', client: 9, session: 'a9', guarantees: lax }),
      ...putDone(9, 'a', 'd', 1, '1.0'),
      by('client-9', { type: 'getDone', key: 'a', result: 'ERR_KEY', value: null, stamp: null }),
    ]);
    expect(judge(h).violations.map((v) => v.promise)).toEqual(['RYW']);
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
