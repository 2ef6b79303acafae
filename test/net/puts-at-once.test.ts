/** R3, R12, R14 and SESSION_ORDER of many puts of one session at once, in a simulated world of servers that refuse, lag and lose connections. */
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { expect, test } from 'vitest';
import { MASTER_GUARANTEES } from '../../src/core/guarantees.js';
import type { Put } from '../../src/core/messages.js';
import type { PutResult } from '../../src/core/results.js';
import { gotAnswer, newSession, type Session, startGet } from '../../src/impl/session.js';
import type { Connection } from '../../src/net/connection.js';
import type { Outbound } from '../../src/net/outbound.js';
import { makePutter } from '../../src/net/putting.js';
import { type Accepted, ServersWorld, type Troubles } from './simulated-servers.js';

interface Plan {
  readonly seed: number;
  readonly servers: number;
  readonly puts: number;
  readonly keys: number;
  readonly writesFollowReads: boolean;
  readonly monotonicWrites: boolean;
  readonly troubles: Troubles;
}

/** A put as its caller sees it. `reads`: the latest stamps that the session had read before the call. */
interface Called {
  readonly key: string;
  readonly clientTime: number;
  readonly reads: ReadonlyArray<Accepted['stamp']>;
  result: PutResult | undefined;
}

const TIMEOUT_MS = 400;
const silent = () => undefined;

const optionsOf = ({ links, dice, agenda }: ServersWorld, session: Session) => {
  const ids = [...links.keys()];
  return {
    session,
    timeoutMs: TIMEOUT_MS,
    links,
    order: () => (dice() < 0.5 ? ids : [...ids].reverse()),
    onServed: silent,
    logger: { debug: silent, info: silent, warn: silent, error: silent },
    trace: undefined,
    world: agenda.surroundings,
  };
};

const putter = (world: ServersWorld, session: Session) => makePutter(optionsOf(world, session));

const run = (plan: Plan) => {
  const world = new ServersWorld(plan.seed, plan.servers, plan.troubles);
  const { agenda, dice } = world;
  const guarantees = { readYourWrites: true, monotonicReads: true, scope: 'key' as const, ...plan };
  const session = newSession(9, '1', guarantees);
  const put = putter(world, session);
  const called: Called[] = [];
  const reads: Accepted['stamp'][] = [];
  for (let n = 1; n <= plan.puts; n++) {
    agenda.after(dice() * 100, () => {
      const key = `k${Math.floor(dice() * plan.keys)}`;
      const call: Called = { key, clientTime: called.length + 1, reads: [...reads], result: undefined };
      called.push(call);
      void put(key, `v${n}`).then((result) => (call.result = result));
    });
    world.pullSometime(200);
    // A get of what another session wrote.
    agenda.after(dice() * 200, () => {
      const server = world.any();
      const stamp = { t: ++server.clock, r: server.replica };
      server.vv.set(stamp.r, stamp.t);
      gotAnswer(session, startGet(session, 'read'), { type: 'found', value: 'v', stamp });
      reads.push(stamp);
    });
  }
  return { world, called, events: agenda.run(100_000) };
};

const isLaterThan = (a: Accepted['stamp'], b: Accepted['stamp']): boolean => a.t > b.t || (a.t === b.t && a.r > b.r);

const judge = (plan: Plan, called: ReadonlyArray<Called>, accepted: ReadonlyArray<Accepted>): void => {
  const by = (n: number): ReadonlyArray<Accepted> => accepted.filter((a) => a.put.clientTime === n);
  const acknowledged = called.filter((c) => c.result?.type === 'accepted');
  for (const c of called) {
    // R14: one stamp at most, and none where the error promises it.
    expect(by(c.clientTime).length).toBeLessThanOrEqual(1);
    if (c.result?.type.startsWith('ERR_') === true) expect(by(c.clientTime)).toEqual([]);
  }
  for (const [i, later] of acknowledged.entries()) {
    const { stamp, had } = by(later.clientTime)[0]!;
    expect(later.result).toEqual({ type: 'accepted', stamp });
    if (plan.writesFollowReads) for (const read of later.reads) expect(had.get(read.r) ?? 0).toBeGreaterThanOrEqual(read.t);
    for (const earlier of acknowledged.slice(0, i)) {
      const before = by(earlier.clientTime)[0]!.stamp;
      if (earlier.key === later.key) expect(isLaterThan(stamp, before)).toBe(true);
      if (plan.monotonicWrites) expect(had.get(before.r) ?? 0).toBeGreaterThanOrEqual(before.t);
    }
  }
};

