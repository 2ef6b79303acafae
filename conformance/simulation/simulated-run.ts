/* eslint-disable max-lines-per-function -- a day is told from morning to evening. */
/**
 * A simulated run: the master, the servers and the clients that ship, in a world that a plan makes; and what is thought of it, by the model, by the judge
 * that knows no model, and by whoever looks into all replicas at once.
 */
import { serverOf, type NodeId } from '#bayou/core/ids.js';
import type { TraceEvent } from '#bayou/core/trace.js';
import type { ReplicaOptions } from '#bayou/impl/replica.js';
import { runScript } from '#bayou/master/run.js';
import type { ScriptReader } from '#bayou/master/lines.js';
import type { ServerConfig } from '#bayou/net/process-config.js';
import type { RunningServer } from '#bayou/net/server.js';
import type { ProcessFault } from '../layer4-hostile/hostile-plan.js';
import type { CallFault } from '../layer4-hostile/fault-effects.js';
import { noneDone, startNemesis, type Nemesis } from '../layer4-hostile/nemesis.js';
import type { ReachedSteps } from './reached-steps.js';
import { DATA, machineOf, machinesOf, replicaOf, simulatedCluster } from './simulated-cluster.js';
import { simulatedEffects, startSecondWith } from './simulated-fault-effects.js';
import { judge } from '../layer4-hostile/judge/judge.js';
import { historyOfRuns } from '../layer4-hostile/judge/history-of-trace.js';
import { showVerdict, type Verdict } from '../layer4-hostile/judge/verdict.js';
import { showTraceVerdict, validating, type TraceVerdict } from '../layer3-traces/validate-trace.js';
import { RunningTrace } from '../layer3-traces/running-trace.js';
import { inTurns } from '../common/in-turns.js';
import { wrongInTheCalm } from './calm.js';
import { guestProgram } from './guest.js';
import { closeGently, leftBehind, crowded } from './endings.js';
import { Insight } from './inside.js';
import type { Life } from './life.js';
import { LogsOfTheDead } from './logs-of-the-dead.js';
import type { NetworkCounts } from './simulated-network.js';
import type { SimulationPlan } from './simulation-plan.js';
import { programsOf, type Recorder } from './programs.js';
import { type Environment, Simulation } from './simulation.js';
import { Trace } from './world-trace.js';
import { NO_LINK_FAULTS } from './link-faults.js';
import { inflictOnWorld, GUEST, mendWorld, type SendGuest, type WorldCounts } from './world-faults.js';

/** What a run left. */
export interface SimulatedRun {
  /** By day. */
  readonly days: ReadonlyArray<ReadonlyArray<TraceEvent>>;
  /** Servers whose logs were spoilt, put back from older copies or taken away: they alone may have lost something. */
  readonly lossy: ReadonlySet<NodeId>;
  /** What must not happen under any fault. */
  readonly failures: ReadonlyArray<string>;
  /** Everything that happened, a line each: the same for the same plan. */
  readonly trace: Trace;
  readonly events: number;
  readonly simulatedMs: number;
  readonly network: NetworkCounts;
  readonly processes: Readonly<Record<ProcessFault['type'], number>>;
  readonly world: WorldCounts;
}

/** How far a day may go: more is a run that does not end. */
const MOST_EVENTS = 3_000_000;
const DAY_US = 7_200_000_000;

/** What a server says of a guest that calls itself a master, and tells it to call where nobody can be. */
const A_BAD_CALLER = /: master 0 was cut off: it sent a message whose field 'ask\b/;

/** What the days of a run share. */
interface Shared {
  readonly simulation: Simulation;
  readonly plan: SimulationPlan;
  readonly insight: Insight;
  readonly followed: RunningTrace;
  readonly logs: LogsOfTheDead;
  /** What befalls the servers, a day each. */
  readonly nemeses: Nemesis[];
  readonly counts: WorldCounts;
  readonly replica: ReplicaOptions | undefined;
  readonly signal: AbortSignal | undefined;
  readonly steps: ReachedSteps | undefined;
}

/** Has something been seen that must not be? The run ends there. */
const isWrong = ({ insight, followed }: Shared): boolean => insight.violations.length > 0 || followed.rejection !== undefined;

/** What one day left. */
interface Day {
  readonly events: ReadonlyArray<TraceEvent>;
  readonly failures: ReadonlyArray<string>;
  readonly nemesis: Nemesis | undefined;
}

