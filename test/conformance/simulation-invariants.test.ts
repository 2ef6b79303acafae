/** What a simulator alone can look at: logs of the dead, what closed servers hold, queues. Each look finds what is wrong in a world that was broken for it. */
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import type { ReplicaId } from '../../src/core/ids.js';
import type { TraceEvent } from '../../src/core/trace.js';
import { createDiskLog } from '../../src/impl/log/disk-log.js';
import { MAX_WAITING } from '../../src/impl/durable.js';
import { type Append, NO_CHANGE } from '../../src/impl/log/log.js';
import type { RunningServer } from '../../src/net/server.js';
import { createReplica, step, vectorOf } from '#bayou/impl/replica.js';
import { wrongInTheCalm } from '../../conformance/simulation/calm.js';
import { certainPartitions, notSpread } from '../../conformance/simulation/spreading.js';
import { closeGently, leftBehind, crowded } from '../../conformance/simulation/endings.js';
import { overBounds } from '../../conformance/simulation/inside.js';
import { LogsOfTheDead } from '../../conformance/simulation/logs-of-the-dead.js';
import { type Environment, Simulation } from '../../conformance/simulation/simulation.js';
import { WorldTrace } from '../../conformance/simulation/world-trace.js';

const FOREVER = { events: 100_000, untilUs: 600_000_000 };

const acknowledged = (t: number, key: string): TraceEvent => ({
  ...{ p: 'client-100', n: 0, type: 'putDone', key, value: 'v', clientTime: t, result: 'accepted' },
  stamp: { t, r: '0.0' },
});

const PUT = { client: 100, session: '1', clientTime: 1, stamp: { t: 1, r: '0.0' } } as const;
const WRITE = { client: 100, session: '1', clientTime: 1, key: 'k', value: 'v', t: 1, r: '0.0' } as const;

/** A server that has written k with stamp 1, and this too, and dies; what its log lacks of these puts. */
const lackedBy = async (puts: ReadonlyArray<TraceEvent>, more: Partial<Append> = {}): Promise<ReadonlyArray<string>> => {
  const simulation = new Simulation({ seed: 1, trace: new WorldTrace() });
  const logs = new LogsOfTheDead();
  const done = { is: false };
  const machine = simulation.machine('s0');
  const running = simulation.start(machine, 'server-0#1', async ({ files, openDatabase, machineId, bootId, world }) => {
    files.makeFolder('/data');
    const log = createDiskLog('/data/server-0', { files, openDatabase, machineId, bootId, world, fsync: false });
    await log.open({ server: 0 });
    await log.commit([{ ...NO_CHANGE, writes: [WRITE], vv: [['0.0', 1]], clock: 1, ...more }]);
    done.is = true;
  });
  running.life.onDeath(() => logs.onDeath(simulation, machine, 0, 'server-0#1'));
  await simulation.run(() => done.is, FOREVER);
  logs.accepted(PUT);
  for (const put of puts) logs.onEvent(put);
  running.kill();
  await simulation.run(() => false, { ...FOREVER, untilUs: simulation.scheduler.nowUs + 1_000 });
  return logs.missing(() => false);
};

describe('the log of a server that died', () => {
  test('has what clients were told is accepted, for a fresh reader (R10)', async () => {
    expect(await lackedBy([acknowledged(1, 'k')], { seen: [{ ...PUT, digest: 0 }] })).toEqual([]);
  });

  test('is found not to recognise a put that is repeated (R3), and to hold what is superseded (R6)', async () => {
    expect((await lackedBy([acknowledged(1, 'k')])).join()).toMatch(/would not recognise 1@0\.0 of key k/);
    const more = { seen: [{ ...PUT, digest: 0 }], writes: [WRITE, { ...WRITE, t: 2 }] };
    expect((await lackedBy([acknowledged(1, 'k')], more)).join()).toMatch(/holds 1@0\.0 of key k, which is superseded/);
  });

  test('is found to hold a put under another stamp than the acknowledged one (R14)', async () => {
    const seen = [{ ...PUT, stamp: { t: 2, r: '0.0' } as const, digest: 0 }];
    expect((await lackedBy([acknowledged(1, 'k')], { seen })).join()).toMatch(
      /has 2@0\.0, and the put was acknowledged as 1@0\.0/,
    );
  });

  test('is found to lack what was acknowledged and not written (R10)', async () => {
    expect((await lackedBy([acknowledged(1, 'k'), acknowledged(2, 'k')])).join()).toMatch(/lacks 2@0\.0 of key k/);
    expect((await lackedBy([acknowledged(1, 'other')])).join()).toMatch(/lacks 1@0\.0 of key other/);
  });
});