const plans: fc.Arbitrary<Plan> = fc.record({
  seed: fc.integer({ min: 1 }),
  servers: fc.integer({ min: 1, max: 3 }),
  puts: fc.integer({ min: 2, max: 12 }),
  keys: fc.integer({ min: 1, max: 3 }),
  writesFollowReads: fc.boolean(),
  monotonicWrites: fc.boolean(),
  troubles: fc.record({
    busy: fc.constantFrom(0, 0.1, 0.4),
    broken: fc.constantFrom(0, 0.1, 0.4),
    unreached: fc.constantFrom(0, 0.2),
  }),
});

test('each is accepted once at most, and those that are acknowledged keep their order and the guarantees', async () => {
  const results: Record<string, number> = {};
  await fc.assert(
    fc.asyncProperty(plans, async (plan) => {
      const { world, called, events } = run(plan);
      await Promise.resolve();
      expect(events).toBeLessThan(100_000);
      for (const { result } of called) results[String(result?.type)] = (results[String(result?.type)] ?? 0) + 1;
      judge(
        plan,
        called,
        world.servers.flatMap((s) => s.accepted),
      );
    }),
    { numRuns: 4_000 },
  );
  expect(Object.keys(results).sort()).toEqual(['ERR_CONN', 'ERR_DEP', 'UNKNOWN', 'accepted']);
});

test('thousands that wait for one of them are sent in one turn, and each is accepted', async () => {
  const world = new ServersWorld(1, 1, { busy: 0, broken: 0, unreached: 0 });
  const put = putter(world, newSession(9, '1', MASTER_GUARANTEES));
  const results = [put('k', 'first')];
  while (world.connections.length === 0) world.agenda.run(1);
  for (let n = 0; n < 2_000; n++) results.push(put('k', `${n}`));
  world.connections[0]!.close('broken');
  world.agenda.run(100_000);
  expect(new Set((await Promise.all(results)).map(({ type }) => type))).toEqual(new Set(['accepted']));
});

test('thousands are never so many at once that a server cannot tell a repeated one any more', async () => {
  const world = new ServersWorld(1, 1, { busy: 0, broken: 0, unreached: 0 });
  const put = putter(world, newSession(9, '1', MASTER_GUARANTEES));
  const results = Array.from({ length: 3_000 }, (_, n) => put(`k${n}`, 'v'));
  while (world.servers[0]!.accepted.length < 1_500) world.agenda.run(1);
  world.connections[0]!.close('broken');
  world.agenda.run(100_000);
  expect(new Set((await Promise.all(results)).map(({ type }) => type))).toEqual(new Set(['accepted']));
  expect(world.servers[0]!.accepted).toHaveLength(3_000);
});

test.each([
  ['to its key', MASTER_GUARANTEES],
  ['of a session with Monotonic Writes', { ...MASTER_GUARANTEES, monotonicWrites: true }],
])('those that wait for one %s are not looked at whenever another one is sent or answered', async (_what, guarantees) => {
  const COUNT = 3_000;
  const world = new ServersWorld(1, 2, { busy: 0, broken: 0, unreached: 0 });
  const { agenda } = world;
  let isAway = false;
  let calls = 0;
  const counted = new Map(
    [...world.links].map(([id, out]) => [
      id,
      {
        ...out,
        reach: (withinMs: number, isPatient: boolean, done: Parameters<typeof out.reach>[2]): void => {
          calls++;
          if (id === 0 && isAway) agenda.after(isPatient ? withinMs : 1, () => done(E.left('away')));
          else out.reach(withinMs, isPatient, done);
        },
      },
    ]),
  );
  const put = makePutter({ ...optionsOf(world, newSession(9, '1', guarantees)), links: counted, order: () => [0, 1] });
  const first = put('k', 'first');
  while (world.connections.length === 0) agenda.run(1);
  isAway = true;
  world.connections[0]!.close('broken');
  const all = Array.from({ length: COUNT }, (_, n) => put(n % 2 === 0 ? 'k' : `other${n}`, 'v'));
  agenda.run(1_000_000);
  const others = (await Promise.all(all)).map(({ type }) => type);
  expect([(await first).type, others.length]).toEqual(['UNKNOWN', COUNT]);
  // What must not wait for the first one is accepted, however many wait.
  if (!guarantees.monotonicWrites) expect(others.filter((_, n) => n % 2 === 1)).toEqual(Array(COUNT / 2).fill('accepted'));
  expect(calls).toBeLessThan(6 * COUNT);
});

