/**
 * A simulated run: the master, the servers and the clients that ship, in the world of a plan. While the run goes on, it looks into all replicas at once.
 * When the run is done, layer 3 and the judge assess it (`layer4-hostile/assess.ts`).
 */
import type { NodeId } from '#bayou/core/ids.js';
import type { ReplicaOptions } from '#bayou/impl/replica.js';
import type { AssessedRun } from '../layer4-hostile/assess.js';
import type { ProcessFault } from '../layer4-hostile/hostile-plan.js';
import { noneDone, type Nemesis } from '../layer4-hostile/nemesis.js';
import { RunningTrace } from '../layer3-traces/running-trace.js';
import { Insight } from './inside.js';
import { NO_NETWORK_FAULTS } from './network-faults.js';
import { LogsOfTheDead } from './logs-of-the-dead.js';
import type { ReachedSteps } from './reached-steps.js';
import { isWrong, runDay, type SharedRunState } from './simulated-day.js';
import type { NetworkCounts } from './simulated-network.js';
import type { SimulationPlan } from './simulation-plan.js';
import { Simulation } from './simulation.js';
import { WorldTrace } from './world-trace.js';
import type { WorldCounts } from './world-faults.js';

/** A finished run. */
export interface SimulatedRun extends AssessedRun {
  /** All events of the world, a line each: the same for the same plan. */
  readonly trace: WorldTrace;
  readonly events: number;
  readonly simulatedMs: number;
  readonly network: NetworkCounts;
  readonly processes: Readonly<Record<ProcessFault['type'], number>>;
  readonly world: WorldCounts;
}

/** The options of a run. */
export interface SimulatedRunOptions {
  /** Keep the lines of the trace? Default: their hash alone. */
  readonly keep?: boolean;
  readonly signal?: AbortSignal;
  /** Faults to put into the servers; default: none. */
  readonly replica?: ReplicaOptions;
  /** Collects the steps that the run takes. */
  readonly steps?: ReachedSteps;
}

/** Runs a plan, until its end or until the first violation. Rejects where the signal comes first. */
export const simulate = async (
  plan: SimulationPlan,
  { keep = false, signal, replica, steps }: SimulatedRunOptions = {},
): Promise<SimulatedRun> => {
  const trace = new WorldTrace(keep);
  const simulation = new Simulation({ seed: plan.seed, trace, networkFaults: NO_NETWORK_FAULTS });
  const renewals: (readonly [NodeId, string])[] = [];
  const insight = new Insight((...renewal) => renewals.push(renewal));
  const counts: WorldCounts = { cut: 0, reset: 0, clock: 0, slow: 0, squat: 0, guest: 0 };
  const nemeses: Nemesis[] = [];
  const followed = new RunningTrace(() => new Set(nemeses.flatMap(({ lossy }) => [...lossy])));
  const logs = new LogsOfTheDead();
  const shared: SharedRunState = { simulation, plan, insight, followed, logs, nemeses, counts, replica, signal, steps };
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
  return {
    days: days.map(({ events }) => events),
    lossy: new Set(lossy),
    failures: [
      ...insight.violations,
      ...renewals.filter(isWhole).map(([, what]) => what),
      ...(await logs.missing((server) => lossy.includes(server))),
      ...scheduler.uncaught(),
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
