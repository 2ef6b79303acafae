/** Plans of simulated runs that were thought of: a script, and nothing that befalls it. */
import { NO_NETWORK_FAULTS } from '../../../conformance/simulation/network-faults.js';
import type { SimulationPlan } from '../../../conformance/simulation/simulation-plan.js';

/** A plan with this script, and what else is said. */
export const planned = (script: ReadonlyArray<string>, rest: Partial<SimulationPlan> = {}): SimulationPlan => ({
  ...{ seed: 1, script, nextDay: [], antiEntropyMs: 20, thinkMs: 0, timeoutMs: 5_000, fsync: false, partWrites: 0 },
  ...{ networkFaults: NO_NETWORK_FAULTS, faults: [], world: [] },
  ...rest,
});