test('one that waited while its session went a window further is accepted all the same, and those of its key stay in their order', async () => {
  const world = new ServersWorld(1, 2, { busy: 0, broken: 0, unreached: 0 });
  const { agenda } = world;
  let isAway = false;
  const [zero, one] = [world.links.get(0)!, world.links.get(1)!];
  const reach: typeof zero.reach = (withinMs, isPatient, done) => {
    // The first put is given up after half of the time.
    if (isAway) agenda.after(isPatient ? withinMs / 2 : 1, () => done(E.left('away')));
    else zero.reach(withinMs, isPatient, done);
  };
  const links = new Map([
    [0, { ...zero, reach }],
    [1, one],
  ]);
  const put = makePutter({ ...optionsOf(world, newSession(9, '1', MASTER_GUARANTEES)), links, order: () => [0, 1] });
  const first = put('k', 'first');
  while (world.connections.length === 0) agenda.run(1);
  isAway = true;
  world.connections[0]!.close('broken');
  const [second, others] = [put('k', 'second'), Array.from({ length: 1_100 }, (_, n) => put(`${n}`, 'v'))];
  const third = put('k', 'third');
  agenda.run(1_000_000);
  expect((await first).type).toBe('UNKNOWN');
  const types = (await Promise.all([second, third, ...others])).map(({ type }) => type);
  expect(new Set(types)).toEqual(new Set(['accepted']));
  const ofK = world.servers[1]!.accepted.filter((a) => a.put.key === 'k');
  expect(ofK.map((a) => a.put.value)).toEqual(['second', 'third']);
  expect(ofK[0]!.put.clientTime).toBeLessThan(ofK[1]!.put.clientTime);
});

/** A session with one server, whose connection answers each put after so many ms. `sent`: when each put was sent. */
const slow = (answerMs: (put: Put) => number) => {
  const world = new ServersWorld(1, 1, { busy: 0, broken: 0, unreached: 0 });
  const { agenda } = world;
  const closed: string[] = [];
  let heardAt = 0;
  let t = 0;
  const ask: Connection['ask'] = (what, deadlineMs, done) => {
    let isDone = false;
    const end = (result: Parameters<typeof done>[0]): void => {
      if (!isDone) done(result);
      isDone = true;
    };
    agenda.after(deadlineMs, () => end(E.left({ type: 'timedOut', why: 'late' })));
    agenda.after(answerMs(what as Put), () => {
      heardAt = agenda.now;
      end(E.right({ type: 'accepted', stamp: { t: ++t, r: '0.0' } }));
    });
  };
  const connection = {
    peer: { role: 'server', id: 0, replica: '0.0' },
    ask,
    close: (why: string) => closed.push(why),
    silentMs: () => agenda.now - heardAt,
  } as unknown as Connection;
  // The server is reached 350 ms after the first call, and at once from then on.
  const reach: Outbound['reach'] = (_within, _isPatient, done) => {
    if (agenda.now >= 350) done(E.right(connection));
    else agenda.after(350 - agenda.now, () => done(E.right(connection)));
  };
  const links = new Map([[0, { reach } as unknown as Outbound]]);
  const put = makePutter({ ...optionsOf(world, newSession(9, '1', MASTER_GUARANTEES)), links, order: () => [0] });
  return { agenda, closed, put };
};

test('one that is sent late and gets no answer costs the others of its connection nothing', async () => {
  const { agenda, closed, put } = slow(() => 80);
  const late = put('k', 'late');
  const others: Promise<PutResult>[] = [];
  agenda.after(360, () => others.push(...Array.from({ length: 20 }, (_, n) => put(`${n}`, 'v'))));
  agenda.run(10_000);
  expect((await late).type).toBe('UNKNOWN');
  expect(new Set((await Promise.all(others)).map(({ type }) => type))).toEqual(new Set(['accepted']));
  expect(closed).toEqual([]);
});

test('a connection over which nothing came for long is closed, also where each of its puts was sent late', async () => {
  const { agenda, closed, put } = slow(() => 1e6);
  const late = put('k', 'late');
  agenda.after(390, () => void put('l', 'v'));
  agenda.run(3);
  agenda.run(10_000);
  expect((await late).type).toBe('UNKNOWN');
  expect(closed).toEqual(['late']);
});
