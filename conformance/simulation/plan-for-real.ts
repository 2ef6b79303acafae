/** A simulated run's plan for real processes: the same script and faults, and a network that does what proxies can. */
import type { HostilePlan } from '../layer4-hostile/hostile-plan.js';
import type { SimulationPlan } from './simulation-plan.js';

/** What cannot be done to real processes and disks is left out: single calls of a log, a machine's power, clocks, slow disks, links that are cut for a while. */
export const realPlanOf = ({ seed, script, nextDay, antiEntropyMs, networkFaults, faults }: SimulationPlan): HostilePlan => {
  const way = {
    delayMs: Math.round((networkFaults.leastUs + networkFaults.moreUs / 2) / 1000),
    repeat: 0,
    reorder: 0,
    drop: 0,
    cut: networkFaults.broken,
  };
  return {
    script,
    nextDay,
    antiEntropyMs,
    network: { seed, there: way, back: way, blackHole: 0 },
    faults: faults.filter(({ type }) => !['call', 'start', 'power'].includes(type)),
  };
};
