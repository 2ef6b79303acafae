/**
 * `bayou conform --simulate --corpus DIR` keeps in a folder the plans whose runs took steps that no earlier run took. Every other run is by a variation of such a plan.
 * The plans that the folder already has run first. A run is repeated by its plan, and not by the seed: the choice of the plans that are varied depends on all earlier runs.
 */
import { createHash } from 'node:crypto';
import { readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import fc from 'fast-check';
import { makeFolder } from '#bayou/files/folder.js';
import { UsageError } from '#bayou/command-line/exit.js';
import { wrongToMake } from '#bayou/command-line/named-files.js';
import { reasonOf } from '#bayou/command-line/say.js';
import { isPlan } from '../common/plan-json.js';
import { NO_NETWORK_FAULTS } from '../simulation/network-faults.js';
import { ReachedSteps } from '../simulation/reached-steps.js';
import { simulationPlanOf, simulationSeed, type SimulationPlan } from '../simulation/simulation-plan.js';
import { showAssessment } from '../layer4-hostile/assess.js';
import { smallerPlans, variationsOf } from '../simulation/vary-plan.js';
import { stemOf } from '../explore/keep-run.js';
import type { ConformArgs } from './conform-args.js';
import { shrinkByCandidates } from './make-smaller.js';
import { Sum, type TriedPlan } from './simulation-sum.js';
import { isSound, keepTried, readSimulationPlan, SIMULATION_SHRINK_MS, tryPlan, type Series } from './simulation-tasks.js';
import { unlessAborted, type Task } from './tasks.js';

/** The most plans of a corpus: once there are so many, no further plan is kept. */
const MAX_KEPT = 10_000;

/** The names of the files with plans in a folder. Makes the folder where there is none. */
const filesIn = (folder: string): ReadonlyArray<string> => {
  const wrong = wrongToMake(folder);
  if (wrong !== undefined) throw new UsageError(`--corpus: ${folder}: ${wrong}`);
  try {
    makeFolder(folder);
    return readdirSync(folder).filter(isPlan).sort();
  } catch (error) {
    throw new UsageError(`--corpus: ${folder}: ${reasonOf(error)}`);
  }
};

/** The plans whose runs took new steps, with their folder. */
class Corpus {
  /** The files that the folder had at first, whose plans come first in `plans`. */
  readonly files: ReadonlyArray<string>;
  readonly plans: SimulationPlan[];
  readonly reached = new Set<string>();
  kept = 0;
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
    this.files = filesIn(folder);
    this.plans = this.files.map((name) => readSimulationPlan(join(folder, name)));
  }

  /** Notes the steps of a run. Did no earlier run take one of them? */
  note(steps: ReachedSteps): boolean {
    const before = this.reached.size;
    for (const step of steps.all) this.reached.add(step);
    return this.reached.size > before;
  }

  /** Writes a plan to the folder. Its name is a hash of its content, so that different plans have different names. */
  keep(plan: SimulationPlan): void {
    if (this.plans.length >= MAX_KEPT) return;
    this.plans.push(plan);
    this.kept++;
    const text = `${JSON.stringify(plan, null, 1)}\n`;
    const name = createHash('sha256').update(text).digest('hex').slice(0, 16);
    writeFileSync(join(this.#folder, `${name}.json`), text);
  }
}

/** The plan of the run `run`: a new one, or a variation of one in the corpus. Later plans are varied more often, since the steps that they reached were tried less. */
const nextPlan = ({ plans }: Corpus, seed: number, run: number): SimulationPlan => {
  const fresh = simulationPlanOf(seed, run);
  if (plans.length === 0 || run % 2 === 0) return fresh;
  const draw = fc.record({ one: fc.double({ min: 0, max: 1, noNaN: true }), other: fc.nat(), isFresh: fc.boolean() });
  const [{ one, other, isFresh }] = fc.sample(draw, { seed: simulationSeed(seed, run), numRuns: 1 }) as [
    { readonly one: number; readonly other: number; readonly isFresh: boolean },
  ];
  const plan = plans[Math.min(plans.length - 1, Math.floor(Math.sqrt(one) * plans.length))]!;
  const from = isFresh ? fresh : plans[other % plans.length]!;
  return fc.sample(variationsOf(plan, from), { seed: simulationSeed(seed, run), numRuns: 1 })[0]!;
};

/** The smallest plan that still fails: leaves out one part after the other, until the time is over. */
const smallestOf = (failed: TriedPlan, signal: AbortSignal): Promise<TriedPlan> =>
  shrinkByCandidates(
    failed,
    ({ plan }) => smallerPlans(plan, NO_NETWORK_FAULTS),
    { attempt: (plan) => tryPlan(plan, signal), isSound },
    SIMULATION_SHRINK_MS,
  );

/** The task of a series of runs that is guided by the steps they take. */
export const corpusTask = (
  folder: string,
  { seed, from, runs, seconds }: Series,
  { outDir, shrinkRuns }: Pick<ConformArgs, 'outDir' | 'shrinkRuns'>,
): Task => ({
  name: `simulation with the plans of ${folder}`,
  weight: Number.isFinite(seconds) ? seconds : runs / 2,
  run: async (signal, tell = () => undefined) => {
    const [corpus, sum] = [new Corpus(folder), new Sum()];
    const known = [...corpus.plans];
    const what = { layer: 4, name: `simulation with the plans of ${folder}` } as const;
    for (let i = 0; i < known.length + runs && sum.elapsedMs < seconds * 1000; i++) {
      const run = from + i - known.length;
      const plan = known[i] ?? nextPlan(corpus, seed, run);
      const steps = new ReachedSteps();
      const tried = await unlessAborted(tryPlan(plan, signal, steps), signal);
      if (tried === undefined) break;
      sum.add(tried);
      if (corpus.note(steps) && known[i] === undefined) corpus.keep(plan);
      tell(`${sum.text()}; ${corpus.reached.size} steps, ${corpus.plans.length} plans`);
      if (tried.verdict.sound) continue;
      const smallest = shrinkRuns === 0 ? tried : await smallestOf(tried, signal);
      const file = corpus.files[i];
      const name = file === undefined ? `varied run ${run} of seed ${seed}` : `again ${basename(file)}`;
      const kept = await keepTried(smallest, name, outDir);
      const details = [showAssessment(smallest.verdict), ...kept].join('\n');
      const repeat = `bayou conform --simulate --replay ${join(outDir, `${stemOf(name)}.json`)}`;
      return [{ ...what, name, verdict: 'diverges', counts: sum.counts(), details, repeat, elapsedMs: sum.elapsedMs }];
    }
    const counts = { ...sum.counts(), 'different steps': corpus.reached.size, 'plans kept': corpus.kept };
    const repeat = `bayou conform --simulate --corpus ${folder} --seed ${seed} --from ${from} --runs ${Math.max(0, sum.runs - known.length)}`;
    return [{ ...what, verdict: 'conforms', counts, notes: sum.notes(), details: '', repeat, elapsedMs: sum.elapsedMs }];
  },
});