/** Runs the script of one day to its end. */
const runDay = async (shared: Shared, number: number): Promise<Day> => {
  const { simulation, plan, insight, followed, counts, signal } = shared;
  const events: TraceEvent[] = [];
  const failures: string[] = [];
  const configs = new Map<NodeId, ServerConfig>();
  const living = new Map<string, RunningServer>();
  const startFaults = new Map<NodeId, CallFault[]>();
  const day: { nemesis?: Nemesis; isOver?: boolean; isDone?: boolean; hasBadCaller?: boolean } = {};
  const recorder: Recorder = {
    onEvent: (event) => {
      events.push(event);
      // What was to befall its start has, or never will.
      if (event.type === 'start' && startFaults.delete(serverOf(event.replica)))
        machineOf(simulation, 'server', serverOf(event.replica)).disk.disarm();
      insight.onEvent(event);
      shared.steps?.onEvent(event);
      followed.take(event);
      shared.logs.onEvent(event);
    },
    onServer: (name, server) => {
      insight.onServer(name, server);
      shared.steps?.onServer(name, server);
      living.set(name, server);
    },
    onFault: (line) => {
      if (!(day.hasBadCaller && A_BAD_CALLER.test(line))) failures.push(line);
    },
  };

  const play = async (environment: Environment, life: Life): Promise<void> => {
    const { starter, cluster, running, tracer } = simulatedCluster({
      ...{ simulation, environment, life, recorder, settings: plan, replica: replicaOf(plan.partWrites, shared.replica) },
      onStart: (kind, config, started) => {
        started.life.onDeath(() => insight.onDeath(config.name));
        if (kind !== 'server') return;
        started.life.onDeath(() => {
          living.delete(config.name);
          shared.logs.onDeath(simulation, started.machine, config.id, config.name);
        });
        configs.set(config.id, config as ServerConfig);
        // Whoever starts it again has made room, and the disk that failed is another.
        started.machine.disk.isFull = false;
        started.machine.disk.disarm();
        for (const fault of startFaults.get(config.id)?.splice(0, 1) ?? []) started.machine.disk.arm(fault);
      },
      onDeath: ({ role, id }, how) => {
        if (day.isOver !== true && day.nemesis?.isExpected(id) !== true) failures.push(`${role} ${id} ended by itself: ${how}`);
      },
    });
    const sendGuest: SendGuest = (machine, deed) => {
      const config = [...configs.values()].find(({ id }) => `s${id}` === machine);
      const [at] = simulation.network.portsOf(machine);
      if (config === undefined || at === undefined) return;
      day.hasBadCaller ||= deed === 'address';
      simulation.machine(GUEST).isSheltered = true;
      simulation.start(simulation.machine(GUEST), GUEST, guestProgram(deed, config.id, at, config.secret));
    };
    const servers = programsOf((name) => running.get(name)!.life, undefined).server;
    const effects = simulatedEffects({
      simulation,
      fsync: plan.fsync,
      armStart: (id, faults) => startFaults.set(id, [...faults]),
      runningOf: (name) => running.get(name),
      machineOfFolder: (folder) => machineOf(simulation, 'server', Number(folder.slice(folder.lastIndexOf('-') + 1))),
      startSecond: (machine, config) => {
        const second = startSecondWith(simulation, servers)(machine, config);
        running.set(config.name, second.running);
        return second;
      },
      configOf: (id) => configs.get(id),
      atLine: (line) => {
        for (const fault of plan.world)
          if (fault.line === line) inflictOnWorld(simulation, fault, machinesOf(cluster), counts, sendGuest);
      },
    });
    const { network } = simulation;
    const setCalm = (calm: boolean): void => {
      network.linkFaults = calm ? NO_LINK_FAULTS : plan.linkFaults;
      if (calm) mendWorld(simulation);
    };
    const nemesis = startNemesis(plan, cluster, DATA, setCalm, effects);
    day.nemesis = nemesis;
    shared.nemeses.push(nemesis);
    const print = (text: string): void => environment.say(`> ${text.trimEnd()}`);
    const complain = (text: string): void => environment.say(`! ${text}`);
    const { world } = environment;
    const think = (): Promise<void> =>
      new Promise((resolve) => simulation.scheduler.after(plan.thinkMs * 1000, life, 'think', resolve));
    const next: ScriptReader['next'] = () => think().then(nemesis.reader.next);
    await runScript({
      reader: { ...nemesis.reader, next },
      cluster: nemesis.cluster,
      starter,
      print,
      complain,
      trace: tracer,
      clock: world.clock,
    });
    day.isOver = true;
    const closing = [...living].flatMap(([name, server]) => {
      const process = running.get(name);
      return process === undefined ? [] : [{ server, running: process }];
    });
    failures.push(...crowded(living, machinesOf(cluster).length + 1));
    if (!isWrong(shared)) failures.push(...(await closeGently(simulation, life, closing)));
    await starter.killAll();
    failures.push(...leftBehind(simulation));
  };

  // The master stands for whoever drives the cluster by hand; its own connections are no part of what is tried.
  simulation.machine('master').isSheltered = true;
  const master = simulation.start(simulation.machine('master'), `master-${number}`, (environment) => {
    void play(environment, master.life)
      .catch((error: unknown) =>
        failures.push(`the master: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`),
      )
      .finally(() => (day.isDone = true));
  });
  const { scheduler } = simulation;
  const limits = { events: scheduler.events + MOST_EVENTS, untilUs: scheduler.nowUs + DAY_US };
  const end = await simulation.run(() => day.isDone === true || isWrong(shared) || signal?.aborted === true, limits);
  signal?.throwIfAborted();
  if (end !== 'done') failures.push(`the script does not come to its end (${end})`);
  for (const machine of simulation.machines.values()) for (const { life } of [...machine.running]) life.die('the end of the day');
  if (end === 'done' && !isWrong(shared)) failures.push(...wrongInTheCalm(events));
  return { events, failures, nemesis: day.nemesis };
};

