/** One Node's part of `npm run same-traces`: does the runs of a seed, and prints for each its number, the hash of its trace, and how many events it had. */
import { simulationPlanOf } from './simulation-plan.js';
import { simulate } from './simulated-run.js';

const [seed = 1, runs = 1] = process.argv.slice(2).map(Number);
for (let run = 0; run < runs; run++) {
  const { trace, events } = await simulate(simulationPlanOf(seed, run));
  process.stdout.write(`${run} ${trace.hash()} ${events}\n`);
}
