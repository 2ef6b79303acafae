/** Plans of simulated runs: a script, the network's faults, and the faults of processes, disks, ways and clocks. A plan is JSON, and decides its run alone. */
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts/lib/index.js';
import { type Bytes, BytesC } from '#bayou/core/bytes.js';
import type { NodeId } from '#bayou/core/ids.js';
import { parseLine, showCommand } from '#bayou/core/script.js';
import { ProcessFaultC } from '../layer4-hostile/hostile-plan.js';
import { type ScriptLimits, scripts } from '../common/random-scripts.js';
import { failingLogs, type FailingLog } from './failing-logs.js';
import { NO_NETWORK_FAULTS, NetworkFaultsC, type NetworkFaults } from './network-faults.js';
import {
  type FaultContext,
  type FaultTargets,
  faultTargetsIn,
  processFaults,
  storms,
  swarm,
  WorldFaultC,
  worldFaults,
} from './plan-faults.js';

const SimulationPlanC = t.readonly(
  t.strict(
    {
      /** The seed of everything that the plan does not say: the order and times of all events, the faults of each connection, and the processes' random numbers. */
      seed: t.number,
      script: t.readonlyArray(BytesC),
      /** The script of the next day, which has a master of its own. Its servers have the folders of the first day, and its clients the same ids. */
      nextDay: t.readonlyArray(BytesC),
      antiEntropyMs: t.number,
      /** How long, in ms, the master waits before each line, so that timers of logs and connections, which take seconds, run out. */
      thinkMs: t.number,
      timeoutMs: t.number,
      fsync: t.boolean,
      /** The most writes of an answer to a pull (R9), so that small logs come in parts, too; 0: as many as the shipped server's. */
      partWrites: t.number,
      networkFaults: NetworkFaultsC,
      faults: t.readonlyArray(ProcessFaultC),
      world: t.readonlyArray(WorldFaultC),
    },
    'SimulationPlan',
  ),
);

/** A simulated run, before it is run. */
export type SimulationPlan = t.TypeOf<typeof SimulationPlanC>;

/** The values of fields that earlier plans lack. */
const LATER: Partial<SimulationPlan> = { partWrites: 0 };

/** Reads a JSON value as a plan, also one that was kept before plans had all of their fields; undefined: it is no plan. */
export const planIn = (json: unknown): SimulationPlan | undefined => {
  const whole = typeof json === 'object' ? { ...LATER, ...json } : json;
  return SimulationPlanC.is(whole) ? whole : undefined;
};

/** The ids of a run's servers 0, 1, 2, …. Some lists have another order as texts than as numbers. */
const IDS: ReadonlyArray<ReadonlyArray<NodeId>> = [
  [0, 1, 2, 3, 4],
  [8, 9, 10, 11, 12],
];

const LIMITS: ScriptLimits = { servers: 5, clients: 5, keys: 3, commands: 80, badPercent: 1 };

const perMille = (most: number): fc.Arbitrary<number> => fc.integer({ min: 0, max: most }).map((n) => n / 1000);
const orNone = (some: fc.Arbitrary<number>): fc.Arbitrary<number> =>
  fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: some });

const faultyNetwork: fc.Arbitrary<NetworkFaults> = fc.record({
  leastUs: fc.constantFrom(50, 50, 500, 20_000),
  moreUs: fc.constantFrom(100, 1_000, 50_000),
  slow: orNone(perMille(50)),
  loss: orNone(perMille(100)),
  split: orNone(perMille(300)),
  merge: orNone(perMille(300)),
  broken: orNone(perMille(40)),
  halfOpen: fc.constantFrom(0, 0.2, 0.5),
  sendBytes: fc.constantFrom(NO_NETWORK_FAULTS.sendBytes, 4_096),
  receiveBytes: fc.constantFrom(NO_NETWORK_FAULTS.receiveBytes, 4_096),
  samePort: fc.constantFrom(0, 0.5),
});

/** The interval of background pulls, and the master's wait before each line, both in ms: many pulls in little time, or few pulls in much time. */
const PACES: ReadonlyArray<readonly [antiEntropyMs: number, thinkMs: number]> = [
  ...([
    [0, 0],
    [5, 0],
    [20, 0],
    [250, 0],
    [20, 30],
  ] as const),
  ...([
    [250, 300],
    [1_000, 3_000],
    [0, 3_000],
  ] as const),
];

