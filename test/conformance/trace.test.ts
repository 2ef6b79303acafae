import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ReplicaId, serverOf } from '#bayou/core/ids.js';
import { MASTER_GUARANTEES } from '#bayou/core/guarantees.js';
import type { TraceBody, TraceEvent } from '#bayou/core/trace.js';
import { parseTrace } from '../../conformance/layer3-traces/read-traces.js';
import { showTraceVerdict, validateTrace } from '../../conformance/layer3-traces/validate-trace.js';

const SCRIPT = `joinServer 0
joinServer 1
joinClient 10 0
joinClient 11 1
put 10 a x
get 11 a
put 11 a y
put 11 b z
get 10 a
stabilize
printStore 0
printMemberList 0
joinServer 2
createConnection 10 2
breakConnection 0 1
put 10 a x2
put 11 a y2
breakConnection 10 0
get 10 a
killServer 2
get 10 a
printMemberList 0
joinServer 2
get 10 a
put 10 c q
stabilize
killServer 0
put 11 c zz
joinServer 0
stabilize
printStore 0
printStore 2
get 10 nokey
`;

const dir = mkdtempSync(join(tmpdir(), 'bayou-trace-'));
let events: ReadonlyArray<TraceEvent> = [];
/** The same script where nobody pulls on a timer, only at `stabilize`: its events need one another in one order alone. */
let still: ReadonlyArray<TraceEvent> = [];

const record = (...options: string[]): ReadonlyArray<TraceEvent> => {
  const file = join(dir, 'run.ndjson');
  const master = fileURLToPath(new URL('../../dist/master.js', import.meta.url));
  execFileSync(process.execPath, [master, ...options, '--trace', file], { input: SCRIPT });
  const read = parseTrace(readFileSync(file, 'utf8'));
  return E.isRight(read) ? read.right : [];
};

