/** Makes a simulated run's plan into a plan for real processes: the same script and faults, and the network faults that proxies can do. */
import type { HostilePlan } from '../layer4-hostile/hostile-plan.js';
import type { SimulationPlan } from './simulation-plan.js';

/** Leaves out the faults that real processes and disks cannot have: faults of single calls of a log, of a machine's power, of clocks, slow disks, and ways that are blocked for a while. */
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
