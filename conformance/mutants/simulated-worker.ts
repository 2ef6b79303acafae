/** Simulates in a copy that has a fault: run after run of a seed until one is wrong. Arguments: `SEED FROM RUNS`. Prints one line of JSON. */
import { messageOf } from '#bayou/core/errors.js';
import { simulationPlanOf } from '../simulation/simulation-plan.js';
import { assess, showAssessment } from '../layer4-hostile/assess.js';
import { simulate } from '../simulation/simulated-run.js';

const [seed = 1, from = 0, runs = 1] = process.argv.slice(2).map(Number);
let events = 0;

const say = (found: number | null, why: string): void => {
  const { user, system } = process.cpuUsage();
  process.stdout.write(`${JSON.stringify({ found, why, events, processorMs: (user + system) / 1000 })}\n`, () => process.exit());
};

const tryRun = async (run: number): Promise<string | undefined> => {
  try {
    const done = await simulate(simulationPlanOf(seed, run));
    events += done.events;
    const verdict = await assess(done);
    if (verdict.sound) return undefined;
    const text = showAssessment(verdict).split('\n');
    return verdict.failures[0] ?? text.find((line) => /broken:|why:/.test(line)) ?? text[0] ?? '';
  } catch (error) {
    return messageOf(error);
  }
};

const search = async (): Promise<void> => {
  for (let run = from; run < from + runs; run++) {
    const why = await tryRun(run);
    if (why !== undefined) {
      say(run, why.split('\n')[0]!.trim());
      return;
    }
  }
  say(null, '');
};
await search();