beforeAll(() => {
  events = record('--anti-entropy-ms', '30');
  still = record('--memory', '--anti-entropy-ms', '0');
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

type Edit = (e: TraceEvent) => object | undefined;

/** The n-th event that the edit applies to is edited. */
const edited = (edit: Edit, n = 0): readonly [TraceEvent, ReadonlyArray<TraceEvent>] => {
  const e = events.filter((x) => edit(x) !== undefined)[n]!;
  return [e, events.map((x) => (x === e ? { ...x, ...edit(x) } : x))];
};

/** One event left out; with `renumber` nobody can see that by the counts. */
const without = (e: TraceEvent, renumber: boolean, run = events): ReadonlyArray<TraceEvent> =>
  run.filter((x) => x !== e).map((x) => (renumber && x.p === e.p && x.n > e.n ? { ...x, n: x.n - 1 } : x));

const first = (is: (e: TraceEvent) => boolean, run = events): TraceEvent => run.find(is)!;

describe('a run of the cluster', () => {
  it('is one that the model can make, every event of it (R1 to R15)', () => {
    const verdict = validateTrace(events);
    expect(showTraceVerdict(verdict)).toMatch(/^conforms/);
    expect(verdict.followed).toBe(events.length);
    for (const type of ['accept', 'answer', 'merged', 'start', 'kill', 'getDone', 'putDone'])
      expect(verdict.counts[type], type).toBeGreaterThan(0);
  });

  it('conforms with its lines in any order, and with logs in memory (R7)', () => {
    expect(validateTrace([...events].reverse()).verdict).toBe('conforms');
    expect(showTraceVerdict(validateTrace(still))).toMatch(/^conforms/);
  });
});

describe('a false trace is refused, and the event named:', () => {
  const EDITS: Readonly<Record<string, readonly [rule: RegExp, edit: Edit]>> = {
    'the stamp of an accept is greater (R2)': [
      /R2/,
      (e) => (e.type === 'accept' ? { stamp: { ...e.stamp, t: e.stamp.t + 1 } } : undefined),
    ],
    'the stamp of an accept is another replica’s (R2)': [
      /R2/,
      (e) => (e.type === 'accept' ? { stamp: { ...e.stamp, r: '9.0' } } : undefined),
    ],
    'the session’s clock in an accept is another (R11)': [
      /R11/,
      (e) => (e.type === 'accept' ? { clock: e.clock + 1 } : undefined),
    ],
    'the value that was accepted is another (R1)': [/R1/, (e) => (e.type === 'accept' ? { value: `${e.value}!` } : undefined)],
    'the stamp of an answer is another (R5)': [
      /R5/,
      (e) => (e.type === 'answer' && e.stamp ? { stamp: { ...e.stamp, t: e.stamp.t + 1 } } : undefined),
    ],
    'an answer is said to be behind (R12)': [
      /R12/,
      (e) => (e.type === 'answer' && e.result === 'found' ? { result: 'behind', stamp: null, value: null } : undefined),
    ],
    'an answer requires less (R12)': [/R12/, (e) => (e.type === 'answer' && e.atLeast !== null ? { atLeast: null } : undefined)],
    'the stamp that a get came to is another (R13)': [
      /R13/,
      (e) => (e.type === 'getDone' && e.stamp ? { stamp: { ...e.stamp, t: e.stamp.t + 1 } } : undefined),
    ],
    'the stamp that a put came to is another (R14)': [
      /R14/,
      (e) => (e.type === 'putDone' && e.stamp ? { stamp: { ...e.stamp, t: e.stamp.t + 1 } } : undefined),
    ],
    'a put went to another server (R13)': [/R13/, (e) => (e.type === 'asked' ? { server: e.server + 7 } : undefined)],
    'a pull’s answer lacks a write (R9)': [
      /R9/,
      (e) => (e.type === 'pullAnswered' && e.writes.length > 0 ? { writes: e.writes.slice(1) } : undefined),
    ],
    'a pull’s answer claims more (R8)': [
      /R8/,
      (e) => (e.type === 'pullAnswered' && e.vv.length > 0 ? { vv: e.vv.map(([r, t]) => [r, t + 1]) } : undefined),
    ],
    'a puller has more than it got (R8)': [/R8/, (e) => (e.type === 'merged' ? { vv: [...e.vv, ['9.0', 1]] } : undefined)],
    'the accept time after a pull is another (R9)': [/R9/, (e) => (e.type === 'merged' ? { clock: e.clock + 1 } : undefined)],
    'a server comes back with less (R10)': [
      /R10/,
      (e) => (e.type === 'start' && e.writes > 0 ? { writes: e.writes - 1 } : undefined),
    ],
    'a printed store has another value (R5)': [
      /R5/,
      (e) => (e.type === 'result' && e.output.includes('b:z') ? { output: ['a:y', 'b:!'] } : undefined),
    ],
    'a get is printed otherwise (R13)': [
      /R13/,
      (e) => (e.type === 'result' && e.output[0] === 'nokey:ERR_KEY' ? { output: ['nokey:x'] } : undefined),
    ],
  };
  for (const [name, [rule, edit]] of Object.entries(EDITS)) {
    it(name, () => {
      const [e, trace] = edited(edit);
      const { verdict, rejection } = validateTrace(trace);
      expect(verdict).toBe('diverges');
      expect([rejection?.process, rejection?.n]).toEqual([e.p, e.n]);
      expect(rejection?.rule).toMatch(rule);
    });
  }

  it('an event left out is missed by the count', () => {
    for (const e of [first((x) => x.type === 'accept'), first((x) => x.type === 'merged'), first((x) => x.type === 'getDone')]) {
      expect(validateTrace(without(e, false)).rejection).toMatchObject({ process: e.p, n: e.n, event: null });
    }
  });

  it('an event left out and the others counted anew: what needs it is refused', () => {
    // A timed pull in between may miss the accept before the session does, by R8 or R9: hence the run without any.
    const accept = first((x) => x.type === 'accept', still);
    expect(validateTrace(without(accept, true, still)).rejection).toMatchObject({
      process: 'client-10#1',
      event: { type: 'putDone' },
      rule: 'R14',
    });
    // An answer that arrived: nobody misses one that was lost on a link cut meanwhile.
    const merged = new Set(still.flatMap((x) => (x.type === 'merged' ? [x.pull] : [])));
    const answered = still.find((x) => x.type === 'pullAnswered' && x.writes.length > 0 && merged.has(x.pull))!;
    const pull = 'pull' in answered ? answered.pull : '';
    expect(validateTrace(without(answered, true, still)).rejection).toMatchObject({
      event: { type: 'merged', pull },
      rule: 'R9',
    });
    const start = first((x) => x.type === 'start' && x.p.endsWith('#2'), still);
    expect(validateTrace(without(start, true, still)).verdict).toBe('diverges');
  });
});

describe('a killed server comes back (R10)', () => {
  const accept = (n: number): TraceEvent => ({
    p: 'server-0#1',
    n,
    type: 'accept',
    client: 5,
    session: '1',
    clientTime: n,
    clock: 0,
    require: [],
    key: `k${n}`,
    value: 'v',
    stamp: { t: n, r: '0.0' },
    repeated: false,
  });
  const start = (p: string, replica: '0.0' | '0.1' | '1.0', fresh: boolean, has: number): TraceEvent => ({
    p,
    n: 0,
    type: 'start',
    replica,
    fresh,
    vv: has === 0 ? [] : [['0.0', has]],
    clock: has,
    writes: has,
    transfers: [],
  });
  const run = [start('server-0#1', '0.0', true, 0), accept(1), accept(2)];
  const pulled: ReadonlyArray<TraceEvent> = [
    start('server-1#1', '1.0', true, 0),
    { p: 'server-1#1', n: 1, type: 'pullAsked', peer: 0, pull: 'x', vv: [], after: null },
    {
      p: 'server-0#1',
      n: 3,
      type: 'pullAnswered',
      puller: '1.0',
      pull: 'x',
      asked: [],
      after: null,
      upTo: null,
      writes: [1, 2].map((t) => ({ t, r: '0.0' as const, client: 5, clientTime: t, key: `k${t}`, value: 'v' })),
      vv: [['0.0', 2]],
      clock: 2,
    },
    { p: 'server-1#1', n: 2, type: 'merged', peer: '0.0', pull: 'x', vv: [['0.0', 2]], clock: 2 },
  ];

  it('with all that it accepted, or without what nobody has seen', () => {
    for (const has of [0, 1, 2])
      expect(showTraceVerdict(validateTrace([...run, start('server-0#2', '0.0', false, has)]))).toMatch(/^conforms/);
  });

  it('never without what somebody has seen', () => {
    expect(validateTrace([...run, ...pulled, start('server-0#2', '0.0', false, 2)]).verdict).toBe('conforms');
    expect(validateTrace([...run, ...pulled, start('server-0#2', '0.0', false, 1)]).rejection?.rule).toBe('R10');
  });

  it('as a new replica where its log has lost its end, or is gone (R7); never as the old one without its log', () => {
    expect(validateTrace([...run, ...pulled, start('server-0#2', '0.1', false, 1)]).verdict).toBe('conforms');
    expect(validateTrace([...run, ...pulled, start('server-0#2', '0.1', true, 0)]).verdict).toBe('conforms');
    expect(validateTrace([...run, start('server-0#2', '0.0', true, 0)]).rejection).toMatchObject({
      process: 'server-0#2',
      rule: 'R7',
    });
  });

  it('with a log from before the trace: nobody can tell', () =>
    expect(validateTrace([start('server-0#1', '0.0', false, 1)]).verdict).toBe('undecided'));
});

describe('a run in which a link was told of once less', () => {
  it.each([0, 1, 2, 3])('is refused (word %i of server 0; section 5)', (i) => {
    const words = still.filter((e) => e.type === 'link' && e.up && e.p === 'server-0#1');
    const verdict = validateTrace(without(words[i]!, true, still));
    expect(showTraceVerdict(verdict)).toContain('server 0 was not told that its link to');
  });
});

describe('after a command that failed half way', () => {
  type Body = Readonly<Record<string, unknown>>;
  const by = (p: string, ...bodies: ReadonlyArray<Body>): ReadonlyArray<TraceEvent> =>
    bodies.map((body, n) => ({ p, n, ...body }) as unknown as TraceEvent);
  const ran = (line: number, text: string, output: ReadonlyArray<string> = [], errors: ReadonlyArray<string> = []) => [
    { type: 'command', line, text },
    { type: 'result', line, output, errors, ms: 1 },
  ];
  const start = (replica: string) => ({ type: 'start', replica, fresh: true, vv: [], clock: 0, writes: 0 });
  const link = (peer: number) => ({ type: 'link', peer, up: true });
  /** A server is told twice of a link to another one: to let it in, and to call it. */
  const linked = (...peers: ReadonlyArray<number>) => peers.flatMap((peer) => [link(peer), link(peer)]);
  const guarantees = {
    readYourWrites: true,
    monotonicReads: true,
    writesFollowReads: false,
    monotonicWrites: false,
    scope: 'key',
  };
  const stamp = { t: 1, r: '0.0' };
  const accept = {
    type: 'accept',
    client: 5,
    clientTime: 1,
    clock: 0,
    require: [],
    key: 'a',
    value: 'x',
    stamp,
    repeated: false,
  };
  const missing = {
    type: 'answer',
    client: 5,
    key: 'k',
    atLeast: null,
    require: [],
    result: 'missing',
    stamp: null,
    value: null,
  };
  const got = { type: 'getDone', key: 'k', result: 'ERR_KEY', value: null, stamp: null };

  /** Three servers and a client linked to the first two; its link to the third failed half way. Then what the test is about. */
  const run = (rest: ReadonlyArray<Body>, asks: number): ReadonlyArray<TraceEvent> => [
    ...by(
      'master',
      ...ran(1, 'joinServer 0'),
      ...ran(2, 'joinServer 1'),
      ...ran(3, 'joinServer 2'),
      ...ran(4, 'joinClient 5 0'),
      ...ran(5, 'createConnection 5 1'),
      ...ran(6, 'put 5 a x'),
      ...ran(7, 'createConnection 5 2', [], ['line 7: server 2: it did not answer']),
      ...ran(8, 'createConnection 1 2', [], ['line 8: server 2: it did not answer']),
      ...ran(9, 'get 5 k', ['k:ERR_KEY']),
      ...rest,
    ),
    ...by(
      'server-0#1',
      start('0.0'),
      ...linked(1, 2),
      link(5),
      accept,
      ...(asks === 0 ? [{ ...missing, vv: [['0.0', 1]] }] : []),
    ),
    ...by('server-1#1', start('1.0'), ...linked(0, 2), link(5), ...(asks === 1 ? [{ ...missing, vv: [] }] : [])),
    ...by('server-2#1', start('2.0'), ...linked(0, 1), ...(asks === 2 ? [{ ...missing, vv: [] }] : [])),
    ...by(
      'client-5#1',
      { type: 'session', client: 5, guarantees },
      { type: 'asked', server: 0, replica: '0.0', op: 'put', key: 'a', clientTime: 1 },
      { type: 'putDone', key: 'a', value: 'x', clientTime: 1, result: 'accepted', stamp },
      { type: 'asked', server: asks, replica: `${asks}.0`, op: 'get', key: 'k', clientTime: 0 },
      got,
    ),
  ];
  const judged = (rest: ReadonlyArray<Body>, asks = 0): string => showTraceVerdict(validateTrace(run(rest, asks)));

  it('the session may ask the server whose link is in doubt, and asks the others in their order (R13)', () => {
    expect([judged([], 0), judged([], 2)].map((text) => text.split(' ')[0])).toEqual(['conforms:', 'conforms:']);
    expect(judged([], 1)).toContain('it asks server 1; its servers are, in order, 0, 1');
  });

  it('a member list has the links that are certain, and of the others only those in doubt (section 5)', () => {
    for (const list of [['0', '2'], ['0']]) expect(judged(ran(10, 'printMemberList 1', list))).toMatch(/^conforms/);
    for (const list of [['2'], ['0', '2', '7'], ['2', '0']])
      expect(judged(ran(10, 'printMemberList 1', list))).toContain('section 5');
    expect(judged(ran(10, 'printMemberList 0', ['1']))).toContain('server 0 is connected to 1, 2');
  });

  it('a stabilize spreads over the links that are certain (section 5)', () => {
    expect(judged(ran(10, 'stabilize'))).toMatch(/server-[12]#1 came out of it with \[\]; its partition had \[0\.0:1\] before/);
  });

  it('a command that makes no sense leaves no doubt', () => {
    const refused = ran(10, 'breakConnection 0 9', [], ['line 10: 9 is unknown']);
    expect(judged([...refused, ...ran(11, 'printMemberList 0', ['1'])])).toContain('server 0 is connected to 1, 2');
  });
});

describe('a put of which no answer came (R14), and who put it (R11a)', () => {
  type Body = TraceBody;
  const by = (p: string, ...bodies: ReadonlyArray<Body>): ReadonlyArray<TraceEvent> =>
    bodies.map((body, n) => ({ p, n, ...body }));
  const start = (replica: ReplicaId): Body => {
    const nothing = { vv: [], clock: 0, writes: 0, transfers: [] };
    return { type: 'start', replica, fresh: true, ...nothing };
  };
  const accept = (r: ReplicaId, session = 'abc'): Body => {
    const put = { client: 5, session, clientTime: 1, clock: 0, require: [], key: 'k', value: 'v' };
    return { type: 'accept', ...put, stamp: { t: 1, r }, repeated: false };
  };
  const refuse: Body = { type: 'refuse', client: 5, session: 'abc', clientTime: 1, reason: 'busy', require: [], vv: [] };
  const asked = (replica: ReplicaId): Body => {
    const put = { key: 'k', clientTime: 1 };
    return { type: 'asked', server: serverOf(replica), replica, op: 'put', ...put };
  };
  const client = (...tries: ReadonlyArray<Body>): ReadonlyArray<TraceEvent> =>
    by('client-5#1', { type: 'session', client: 5, session: 'abc', guarantees: MASTER_GUARANTEES }, ...tries, {
      type: 'putDone',
      key: 'k',
      value: 'v',
      clientTime: 1,
      result: 'accepted',
      stamp: { t: 1, r: '1.0' },
    });
  const rule = (...events: ReadonlyArray<ReadonlyArray<TraceEvent>>): string =>
    validateTrace(events.flat()).rejection?.rule ?? 'conforms';
  const both = client(asked('0.0'), asked('1.0'));

  it('is sent to another server only after a refusal', () => {
    const other = by('server-1#1', start('1.0'), accept('1.0'));
    expect(rule(both, by('server-0#1', start('0.0'), refuse), other)).toBe('conforms');
    expect(rule(both, by('server-0#1', start('0.0')), other)).toBe('R14');
  });

  it('is sent to the same replica as often as may be, and to no other incarnation of its server', () => {
    const server = by('server-1#1', start('1.0'), accept('1.0'));
    expect(rule(client(asked('1.0'), asked('1.0'), asked('1.0')), server)).toBe('conforms');
    expect(rule(client(asked('1.7'), asked('1.0')), server)).toBe('R14');
  });

  it('never gets two stamps', () =>
    expect(rule(by('server-0#1', start('0.0'), accept('0.0')), by('server-1#1', start('1.0'), accept('1.0')))).toBe('R14'));

  it('is of the session that put it', () =>
    expect(rule(client(asked('1.0')), by('server-1#1', start('1.0'), accept('1.0', 'def')))).toBe('R11a'));

  it('is stamped by the replica that the server is then (R7a)', () => {
    const renewed: Body = { type: 'renewed', replica: '1.99' };
    expect(rule(by('server-1#1', start('1.0'), renewed, accept('1.99')))).toBe('conforms');
    expect(rule(by('server-1#1', start('1.0'), renewed, accept('1.0')))).toBe('R2');
    expect(rule(by('server-1#1', start('1.0'), { type: 'renewed', replica: '2.99' }))).toBe('R7');
    expect(rule(by('server-1#1', start('1.0'), { type: 'renewed', replica: '1.0' }))).toBe('R7a');
  });
});

describe('a trace file', () => {
  it('with a line that is no event is refused with its number', () => {
    const read = parseTrace('{"p":"master","n":0,"type":"kill","server":1,"process":"server-1#1"}\n{"p":"master"}\n', 'x.ndjson');
    expect(read).toEqual(E.left('x.ndjson:2: this line is not a trace event: {"p":"master"}; was the file cut or edited?'));
  });
});
