/** `bayou conform --simulate`: simulated runs, one after the other, until there were enough of them or the time is over; the first that is wrong is made small and kept. */
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { UsageError } from '#bayou/command-line/exit.js';
import { judgePlan } from '../layer4-hostile/judge-plan.js';
import { planIn, simulationPlanOf, simulationPlans, simulationSeed, type SimulationPlan } from '../simulation/simulation-plan.js';
import type { ReachedSteps } from '../simulation/reached-steps.js';
import { realPlanOf } from '../simulation/plan-for-real.js';
import { assessSimulated, showSimulated, simulate } from '../simulation/simulated-run.js';
import type { ConformArgs } from './conform-options.js';
import { keepPlan } from './keep-plan.js';
import { Sum, type Tried } from './simulation-sum.js';
import { hasSessions, keepSessions, sessionsMadeSmaller, trySessions, type TriedSessions } from './sessions-tasks.js';
import { sessionsPlanOf } from '../simulation/sessions-plan.js';
import type { Finding } from '../common/finding.js';
import { planJson } from './plan-json.js';
import type { Task } from './tasks.js';

/** How long a plan that fails is made smaller, in ms. */
export const SHRINK_MS = 30_000;

/** Runs a plan, and judges it; `steps`: told of what happens. */
export const tryPlan = async (plan: SimulationPlan, signal: AbortSignal, steps?: ReachedSteps): Promise<Tried> => {
  const run = await simulate(plan, { signal, ...(steps === undefined ? {} : { steps }) });
  return { plan, run, verdict: await assessSimulated(run, signal) };
};

/** What it comes to; undefined where the signal cut it. */
export const unlessCut = <T>(trying: Promise<T>, signal: AbortSignal): Promise<T | undefined> =>
  trying.catch((error: unknown) => {
    if (signal.aborted) return undefined;
    throw error;
  });

/** The smallest plan that is found to fail, in the time there is. */
const shrunk = async (failed: Tried, seed: number, signal: AbortSignal): Promise<Tried> => {
  let smallest = failed;
  const property = fc.asyncProperty(simulationPlans, async (plan) => {
    const tried = await tryPlan(plan, signal);
    if (!tried.verdict.sound) smallest = tried;
    return tried.verdict.sound;
  });
  await fc.check(property, { seed, numRuns: 1, interruptAfterTimeLimit: SHRINK_MS, markInterruptAsFailure: true });
  signal.throwIfAborted();
  return smallest;
};

/** Writes down what fails. */
export const keepTried = ({ plan, run, verdict }: Tried, name: string, outDir: string): Promise<ReadonlyArray<string>> =>
  keepPlan({ plan, followed: { run, verdict }, again: () => simulate(plan, { keep: true }) }, name, outDir);

/** The greatest number in a plan, in whatever unit: some 24 days in ms. */
const MAX_NUMBER = 2 ** 31;

/** A number in it, at any depth, that nobody could wait for; undefined: there is none. */
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

/** What in a plan would be judged otherwise than its writer thinks; undefined: nothing. */
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

/** The plan in a file, which must be one that is judged as its writer means it. */
export const readPlan = (file: string): SimulationPlan => {
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

/** How far a series of runs goes. */
export interface Series {
  readonly seed: number;
  readonly from: number;
  readonly runs: number;
  readonly seconds: number;
}

/** What is wrong with a run, or with the sessions that follow it. */
type Wrong = Pick<Finding, 'name' | 'details'>;
type Keeping = Pick<ConformArgs, 'outDir' | 'shrinkRuns'>;

/** Makes a plan that fails small, and keeps it. */
const wrongPlan = async (
  tried: Tried,
  { seed, run }: RunOf,
  { outDir, shrinkRuns }: Keeping,
  signal: AbortSignal,
): Promise<Wrong> => {
  const name = `simulated run ${run} of seed ${seed}`;
  const smallest = shrinkRuns === 0 ? tried : await shrunk(tried, simulationSeed(seed, run), signal);
  return { name, details: [showSimulated(smallest.verdict), ...(await keepTried(smallest, name, outDir))].join('\n') };
};

/** The same of sessions. */
const wrongSessions = async (
  tried: TriedSessions,
  { seed, run }: RunOf,
  { outDir, shrinkRuns }: Keeping,
  signal: AbortSignal,
): Promise<Wrong> => {
  const name = `sessions of run ${run} of seed ${seed}`;
  const smallest = shrinkRuns === 0 ? tried : await sessionsMadeSmaller(tried, SHRINK_MS, (plan) => trySessions(plan, signal));
  return { name, details: await keepSessions(smallest, name, outDir) };
};

/** A run of a seed. */
interface RunOf {
  readonly seed: number;
  readonly run: number;
}

/** Does a run, and the sessions that follow it, where some do. What is wrong; null: nothing; undefined: the signal cut it. */
const doRun = async (of: RunOf, sum: Sum, keeping: Keeping, signal: AbortSignal): Promise<Wrong | null | undefined> => {
  const tried = await unlessCut(tryPlan(simulationPlanOf(of.seed, of.run), signal), signal);
  if (tried === undefined) return undefined;
  sum.add(tried);
  if (!tried.verdict.sound) return wrongPlan(tried, of, keeping, signal);
  if (!hasSessions(of.run)) return null;
  const sessions = await unlessCut(trySessions(sessionsPlanOf(simulationSeed(of.seed, of.run)), signal), signal);
  if (sessions === undefined) return undefined;
  sum.addSessions(sessions);
  return sessions.run.failures.length === 0 ? null : wrongSessions(sessions, of, keeping, signal);
};

/** A series of simulated runs. */
export const simulationTask = ({ seed, from, runs, seconds }: Series, keeping: Keeping): Task => ({
  name: `simulation of seed ${seed}`,
  weight: Number.isFinite(seconds) ? seconds : runs / 2,
  run: async (signal, tell = () => undefined) => {
    const sum = new Sum();
    for (let run = from; run < from + runs && sum.elapsedMs < seconds * 1000; run++) {
      const wrong = await doRun({ seed, run }, sum, keeping, signal);
      // What was tried until then is told.
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

/** A simulated run by a plan that was written down; `isReal`: the same plan on real processes, as far as it can be done to them. */
export const simulatedPlanTask = (file: string, isReal: boolean, { outDir }: Pick<ConformArgs, 'outDir'>): Task => {
  const plan = readPlan(file);
  return {
    name: file,
    weight: 3,
    run: async (signal) => {
      const sum = new Sum();
      const found = {
        layer: 4,
        name: file,
        repeat: `bayou conform --simulate --replay ${file}${isReal ? ' --real' : ''}`,
      } as const;
      if (isReal) {
        const { verdict, counts, details } = await judgePlan(realPlanOf(plan), signal);
        return [{ ...found, verdict, counts, details, elapsedMs: sum.elapsedMs }];
      }
      const tried = await tryPlan(plan, signal);
      sum.add(tried);
      const { sound } = tried.verdict;
      const details = sound
        ? ''
        : [showSimulated(tried.verdict), ...(await keepTried(tried, `again ${file}`, outDir))].join('\n');
      return [{ ...found, verdict: sound ? 'conforms' : 'diverges', counts: sum.counts(), details, elapsedMs: sum.elapsedMs }];
    },
  };
};