/** How a plan is run. */
export interface SimulateOptions {
  /** Are the lines of its trace kept, or their hash alone? */
  readonly keep?: boolean;
  readonly signal?: AbortSignal;
  /** Faults to put into the servers; default: none. */
  readonly replica?: ReplicaOptions;
  /** Told of all that happens, to say which steps the run has taken. */
  readonly steps?: ReachedSteps;
}

/** Runs a plan, until its end or until something is seen that must not be. Rejects where the signal comes first. */
export const simulate = async (
  plan: SimulationPlan,
  { keep = false, signal, replica, steps }: SimulateOptions = {},
): Promise<SimulatedRun> => {
  const trace = new Trace(keep);
  const simulation = new Simulation({ seed: plan.seed, trace, linkFaults: NO_LINK_FAULTS });
  const renewals: (readonly [NodeId, string])[] = [];
  const insight = new Insight((...renewal) => renewals.push(renewal));
  const counts: WorldCounts = { cut: 0, reset: 0, clock: 0, slow: 0, squat: 0, guest: 0 };
  const nemeses: Nemesis[] = [];
  const followed = new RunningTrace(() => new Set(nemeses.flatMap(({ lossy }) => [...lossy])));
  const logs = new LogsOfTheDead();
  const shared: Shared = { simulation, plan, insight, followed, logs, nemeses, counts, replica, signal, steps };
  const first = await runDay(shared, 1);
  const days = [first];
  if (plan.nextDay.length > 0 && first.failures.length === 0 && !isWrong(shared)) {
    insight.nextDay();
    followed.nextRun();
    const next = { ...plan, script: plan.nextDay, nextDay: [], faults: [], world: [] };
    days.push(await runDay({ ...shared, plan: next }, 2));
  }
  const [lossy, doubtful] = [
    days.flatMap((d) => [...(d.nemesis?.lossy ?? [])]),
    days.flatMap((d) => [...(d.nemesis?.doubtful ?? [])]),
  ];
  const isWhole = ([server]: readonly [NodeId, string]): boolean => !lossy.includes(server) && !doubtful.includes(server);
  const { scheduler, network } = simulation;
  const crashes = scheduler.crashes.map(
    ({ life, error }) => `${life} did not catch ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
  );
  return {
    days: days.map(({ events }) => events),
    lossy: new Set(lossy),
    failures: [
      ...insight.violations,
      ...renewals.filter(isWhole).map(([, what]) => what),
      ...(await logs.missing((server) => lossy.includes(server))),
      ...crashes,
      ...days.flatMap(({ failures }) => failures),
    ],
    trace,
    events: scheduler.events,
    simulatedMs: Math.round(scheduler.nowUs / 1000),
    network: network.counts,
    processes: first.nemesis?.done ?? noneDone(),
    world: counts,
  };
};

/** What is thought of a run. */
export interface SimulatedVerdict {
  readonly sound: boolean;
  readonly judged: Verdict;
  readonly validated: TraceVerdict;
  readonly failures: ReadonlyArray<string>;
}

/** Judges a run by what its processes wrote down, and by what was seen from inside. */
export const assessSimulated = async (
  run: Pick<SimulatedRun, 'days' | 'lossy' | 'failures'>,
  signal?: AbortSignal,
): Promise<SimulatedVerdict> => {
  const judged = judge(historyOfRuns(run.days, run.lossy));
  const validated = await inTurns(validating(run.days, run.lossy), signal);
  const sound = judged.kept && validated.verdict !== 'diverges' && run.failures.length === 0;
  return { sound, judged, validated, failures: run.failures };
};

/** A verdict as text. */
export const showSimulated = (v: SimulatedVerdict): string =>
  [...v.failures, showVerdict(v.judged), showTraceVerdict(v.validated)].join('\n');
