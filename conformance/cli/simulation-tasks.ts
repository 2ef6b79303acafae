/** `bayou conform --simulate` does simulated runs, one after the other, up to the given number or time. It shrinks the first wrong run's plan, and keeps it. */
import { basename } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { UsageError } from '#bayou/command-line/exit.js';
import { tryHostilePlan } from '../layer4-hostile/try-hostile-plan.js';
import { planIn, simulationPlanOf, simulationPlans, simulationSeed, type SimulationPlan } from '../simulation/simulation-plan.js';
import type { ReachedSteps } from '../simulation/reached-steps.js';
import { realPlanOf } from '../simulation/plan-for-real.js';
import { assess, showAssessment } from '../layer4-hostile/assess.js';
import { simulate } from '../simulation/simulated-run.js';
import type { ConformArgs } from './conform-args.js';
import { keepPlan } from './keep-plan.js';
import { shrinkWithFastCheck } from './make-smaller.js';
import { Sum, type TriedPlan } from './simulation-sum.js';
import { hasSessions, keepSessions, shrinkSessions, trySessions, type TriedSessions } from './sessions-tasks.js';
import { sessionsPlanOf } from '../simulation/sessions-plan.js';
import type { Finding } from '../common/finding.js';
import { planJson } from '../common/plan-json.js';
import { replayedRunTask, unlessAborted, type Task } from './tasks.js';

/** How long, in ms, a failing plan is shrinkWithFastCheck. */
export const SIMULATION_SHRINK_MS = 30_000;

/** Runs a plan, and judges the run. `steps` collects the steps that the run takes. */
export const tryPlan = async (plan: SimulationPlan, signal: AbortSignal, steps?: ReachedSteps): Promise<TriedPlan> => {
  const run = await simulate(plan, { signal, ...(steps === undefined ? {} : { steps }) });
  return { plan, run, verdict: await assess(run, signal) };
};

/** Was a run sound? */
export const isSound = ({ verdict }: TriedPlan): boolean => verdict.sound;

/** Keeps a run that fails. */
export const keepTried = ({ plan, run, verdict }: TriedPlan, name: string, outDir: string): Promise<ReadonlyArray<string>> =>
  keepPlan({ plan, followed: { run, verdict }, rerun: () => simulate(plan, { keep: true }) }, name, outDir);

/** The greatest number in a plan, in whatever unit: some 24 days in ms. */
const MAX_NUMBER = 2 ** 31;

/** A number in a value, at any depth, that is too great for any wait; undefined: there is none. */
const beyond = (value: unknown): number | undefined => {
  if (typeof value === 'number') return Math.abs(value) > MAX_NUMBER ? value : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const inner of Object.values(value)) {
    const found = beyond(inner);
    if (found !== undefined) return found;
  }
  return undefined;
};

const END = 'stabilize';

/** The reason why a plan would be judged otherwise than its writer means it; undefined: there is none. */
const wrongIn = ({ script, nextDay, networkFaults, antiEntropyMs, thinkMs, timeoutMs }: SimulationPlan): string | undefined => {
  if ([script, nextDay].some((day, i) => (i === 0 || day.length > 0) && !day.includes(END)))
    return `each script of a plan has a line \`${END}\`, from which on it is judged that all is well; write one`;
  const chances = [
    networkFaults.slow,
    networkFaults.loss,
    networkFaults.split,
    networkFaults.merge,
    networkFaults.broken,
    networkFaults.halfOpen,
  ];
  if (chances.some((chance) => !(chance >= 0 && chance <= 1)))
    return 'how often the network does a fault is a number from 0 to 1';
  if ([antiEntropyMs, thinkMs, timeoutMs].some((ms) => ms < 0)) return 'a time in a plan is 0 or more, in ms';
  return undefined;
};

/** Reads a plan from a file. Refuses one that would be judged otherwise than its writer means it. */
export const readSimulationPlan = (file: string): SimulationPlan => {
  const json = planJson(file);
  if (E.isLeft(json)) throw new UsageError(`${file}: ${json.left}`);
  const plan = planIn(json.right);
  if (plan === undefined)
    throw new UsageError(`${file}: this is no plan of a simulated run; --simulate writes one where it finds something`);
  const number = beyond(plan);
  const wrong = wrongIn(plan);
  if (wrong !== undefined) throw new UsageError(`${file}: ${wrong}`);
  if (number === undefined) return plan;
  throw new UsageError(`${file}: a number in a plan is at most ${MAX_NUMBER}, and one is ${number}; write a smaller one`);
};

/** The seed and the length of a series of runs. */
export interface Series {
  readonly seed: number;
  readonly from: number;
  readonly runs: number;
  readonly seconds: number;
}

/** The failure of a run, or of the run of sessions that follows it. */
type Wrong = Pick<Finding, 'name' | 'details'>;
type Keeping = Pick<ConformArgs, 'outDir' | 'shrinkRuns'>;

