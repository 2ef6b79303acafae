/** Plans of simulated runs: a script, the faults of all links, and what befalls processes, disks, links and clocks. A plan is JSON, and the run is by the plan alone. */
import fc from 'fast-check';
import * as t from 'io-ts/lib/index.js';
import { BytesC } from '#bayou/core/bytes.js';
import { ProcessFaultC, type ProcessFault } from '../layer4-hostile/hostile-plan.js';
import { type ScriptLimits, scripts } from '../common/random-scripts.js';
import { NO_LINK_FAULTS, LinkFaultsC, type LinkFaults } from './link-faults.js';

const fault = <K extends string, P extends t.Props>(type: K, props: P) =>
  t.readonly(
    t.strict({
      type: t.literal(type),
      /** So long after this line of the script began, counted from 1. */
      line: t.number,
      afterMs: t.number,
      /** Which machine, of those of the servers and clients that there are then, by their ids and round again. */
      machine: t.number,
      ...props,
    }),
  );

const WorldFaultC = t.union([
  /** The way from one machine to another is cut for so long, `both`: and the way back. */
  fault('cut', { other: t.number, ms: t.number, both: t.boolean }),
  /** All connections between two machines break. */
  fault('reset', { other: t.number }),
  /** A machine's clock is set by so much, and goes at another rate from then on. */
  fault('clock', { byMs: t.number, rate: t.number }),
  /** Each call to a machine's disk takes so much longer, for so long. */
  fault('slow', { us: t.number, ms: t.number }),
]);

/** What befalls the world around the processes. */
export type WorldFault = t.TypeOf<typeof WorldFaultC>;

/** Decodes a {@link SimulationPlan}. */
export const SimulationPlanC = t.readonly(
  t.strict(
    {
      /** What the plan leaves open is by this: the order and the time of everything, which faults a link does, all that processes draw. */
      seed: t.number,
      script: t.readonlyArray(BytesC),
      /** The script of the next day, with a master of its own: its servers have the folders of the first, its clients the ids. */
      nextDay: t.readonlyArray(BytesC),
      antiEntropyMs: t.number,
      /** How long the master waits before each line: timers of a log and of a connection take seconds. */
      thinkMs: t.number,
      timeoutMs: t.number,
      fsync: t.boolean,
      linkFaults: LinkFaultsC,
      faults: t.readonlyArray(ProcessFaultC),
      world: t.readonlyArray(WorldFaultC),
    },
    'SimulationPlan',
  ),
);

/** A simulated run, before it is run. */
export type SimulationPlan = t.TypeOf<typeof SimulationPlanC>;

const LIMITS: ScriptLimits = { servers: 5, clients: 5, keys: 3, commands: 80, badPercent: 1 };

const perMille = (most: number): fc.Arbitrary<number> => fc.integer({ min: 0, max: most }).map((n) => n / 1000);
const orNone = (some: fc.Arbitrary<number>): fc.Arbitrary<number> =>
  fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: some });

const faultyLinks: fc.Arbitrary<LinkFaults> = fc.record({
  leastUs: fc.constantFrom(50, 50, 500, 20_000),
  moreUs: fc.constantFrom(100, 1_000, 50_000),
  slow: orNone(perMille(50)),
  loss: orNone(perMille(100)),
  split: orNone(perMille(300)),
  merge: orNone(perMille(300)),
  cut: orNone(perMille(40)),
  halfOpen: fc.constantFrom(0, 0.2, 0.5),
  sendBytes: fc.constantFrom(NO_LINK_FAULTS.sendBytes, 4_096),
  receiveBytes: fc.constantFrom(NO_LINK_FAULTS.receiveBytes, 4_096),
  samePort: fc.constantFrom(0, 0.5),
});

/** Short, or longer than a session waits: a put arrives then that it gave up (R14). */
const lapses = fc.oneof({ weight: 7, arbitrary: fc.integer({ min: 1, max: 800 }) }, { weight: 2, arbitrary: fc.constant(6_500) });

/** A kind of fault, and how often it comes beside the others. */
interface Weighted<A> {
  readonly weight: number;
  readonly arbitrary: fc.Arbitrary<A>;
}

/** No more faults of one sort than this in a plan. */
const MOST_FAULTS = 8;

/**
 * Faults in swarms (Groce et al., 2012): each plan has some kinds of them and not the others, many or few. Where everything goes wrong in every run, one
 * fault hides another.
 */
const swarm = <A>(kinds: ReadonlyArray<Weighted<A>>): fc.Arbitrary<ReadonlyArray<A>> =>
  fc
    .tuple(fc.subarray([...kinds]), fc.integer({ min: 1, max: MOST_FAULTS }))
    .chain(([some, most]) =>
      some.length === 0 ? fc.constant<A[]>([]) : fc.array(fc.oneof(...some), { minLength: 1, maxLength: most, size: 'max' }),
    );