/** Replaces the server's ids in a command. */
const renamed = (line: Bytes, ids: ReadonlyArray<NodeId>): Bytes => {
  const parsed = parseLine(line);
  if (E.isLeft(parsed) || parsed.right === undefined) return line;
  const of = (id: NodeId): NodeId => ids[id] ?? id;
  const c = parsed.right;
  const ends =
    'a' in c ? { a: of(c.a), b: of(c.b) } : 'server' in c ? { server: of(c.server) } : 'id' in c ? { id: of(c.id) } : {};
  return showCommand({ ...c, ...ends });
};

/** Inserts a get and a put of each client into the calm, where each must be served. The values are `prefix` and the client's id; no other put has them. */
const inTheCalm = (lines: ReadonlyArray<Bytes>, prefix: string): ReadonlyArray<Bytes> => {
  const joins = lines.flatMap((line) => /^joinClient (\d+) /.exec(line)?.[1] ?? []);
  return [...new Set(joins)].flatMap((id) => [`get ${id} k0`, `put ${id} k0 ${prefix}${id}`]);
};

/** Draws the script of a day. The next day has other values, so that each value still names its put. */
const days = (limits: ScriptLimits, isNext: boolean): fc.Arbitrary<ReadonlyArray<Bytes>> =>
  scripts(limits).map(({ lines }) => [
    ...lines.map((line) => (isNext ? line.replace(/^(put .*) v(\d+)$/, '$1 w$2') : line)),
    ...inTheCalm(lines, isNext ? 'y' : 'z'),
  ]);

const nextDays: fc.Arbitrary<ReadonlyArray<Bytes>> = fc.oneof(
  { weight: 2, arbitrary: fc.constant([]) },
  { weight: 1, arbitrary: days({ ...LIMITS, commands: 25 }, true) },
);

const planFor = ({ script, ids, fsync }: FaultContext, where: FaultTargets): fc.Arbitrary<SimulationPlan> =>
  fc
    .record({
      seed: fc.nat(),
      script: fc.constant(script.map((line) => renamed(line, ids))),
      nextDay: nextDays.map((lines) => lines.map((line) => renamed(line, ids))),
      pace: fc.constantFrom(...PACES),
      timeoutMs: fc.constant(5_000),
      fsync: fc.constant(fsync),
      partWrites: fc.constantFrom(0, 0, 0, 1, 2),
      networkFaults: fc.oneof({ weight: 1, arbitrary: fc.constant(NO_NETWORK_FAULTS) }, { weight: 3, arbitrary: faultyNetwork }),
      faults: swarm(processFaults(where, fsync)),
      world: swarm(worldFaults(where)),
    })
    .map(({ pace: [antiEntropyMs, thinkMs], ...plan }) => ({ ...plan, antiEntropyMs, thinkMs }));

/** The plan with more lines and faults before its calm. */
const withEnd = (plan: SimulationPlan, { lines, faults }: FailingLog): SimulationPlan => {
  const end = plan.script.lastIndexOf('stabilize');
  if (lines.length === 0) return plan;
  return {
    ...plan,
    script: [...plan.script.slice(0, end), ...lines, ...plan.script.slice(end)],
    faults: [...plan.faults, ...faults],
  };
};

/** Draws plans. They shrink to fewer faults, a network with fewer faults, and shorter scripts. */
export const simulationPlans: fc.Arbitrary<SimulationPlan> = fc
  .record({
    script: days(LIMITS, false),
    ids: fc.constantFrom(...IDS),
    fsync: fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  })
  .chain((frame) =>
    fc.tuple(
      faultTargetsIn(frame.script).chain((where) => planFor(frame, where)),
      storms(frame),
    ),
  )
  .map(([plan, { faults, world, pace, settlesAfter: at }]) => ({
    ...plan,
    ...pace,
    script: at === 0 ? plan.script : [...plan.script.slice(0, at), 'stabilize', ...plan.script.slice(at)],
    faults: [...plan.faults, ...faults],
    world: [...plan.world, ...world],
  }))
  .chain((plan) => failingLogs(plan.script).map((end) => withEnd(plan, end)));

/** The seed of the run `run` of a series. */
export const simulationSeed = (seed: number, run: number): number => (Math.imul(seed, 1_000_003) + run) | 0;

/** The plan of the run `run` of a series: the same in a series of any length. */
export const simulationPlanOf = (seed: number, run: number): SimulationPlan =>
  fc.sample(simulationPlans, { seed: simulationSeed(seed, run), numRuns: 1 })[0]!;
