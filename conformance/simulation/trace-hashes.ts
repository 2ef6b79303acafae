/** The part of `npm run same-traces` that one Node does: runs the plans of a seed, and prints for each run its number, the hash of its trace, and its number of events. */
import { simulationPlanOf } from './simulation-plan.js';
import { simulate } from './simulated-run.js';

const [seed = 1, runs = 1] = process.argv.slice(2).map(Number);
for (let run = 0; run < runs; run++) {
  const { trace, events } = await simulate(simulationPlanOf(seed, run));
  process.stdout.write(`${run} ${trace.hash()} ${events}\n`);
}