const processFaults = (lines: number): ReadonlyArray<Weighted<ProcessFault>> => {
  const where = { line: fc.integer({ min: 4, max: Math.max(4, lines) }), server: fc.nat(59) };
  const afterMs = fc.oneof(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 400 }));
  return [
    { weight: 1, arbitrary: fc.record({ type: fc.constant('pause' as const), ...where, ms: lapses }) },
    { weight: 3, arbitrary: fc.record({ type: fc.constant('crash' as const), ...where, afterMs }) },
    {
      weight: 1,
      arbitrary: fc.record({ type: fc.constant('tear' as const), ...where, bytes: fc.integer({ min: 1, max: 300 }) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ type: fc.constant('scribble' as const), ...where, bytes: fc.integer({ min: 1, max: 60 }) }),
    },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('full' as const), ...where }) },
    {
      weight: 1,
      arbitrary: fc.record({ type: fc.constant('putBack' as const), ...where, after: fc.integer({ min: 1, max: 12 }) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ type: fc.constant('unwritten' as const), ...where, after: fc.integer({ min: 1, max: 6 }) }),
    },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('renew' as const), ...where }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('second' as const), ...where, afterMs }) },
    {
      weight: 3,
      arbitrary: fc.record({
        type: fc.constant('call' as const),
        ...where,
        kind: fc.constantFrom('EIO' as const, 'kill' as const, 'kill' as const, 'short' as const),
        after: fc.nat(40),
        part: fc.constantFrom(0, 0.3, 0.9),
      }),
    },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('power' as const), ...where, afterMs }) },
  ];
};

const worldFaults = (lines: number): ReadonlyArray<Weighted<WorldFault>> => {
  const where = {
    line: fc.integer({ min: 4, max: Math.max(4, lines) }),
    afterMs: fc.integer({ min: 0, max: 300 }),
    machine: fc.nat(59),
  };
  return [
    {
      weight: 3,
      arbitrary: fc.record({ type: fc.constant('cut' as const), ...where, other: fc.nat(59), ms: lapses, both: fc.boolean() }),
    },
    { weight: 2, arbitrary: fc.record({ type: fc.constant('reset' as const), ...where, other: fc.nat(59) }) },
    {
      weight: 1,
      arbitrary: fc.record({
        type: fc.constant('clock' as const),
        ...where,
        byMs: fc.constantFrom(0, -5_000, 60_000, -86_400_000),
        rate: fc.constantFrom(1, 0.9, 1.2),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ type: fc.constant('slow' as const), ...where, us: fc.constantFrom(500, 20_000), ms: lapses }),
    },
  ];
};

/** How often servers pull, and how long the master waits before each line, both in ms: many pulls in little time, or much time with few of them. */
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

/** The next day's values are others, so that each names its put. */
const nextDays: fc.Arbitrary<ReadonlyArray<string>> = fc.oneof(
  { weight: 2, arbitrary: fc.constant([]) },
  {
    weight: 1,
    arbitrary: scripts({ ...LIMITS, commands: 25 }).map(({ lines }) =>
      lines.map((line) => line.replace(/^(put .*) v(\d+)$/, '$1 w$2')),
    ),
  },
);

/** Plans, which shrink to fewer faults, calmer links and shorter scripts. */
export const simulationPlans: fc.Arbitrary<SimulationPlan> = scripts(LIMITS).chain(({ lines }) =>
  fc
    .record({
      seed: fc.nat(),
      script: fc.constant(lines),
      nextDay: nextDays,
      pace: fc.constantFrom(...PACES),
      timeoutMs: fc.constant(5_000),
      fsync: fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
      linkFaults: fc.oneof({ weight: 1, arbitrary: fc.constant(NO_LINK_FAULTS) }, { weight: 3, arbitrary: faultyLinks }),
      faults: swarm(processFaults(lines.length)),
      world: swarm(worldFaults(lines.length)),
    })
    .map(({ pace: [antiEntropyMs, thinkMs], ...plan }) => ({ ...plan, antiEntropyMs, thinkMs })),
);

/** The seed of one run of a seed's. */
export const simulationSeed = (seed: number, run: number): number => (Math.imul(seed, 1_000_003) + run) | 0;

/** Run `run` of a seed: the same in a series of any length. */
export const simulationPlanOf = (seed: number, run: number): SimulationPlan =>
  fc.sample(simulationPlans, { seed: simulationSeed(seed, run), numRuns: 1 })[0]!;
