/**
 * Hostile runs from the command line: `node dist/conformance/layer4-hostile/main.js --runs 20 --seed 1`. Run `i` of seed `s` is run 0
 * of seed `s + i`, so every run can be had again alone. Exit status: 0 all sound, 1 one was not, 2 bad usage.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import fc from 'fast-check';
import { type HostilePlan, hostilePlans, HostilePlanC, planOf } from './hostile-plan.js';
import { assess, type HostileRun, runHostile, showAssessment } from './hostile-run.js';

interface Options {
  readonly runs: number;
  readonly seed: number;
  readonly plan?: string;
  readonly trace?: string;
  readonly show: boolean;
  readonly shrink: boolean;
}

const PROGRAM = 'node dist/conformance/layer4-hostile/main.js';
const SHRINK_MS = 300_000;

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const natural = (text: string): number => {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Use a non-negative whole number.');
  return Number(text);
};

const counted = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .filter(([, n]) => n > 0)
    .map(([what, n]) => `${n} ${what}`)
    .join(', ');

const isSound = async (plan: HostilePlan): Promise<boolean> => (await assess(await runHostile(plan))).sound;

/** A smaller plan that is unsound, too, as far as it is found in time. */
const shrink = async (seed: number): Promise<void> => {
  const property = fc.asyncProperty(hostilePlans, isSound);
  const found = await fc.check(property, { seed, numRuns: 1, interruptAfterTimeLimit: SHRINK_MS });
  say(
    found.counterexample === null ? 'it does not fail every time' : `smallest plan:\n${JSON.stringify(found.counterexample[0])}`,
  );
};

const report = async (run: HostileRun, plan: HostilePlan, name: string, show: boolean): Promise<boolean> => {
  const v = await assess(run);
  const what = [
    `${plan.script.length} lines`,
    `${run.days.flat().length} events`,
    counted({ ...run.network }),
    counted(run.processes),
  ];
  say(`${name}: ${v.sound ? 'sound' : 'UNSOUND'} (${what.filter((text) => text !== '').join('; ')})`);
  if (show || !v.sound) say(JSON.stringify(plan));
  if (!v.sound) say(showAssessment(v));
  return v.sound;
};

const readPlan = (file: string): HostilePlan => {
  const plan: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (!HostilePlanC.is(plan)) throw new Error(`${file} is no plan of a hostile run`);
  return plan;
};

const main = async (o: Options): Promise<number> => {
  if (o.plan !== undefined) {
    const plan = readPlan(o.plan);
    const run = await runHostile(plan);
    if (o.trace !== undefined)
      writeFileSync(
        o.trace,
        run.days
          .flat()
          .map((event) => `${JSON.stringify(event)}\n`)
          .join(''),
      );
    return (await report(run, plan, o.plan, o.show)) ? 0 : 1;
  }
  for (let run = 0; run < o.runs; run++) {
    const plan = planOf(o.seed, run);
    if (await report(await runHostile(plan), plan, `run ${run} of seed ${o.seed}`, o.show)) continue;
    say(`repeat with: ${PROGRAM} --runs 1 --seed ${o.seed + run}`);
    if (o.shrink) await shrink(o.seed + run);
    return 1;
  }
  say(`${o.runs} runs of seed ${o.seed}: all sound`);
  return 0;
};

const command = new Command('hostile')
  .description('run random scripts on real clusters under faults of network, processes and disks, and judge what came of it')
  .option('--runs <n>', 'how many runs', natural, 10)
  .option('--seed <n>', 'the seed of the first run', natural, 1)
  .option('--plan <file>', 'run this one plan (JSON) instead')
  .option('--trace <file>', 'with --plan: write down its events')
  .option('--show', 'print every plan', false)
  .option('--shrink', 'look for a smaller plan that fails, too', false)
  .action(async (o: Options) => {
    process.exitCode = await main(o);
  });
command.exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));
await command.parseAsync();
