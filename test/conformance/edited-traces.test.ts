/** Traces of which a piece is not true, each of a kind that the processes could really write down if they were faulty: layers 2 and 3 must refuse every one. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MASTER_GUARANTEES } from '#bayou/core/guarantees.js';
import type { ReplicaId } from '#bayou/core/ids.js';
import type { EventOf, TraceBody, TraceEvent } from '#bayou/core/trace.js';
import { atOnce } from '../../conformance/common/in-turns.js';
import { keepRuns } from '../../conformance/explore/keep-run.js';
import { observedIn } from '../../conformance/layer2-scripts/observed-commands.js';
import { decide } from '../../conformance/layer2-scripts/oracle.js';
import { parseTrace, readRuns } from '../../conformance/layer3-traces/read-traces.js';
import type { Rejection } from '../../conformance/layer3-traces/rejection.js';
import { showTraceVerdict, validateTrace, validating } from '../../conformance/layer3-traces/validate-trace.js';

/** No connection ends by itself in it: whether a client has heard of that before its next put would be the machine's affair. */
const SCRIPT = `joinServer 0
joinServer 1
joinClient 5 0
put 5 a one
get 5 a
stabilize
stabilize
printStore 1
breakConnection 5 0
createConnection 5 1
put 5 a two
createConnection 5 0
get 5 a
stabilize
printMemberList 0
breakConnection 5 0
breakConnection 5 1
put 5 b x
get 5 a
killServer 0
`;