/** What is said of a server whose close does this. */
const closed = async (close: (environment: Environment) => Promise<void>): Promise<ReadonlyArray<string>> => {
  const simulation = new Simulation({ seed: 1, trace: new WorldTrace() });
  const found: { lines?: ReadonlyArray<string> } = {};
  const at: { environment?: Environment } = {};
  const running = simulation.start(simulation.machine('s0'), 'server-0', (environment) => {
    at.environment = environment;
  });
  const master = simulation.start(simulation.machine('master'), 'master', () => undefined);
  await simulation.run(() => at.environment !== undefined, FOREVER);
  const server = { close: () => close(at.environment!).then(() => E.right(undefined)) } as unknown as RunningServer;
  void closeGently(simulation, master.life, [{ server, running }]).then((lines) => (found.lines = lines));
  await simulation.run(() => found.lines !== undefined, FOREVER);
  return found.lines ?? ['nothing was found'];
};

describe('a server that was closed', () => {
  test('holds nothing', async () => {
    expect(await closed(() => Promise.resolve())).toEqual([]);
  });

  test('is found to hold a timer, a port, a file', async () => {
    const said = async (leave: (environment: Environment) => void): Promise<string> =>
      (
        await closed((environment) => {
          leave(environment);
          return Promise.resolve();
        })
      ).join();
    expect(await said(({ world }) => void world.timers.every(1_000, () => undefined))).toMatch(/still has timer/);
    const listens = ({ world }: Environment): void =>
      void world.network.acceptor(() => undefined).listen({ host: '127.0.0.1', port: 0 });
    expect(await said(listens)).toMatch(/still has port \d+/);
    expect(
      await said(({ files }) => {
        files.makeFolder('/data');
        files.open('/data/file');
      }),
    ).toMatch(/still has an open file/);
  });

  test('is found not to close', async () => {
    expect(await closed(() => new Promise(() => undefined))).toEqual(['server-0#1 does not close']);
  });
});

describe('when a script is over', () => {
  test('processes that outlive their master are found', () => {
    const simulation = new Simulation({ seed: 1, trace: new WorldTrace() });
    const running = simulation.start(simulation.machine('s0'), 'server-0#1', () => undefined);
    expect(leftBehind(simulation)).toEqual(['server-0#1#1 is left behind']);
    running.kill();
    expect(leftBehind(simulation)).toEqual([]);
  });

  test('connections that nobody needs are found, and bounds that are passed at any time (R16)', () => {
    const server = (connections: number) =>
      ['server-0', { status: () => ({ connections }) as ReturnType<RunningServer['status']> }] as const;
    expect(crowded([server(6)], 3)).toEqual([]);
    expect(crowded([server(7)], 3)).toEqual(['server-0: 7 connections of 3 members in the calm']);
    expect(overBounds('server-0', { waiting: MAX_WAITING, connections: 10 })).toEqual([]);
    expect(overBounds('server-0', { waiting: MAX_WAITING + 1, connections: 100_000 })).toHaveLength(2);
  });
});