/** The smallest plan that is found to fail before the time is over. */
const smallestOf = (failed: TriedPlan, seed: number, signal: AbortSignal): Promise<TriedPlan> => {
  const attempt = (plan: SimulationPlan): Promise<TriedPlan> => tryPlan(plan, signal);
  return shrinkWithFastCheck({ failed, seed, plans: simulationPlans }, { attempt, isSound }, SIMULATION_SHRINK_MS, signal);
};

/** Shrinks a failing plan, and keeps it. */
const wrongPlan = async (
  tried: TriedPlan,
  { seed, run }: RunOf,
  { outDir, shrinkRuns }: Keeping,
  signal: AbortSignal,
): Promise<Wrong> => {
  const name = `simulated run ${run} of seed ${seed}`;
  const smallest = shrinkRuns === 0 ? tried : await smallestOf(tried, simulationSeed(seed, run), signal);
  return { name, details: [showAssessment(smallest.verdict), ...(await keepTried(smallest, name, outDir))].join('\n') };
};

/** The same for a plan of sessions. */
const wrongSessions = async (
  tried: TriedSessions,
  { seed, run }: RunOf,
  { outDir, shrinkRuns }: Keeping,
  signal: AbortSignal,
): Promise<Wrong> => {
  const name = `sessions of run ${run} of seed ${seed}`;
  const smallest =
    shrinkRuns === 0 ? tried : await shrinkSessions(tried, SIMULATION_SHRINK_MS, (plan) => trySessions(plan, signal));
  return { name, details: await keepSessions(smallest, name, outDir) };
};

/** The number of a run and its seed. */
interface RunOf {
  readonly seed: number;
  readonly run: number;
}

/** Does a run, and the run of sessions after it, where there is one. Returns the failure; null: there is none; undefined: the signal ended it. */
const doRun = async (of: RunOf, sum: Sum, keeping: Keeping, signal: AbortSignal): Promise<Wrong | null | undefined> => {
  const tried = await unlessAborted(tryPlan(simulationPlanOf(of.seed, of.run), signal), signal);
  if (tried === undefined) return undefined;
  sum.add(tried);
  if (!tried.verdict.sound) return wrongPlan(tried, of, keeping, signal);
  if (!hasSessions(of.run)) return null;
  const sessions = await unlessAborted(trySessions(sessionsPlanOf(simulationSeed(of.seed, of.run)), signal), signal);
  if (sessions === undefined) return undefined;
  sum.addSessions(sessions);
  return sessions.run.failures.length === 0 ? null : wrongSessions(sessions, of, keeping, signal);
};

/** The task of a series of simulated runs. */
export const simulationTask = ({ seed, from, runs, seconds }: Series, keeping: Keeping): Task => ({
  name: `simulation of seed ${seed}`,
  weight: Number.isFinite(seconds) ? seconds : runs / 2,
  run: async (signal, tell = () => undefined) => {
    const sum = new Sum();
    for (let run = from; run < from + runs && sum.elapsedMs < seconds * 1000; run++) {
      const wrong = await doRun({ seed, run }, sum, keeping, signal);
      // The signal ended the series; the report tells what was tried so far.
      if (wrong === undefined) break;
      tell(sum.text());
      if (wrong === null) continue;
      const repeat = `bayou conform --simulate --seed ${seed} --from ${run} --runs 1`;
      return [{ layer: 4, ...wrong, verdict: 'diverges', counts: sum.counts(), repeat, elapsedMs: sum.elapsedMs }];
    }
    const repeat = `bayou conform --simulate --seed ${seed} --from ${from} --runs ${sum.runs}`;
    const found: Omit<Finding, 'verdict' | 'details'> = {
      layer: 4,
      name: `simulation of seed ${seed}`,
      counts: sum.counts(),
      notes: sum.notes(),
      repeat,
      elapsedMs: sum.elapsedMs,
    };
    return [{ ...found, verdict: 'conforms', details: '' }];
  },
});

/** The task of a simulated run by a file with a plan. `isReal`: runs the plan on real processes, without the faults that they cannot have. */
export const simulatedPlanTask = (file: string, isReal: boolean, { outDir }: Pick<ConformArgs, 'outDir'>): Task => {
  const plan = readSimulationPlan(file);
  return replayedRunTask(
    file,
    async (signal) => {
      if (isReal) return tryHostilePlan(realPlanOf(plan), signal);
      const sum = new Sum();
      const tried = await tryPlan(plan, signal);
      sum.add(tried);
      const { sound } = tried.verdict;
      const details = sound
        ? ''
        : [showAssessment(tried.verdict), ...(await keepTried(tried, `again ${basename(file)}`, outDir))].join('\n');
      return { verdict: sound ? 'conforms' : 'diverges', counts: sum.counts(), details };
    },
    isReal ? ' --real' : '',
  );
};