const dir = mkdtempSync(join(tmpdir(), 'bayou-edited-'));
let events: ReadonlyArray<TraceEvent> = [];
beforeAll(() => {
  const file = join(dir, 'run.ndjson');
  const master = fileURLToPath(new URL('../../dist/master.js', import.meta.url));
  execFileSync(process.execPath, [master, '--anti-entropy-ms', '0', '--trace', file], { input: SCRIPT, stdio: 'pipe' });
  const read = parseTrace(readFileSync(file, 'utf8'));
  // How long the commands took on this machine is not what is tested.
  events = E.isRight(read) ? read.right.map((e) => (e.type === 'result' ? { ...e, ms: 1 } : e)) : [];
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const lineOf = (text: string, n = 0): number => SCRIPT.split('\n').flatMap((line, i) => (line === text ? [i + 1] : []))[n]!;

type Edit = (e: TraceEvent) => object | undefined;

const edited = (...edits: ReadonlyArray<Edit>): ReadonlyArray<TraceEvent> =>
  edits.reduce<ReadonlyArray<TraceEvent>>((all, edit) => {
    const e = all.find((x) => edit(x) !== undefined)!;
    return all.map((x) => (x === e ? { ...x, ...edit(x) } : x));
  }, events);

const result =
  (line: number, changes: Partial<EventOf<'result'>>): Edit =>
  (e) =>
    e.type === 'result' && e.line === line ? changes : undefined;

const putDone =
  (clientTime: number, changes: Partial<EventOf<'putDone'>>): Edit =>
  (e) =>
    e.type === 'putDone' && e.clientTime === clientTime ? changes : undefined;

/** The get that found this value comes to nothing. */
const lost =
  (value: string, to: 'ERR_CONN' | 'ERR_DEP'): Edit =>
  (e) =>
    e.type === 'getDone' && e.value === value ? { result: to, value: null, stamp: null } : undefined;

const asked =
  (op: 'put' | 'get', replica: string): Edit =>
  (e) =>
    e.type === 'asked' && e.op === op && e.replica !== null ? { replica } : undefined;

const refusal = (run: ReadonlyArray<TraceEvent>): Pick<Rejection, 'rule' | 'why'> => {
  const { rejection, verdict, why } = validateTrace(run);
  return rejection ?? { rule: verdict, why: why ?? '' };
};

it('the run itself conforms', () => expect(showTraceVerdict(validateTrace(events))).toMatch(/^conforms/));

describe('what a session asks for (R12)', () => {
  const NOTHING = { ...MASTER_GUARANTEES, readYourWrites: false, monotonicReads: false };
  it('is what the contract says, whatever the trace and the program say', () => {
    const lax = edited((e) => (e.type === 'session' ? { guarantees: NOTHING } : undefined)).map((e) =>
      e.type === 'answer' ? { ...e, atLeast: null } : e,
    );
    expect(refusal(lax)).toMatchObject({
      rule: 'R12',
      why: expect.stringContaining("the master's clients ask for") as string,
    });
  });
});

describe('what a session reports', () => {
  const NOWHERE = lineOf('put 5 b x');
  const said = (outcome: string): Edit => result(NOWHERE, { errors: [`line ${NOWHERE}: put 5 b x: ${outcome}: …`] });

  it('is UNKNOWN only of a put that was sent (R14)', () => {
    expect(refusal(edited(putDone(3, { result: 'UNKNOWN' }), said('UNKNOWN')))).toMatchObject({
      rule: 'R14',
      why: 'the put was sent to no server, so its outcome is not unknown',
    });
    const unreached = (e: TraceEvent): object | undefined =>
      e.type === 'asked' && e.op === 'put' && e.clientTime === 2 && e.server === 1 ? { replica: null } : undefined;
    const wasUnreached = edited(unreached, putDone(2, { result: 'UNKNOWN', stamp: null })).filter(
      (e) => e.type !== 'accept' || e.clientTime !== 2,
    );
    expect(refusal(renumbered(wasUnreached)).why).toBe(
      'the put was not sent to server 1, which was tried last, so its outcome is not unknown',
    );
  });

  it('is ERR_LOG only where a log has failed (R10)', () =>
    expect(refusal(edited(putDone(3, { result: 'ERR_LOG' }), said('ERR_LOG')))).toMatchObject({
      rule: 'R10',
      why: 'no server that it asked has said that its log has failed',
    }));

  it('is no failure where the put was sent and not refused (R14)', () => {
    const silent = edited(putDone(2, { result: 'ERR_CONN', stamp: null })).filter(
      (e) => e.type !== 'accept' || e.clientTime !== 2,
    );
    expect(refusal(renumbered(silent)).why).toMatch(/the put came to ERR_CONN, and was sent to 1\.\d+, which has not refused it/);
  });

  it('is printed as it is', () =>
    expect(refusal(edited(said('UNKNOWN')))).toMatchObject({
      rule: 'R14',
      why: expect.stringContaining('the put came to ERR_CONN') as string,
    }));

  it('is in layer 2, too, what the model says', () => {
    const decided = (run: ReadonlyArray<TraceEvent>) => decide(observedIn(run), { background: false, keepsLog: true });
    expect(decided(events).verdict).toBe('conforms');
    expect(decided(edited(said('UNKNOWN')))).toMatchObject({
      verdict: 'diverges',
      allowed: ['an error (ERR_CONN)'],
      seen: 'an error (UNKNOWN)',
    });
  });

  it('follows from the answers that it got (R13, R15)', () => {
    const first = lineOf('get 5 a');
    expect(refusal(edited(lost('one', 'ERR_CONN'), result(first, { output: ['a:ERR_CONN'] })))).toMatchObject({
      rule: 'R13',
      why: "server 0 answered 'found' to this get, which came to ERR_CONN",
    });
    const second = result(lineOf('get 5 a', 1), { output: ['a:ERR_CONN'] });
    expect(refusal(edited(lost('two', 'ERR_CONN'), second))).toMatchObject({
      rule: 'R15',
      why: 'it did not try server 0, which it is connected to',
    });
  });

  it('may be a failure of a get whose server answered, where the time was over', () => {
    const slow = edited(lost('two', 'ERR_CONN'), result(lineOf('get 5 a', 1), { output: ['a:ERR_CONN'], ms: 5000 }));
    expect(refusal(slow).rule).toBe('conforms');
  });
});

/** The events with the counts that each process would have given them. */
const renumbered = (run: ReadonlyArray<TraceEvent>): ReadonlyArray<TraceEvent> => {
  const counts = new Map<string, number>();
  return run.map((e) => {
    const n = counts.get(e.p) ?? 0;
    counts.set(e.p, n + 1);
    return { ...e, n };
  });
};

describe('the replica that a session names', () => {
  it('is one that the server was (R7, R14)', () => {
    expect(refusal(edited(asked('put', '0.999')))).toMatchObject({
      rule: 'R14',
      why: 'it asks server 0 as replica 0.999, which the server never was',
    });
    expect(refusal(edited(asked('get', '0.999'))).rule).toBe('R7');
  });
});

describe('what the master prints (section 5)', () => {
  it.each(['stabilize', 'joinServer 0', 'killServer 0', 'put 5 a one', 'breakConnection 5 0'])('%s prints nothing', (text) =>
    expect(refusal(edited(result(lineOf(text), { output: ['junk'] })))).toMatchObject({
      rule: 'section 5',
      why: `'${text.split(' ')[0]}' prints nothing, and [junk] was printed`,
    }),
  );
  it.each(['printStore 1', 'printMemberList 0', 'get 5 a'])('%s prints nothing where it failed', (text) =>
    expect(refusal(edited(result(lineOf(text), { output: ['7'], errors: ['line 1: it did not answer'] })))).toMatchObject({
      rule: 'section 5',
      why: 'the command failed, and [7] was printed',
    }),
  );
  it('a stabilize says that stores are not equal only where they are not', () => {
    const unequal = (n: number): Edit => {
      const line = lineOf('stabilize', n);
      return result(line, { errors: [`line ${line}: stabilize: the stores of servers 0, 1 are not equal after 5000 ms`] });
    };
    expect(refusal(edited(unequal(1)))).toMatchObject({
      rule: 'section 5',
      why: expect.stringMatching(/^the stores of servers 0, 1 were equal: each had \[0\.\d+:1\]$/) as string,
    });
    // Before the first one they were not equal.
    expect(refusal(edited(unequal(0))).rule).toBe('conforms');
  });
  it('a command that took longer than it may leaves the run undecided: a busy machine may have done that', () => {
    const slow = edited(result(lineOf('stabilize'), { ms: 600_000 }));
    expect(showTraceVerdict(validateTrace(slow))).toContain('line 6: stabilize took 600000 ms; 5000 ms are allowed (section 5)');
    expect(validateTrace(slow).verdict).toBe('undecided');
    expect(validateTrace(edited(result(lineOf('joinServer 0'), { ms: 600_000 }))).verdict).toBe('conforms');
    // Where faults were inflicted, they may have taken the time.
    expect(validateTrace(slow, { lossy: new Set() }).verdict).toBe('conforms');
  });
});

// --- refusals --------------------------------------------------------------------------------------------------------------

describe('a refusal has the reason that it says', () => {
  type Body = TraceBody;
  const by = (p: string, ...bodies: ReadonlyArray<Body>): ReadonlyArray<TraceEvent> =>
    bodies.map((body, n) => ({ p, n, ...body }));
  const start: Body = { type: 'start', replica: '0.1', fresh: true, vv: [], clock: 0, writes: 0, transfers: [] };
  const refuse = (reason: EventOf<'refuse'>['reason'], rest: Partial<EventOf<'refuse'>> = {}): Body => ({
    ...{ type: 'refuse', client: 5, session: 'abc', clientTime: 1, reason, require: [], vv: [] },
    ...rest,
  });
  const asked = (replica: ReplicaId): Body => ({ type: 'asked', server: 0, replica, op: 'put', key: 'k', clientTime: 1 });
  const session: Body = { type: 'session', client: 5, session: 'abc', guarantees: MASTER_GUARANTEES };
  const done: Body = { type: 'putDone', key: 'k', value: 'v', clientTime: 1, result: 'ERR_CONN', stamp: null };
  const client = (...tries: ReadonlyArray<Body>): ReadonlyArray<TraceEvent> => by('client-5#1', session, ...tries, done);
  const seen = (body: Body, tries: ReadonlyArray<Body> = [asked('0.1')]) =>
    refusal([...by('server-0#1', start, body), ...client(...tries)]);

  it('busy: whatever the server has, but its vector is its own', () => {
    expect(seen(refuse('busy')).rule).toBe('conforms');
    expect(seen(refuse('busy', { vv: [['0.777', 42]] }))).toMatchObject({ rule: 'R8' });
    expect(seen(refuse('busy', { require: [['0.777', 42]] }))).toMatchObject({ rule: 'R12' });
    expect(seen(refuse('busy', { session: 'def' }))).toMatchObject({ rule: 'R11a' });
  });
  it.each([
    ['behind', 'R12', "the model's answer is 'accepted'"],
    ['other-replica', 'R14', "the model's answer is 'accepted'"],
    ['not-the-same', 'R3', 'the session has used this identity once'],
    ['too-old', 'R3', 'it has accepted no later put of this session'],
    ['too-far', 'R16', "the session's clock is 0, its own accept time 0"],
    ['too-large', 'R16', 'the key has 1 bytes and the value 1'],
    ['failed', 'R10', 'it has not said that its log has failed'],
    ['unlogged', 'R10', 'it has not said that its log has failed'],
  ] as const)('%s: %s', (reason, rule, why) =>
    expect(seen(refuse(reason))).toMatchObject({ rule, why: expect.stringContaining(`as '${reason}': ${why}`) as string }),
  );
  it('other-replica: a put that was sent before to the replica that the server was then', () => {
    const renewed: Body = { type: 'renewed', replica: '0.9' };
    const twice = (body: Body) =>
      refusal([
        ...by('server-0#1', start, renewed, body),
        ...by('client-5#1', session, asked('0.1'), asked('0.1'), { ...done, result: 'UNKNOWN' }),
      ]).rule;
    expect(twice(refuse('other-replica'))).toBe('conforms');
    expect(twice(refuse('behind'))).toBe('R12');
  });
});

describe('a put that was sent to another replica (R14)', () => {
  it('is not accepted by a process that never was that replica', () => {
    const nothing = { vv: [], clock: 0, writes: 0, transfers: [] };
    const stamp = { t: 1, r: '0.2' } as const;
    const put = { client: 5, session: 'abc', clientTime: 1, clock: 0, require: [], key: 'k', value: 'v' };
    const of = (p: string, ...bodies: ReadonlyArray<TraceBody>): ReadonlyArray<TraceEvent> =>
      bodies.map((body, n) => ({ p, n, ...body }));
    const run = [
      ...of('server-0#1', { type: 'start', replica: '0.1', fresh: true, ...nothing }),
      ...of(
        'server-0#2',
        { type: 'start', replica: '0.2', fresh: true, ...nothing },
        { type: 'accept', ...put, stamp, repeated: false },
      ),
      ...of(
        'client-5#1',
        { type: 'session', client: 5, session: 'abc', guarantees: MASTER_GUARANTEES },
        { type: 'asked', server: 0, replica: '0.1', op: 'put', key: 'k', clientTime: 1 },
        { type: 'putDone', key: 'k', value: 'v', clientTime: 1, result: 'accepted', stamp },
      ),
    ];
    expect(refusal(run)).toMatchObject({
      rule: 'R14',
      why: 'the put was sent to 0.1, which alone may take it; this is 0.2',
    });
  });
});

describe('a run of which a later day is wrong', () => {
  const day = (...server: ReadonlyArray<TraceBody>): ReadonlyArray<TraceEvent> =>
    server.map((body, n) => ({ p: 'server-0#1', n, ...body }));
  const start = (fresh: boolean, writes: number): TraceBody => {
    const has = { vv: writes === 0 ? [] : [['0.1', 1] as const], clock: writes, writes, transfers: [] };
    return { type: 'start', replica: '0.1', fresh, ...has };
  };
  const put = { client: 5, session: 'abc', clientTime: 1, clock: 0, require: [], key: 'k', value: 'v' };
  const days = [
    day(start(true, 0), { type: 'accept', ...put, stamp: { t: 1, r: '0.1' }, repeated: false }),
    day(start(false, 1), { type: 'renewed', replica: '7.1' }),
  ];

  it('is kept with the days before it, without which nobody can follow it', async () => {
    const folder = mkdtempSync(join(dir, 'kept-'));
    const { rejection, run } = atOnce(validating(days, new Set()));
    expect([rejection?.rule, run]).toEqual(['R7', 2]);
    const lines = await keepRuns(folder, days, rejection, { name: 'run 3', withTrace: true });
    const files = readdirSync(folder)
      .toSorted()
      .map((name) => join(folder, name));
    expect(lines[0]).toBe(`its traces: bayou conform --trace ${files.join(' ')}`);
    const again = readRuns(files);
    expect(E.isRight(again) && atOnce(validating(again.right)).rejection).toEqual(rejection);
    expect(E.isRight(readRuns(files.slice(1))) && atOnce(validating([days[1]!])).verdict).toBe('undecided');
  });
  it('is kept without a refused event, too: the judge may be the one that objects', async () => {
    const folder = mkdtempSync(join(dir, 'kept-'));
    await keepRuns(folder, days.slice(0, 1), undefined, { name: 'run 3', withTrace: true });
    expect(readdirSync(folder)).toEqual(['run-3.ndjson']);
  });
});