describe('in the calm', () => {
  test('a client that asks a server as the replica that it was before a renewal is found (R7a, R14)', () => {
    const start = {
      p: 'server-0#1',
      n: 0,
      type: 'start',
      replica: '0.1',
      fresh: true,
      vv: [],
      clock: 0,
      writes: 0,
      transfers: [],
    } as const;
    const renewed: TraceEvent = { p: 'server-0#1', n: 1, type: 'renewed', replica: '0.2' };
    const settled: ReadonlyArray<TraceEvent> = [
      { p: 'master', n: 0, type: 'command', line: 1, text: 'stabilize' },
      { p: 'master', n: 1, type: 'result', line: 1, output: [], errors: [], ms: 1 },
    ];
    const asked = (replica: ReplicaId): TraceEvent => ({
      ...{ p: 'client-100#1', n: 0, type: 'asked', server: 0, replica, op: 'get', key: 'k', clientTime: 0 },
    });
    expect(wrongInTheCalm([start, renewed, ...settled, asked('0.2')])).toEqual([]);
    expect(wrongInTheCalm([start, renewed, ...settled, asked('0.1')])).toEqual([
      'in the calm: client-100#1 asks server 0 as replica 0.1; it is 0.2',
    ]);
    // Before the calm it may not have heard of the renewal yet.
    expect(wrongInTheCalm([start, renewed, asked('0.1'), ...settled])).toEqual([]);
  });

  test('a command that takes longer than it may is found: the time is the simulator’s own (section 5, R15)', () => {
    const ran = (line: number, text: string, ms: number): ReadonlyArray<TraceEvent> => [
      { p: 'master', n: 2 * line, type: 'command', line, text },
      { p: 'master', n: 2 * line + 1, type: 'result', line, output: [], errors: [], ms },
    ];
    expect(wrongInTheCalm([...ran(1, 'get 9 k', 9000), ...ran(2, 'stabilize', 4999), ...ran(3, 'joinServer 1', 6000)])).toEqual(
      [],
    );
    expect(wrongInTheCalm([...ran(1, 'stabilize', 5001), ...ran(2, 'put 9 k v', 5001)])).toEqual([
      'in the calm: line 1: stabilize took 5001 ms; 5000 ms are allowed',
      'in the calm: line 2: put took 5001 ms; 5000 ms are allowed',
    ]);
  });

  const joined = (...lines: ReadonlyArray<readonly [text: string, error?: string]>): ReadonlyArray<TraceEvent> =>
    ([['joinServer 0'], ['joinServer 1'], ['joinServer 2'], ...lines] as const).flatMap(([text, error], line): TraceEvent[] => [
      { p: 'master', n: 2 * line, type: 'command', line, text },
      { p: 'master', n: 2 * line + 1, type: 'result', line, output: [], errors: error === undefined ? [] : [error], ms: 1 },
    ]);

  test('the partitions are those of links that are certain, and of servers that live', () => {
    const all = new Set([0, 1, 2]);
    expect(certainPartitions(joined(), all)).toEqual([[0, 1, 2]]);
    expect(certainPartitions(joined(['breakConnection 0 1'], ['breakConnection 0 2']), all)).toEqual([[0], [1, 2]]);
    expect(certainPartitions(joined(['breakConnection 0 1', 'late'], ['breakConnection 0 2']), all)).toEqual([[0], [1, 2]]);
    expect(certainPartitions(joined(['createConnection 0 9', 'there is no server 9']), all)).toEqual([[0, 1, 2]]);
    expect(certainPartitions(joined(), new Set([0, 2]))).toEqual([[0, 2]]);
  });

  test('servers that do not pull in the background are found, and those that do are not (R9)', async () => {
    const replicas = [0, 1, 2].map((id) => createReplica(`${id}.1`));
    step(replicas[0]!, {
      ...{ type: 'put', client: 9, session: '1', clientTime: 1, replica: null, clock: 0, key: 'k', value: 'v', require: [] },
    });
    const living = new Map(replicas.map((replica, id) => [`server-${id}#1`, { inside: { replica, failure: undefined } }]));
    const pull = (to: number, from: number): void => {
      const asked = vectorOf(replicas[to]!);
      const pulled = step(replicas[from]!, { type: 'pull', puller: replicas[to]!.id, vv: asked, after: null }).answer;
      step(replicas[to]!, { type: 'merge', asked, pulled });
    };
    let waited = 0;
    const wait = (antiEntropyMs: number, pullSome: () => void = () => undefined) => {
      waited = 0;
      const after = (ms: number): Promise<void> => {
        pullSome();
        waited += ms;
        return Promise.resolve();
      };
      return notSpread({ events: joined(), living, antiEntropyMs, after });
    };
    expect(await wait(0)).toEqual([]);
    expect(await wait(250)).toEqual([
      '[R9] in the calm servers 0, 1, 2 do not come to equal stores within 33000 ms, though they pull every 250 ms',
    ]);
    expect(waited).toBe(33_000);
    expect(await wait(250, () => pull(1, 0))).toHaveLength(1);
    expect(await wait(250, () => pull(2, 1))).toEqual([]);
    expect(waited).toBe(50);
  });
});
