/** Layer 4 of `bayou conform`: hostile runs of real processes, by a plan, by a seed and a number, or one after the other until one is wrong. */
import * as E from 'fp-ts/lib/Either.js';
import { UsageError } from '#bayou/command-line/exit.js';
import { counted } from '#bayou/core/counted.js';
import { keepRuns } from '../explore/keep-run.js';
import { HostilePlanC, hostilePlans, planOf, type HostilePlan } from '../layer4-hostile/hostile-plan.js';
import { tryHostilePlan, type HostileTrial } from '../layer4-hostile/try-hostile-plan.js';
import type { ConformArgs } from './conform-args.js';
import type { Finding } from '../common/finding.js';
import { planJson } from '../common/plan-json.js';
import { shrinkWithFastCheck } from './make-smaller.js';
import type { Series } from './simulation-tasks.js';
import { timed, type Task } from './tasks.js';

// --- one run ---------------------------------------------------------------------------------------------------------------

/** The details of a run's verdict, and the lines that name the files of a run that diverges. */
const detailsOf = async ({ verdict, details, days, rejection }: HostileTrial, name: string, outDir: string): Promise<string> =>
  [details, ...(verdict === 'diverges' ? await keepRuns(outDir, days, rejection, { name, withTrace: true }) : [])].join('\n');

/** The task of a hostile run. */
const hostileTask = (name: string, plan: HostilePlan, repeat: string, { outDir }: Pick<ConformArgs, 'outDir'>): Task => ({
  name,
  weight: 5,
  run: async (signal) => {
    const [trial, elapsedMs] = await timed(() => tryHostilePlan(plan, signal));
    const { verdict, counts } = trial;
    return [{ layer: 4, name, verdict, counts, details: await detailsOf(trial, name, outDir), repeat, elapsedMs }];
  },
});

const nameOf = (seed: number, run: number): string => `run ${run} of seed ${seed}`;

/** The task of the run `run` of a seed. Both numbers decide its script and faults; it is the same in a series of any length. */
export const randomTask = (seed: number, run: number, args: Pick<ConformArgs, 'outDir'>): Task =>
  hostileTask(nameOf(seed, run), planOf(seed, run), `bayou conform --seed ${seed} --from ${run} --runs 1`, args);

const readHostilePlan = (file: string): HostilePlan => {
  const plan = planJson(file);
  if (E.isLeft(plan)) throw new UsageError(`${file}: ${plan.left}`);
  if (HostilePlanC.is(plan.right)) return plan.right;
  throw new UsageError(`${file}: this is no plan of a run; those in conformance/plans are`);
};

/** The task of a run by a file with a plan. Such plans once found an error, or have faults that random runs meet too seldom. */
export const planTask = (file: string, args: Pick<ConformArgs, 'outDir'>): Task =>
  hostileTask(file, readHostilePlan(file), `bayou conform ${file}`, args);

// --- a series --------------------------------------------------------------------------------------------------------------

/** A plan with the verdict on its run. */
interface Tried {
  readonly plan: HostilePlan;
  readonly trial: HostileTrial;
}

/** How long, in ms, a plan that fails is made smaller at most. */
const HOSTILE_SHRINK_MS = 300_000;

/**
 * The smallest plan that is seen to fail within `maxRuns` runs. A seed does not repeat the timing of real processes, so a smaller plan may have the
 * failure and not show it.
 */
const smallestOf = (failed: Tried, seed: number, maxRuns: number, signal: AbortSignal): Promise<Tried> => {
  let runs = 0;
  const attempt = async (plan: HostilePlan): Promise<Tried | undefined> =>
    runs++ >= maxRuns ? undefined : { plan, trial: await tryHostilePlan(plan, signal) };
  const isSound = ({ trial }: Tried): boolean => trial.verdict !== 'diverges';
  return shrinkWithFastCheck({ failed, seed, plans: hostilePlans }, { attempt, isSound }, HOSTILE_SHRINK_MS, signal);
};

const added = (a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.keys(b).map((name) => [name, (a[name] ?? 0) + (b[name] ?? 0)]));

/** The task of a series: does runs of a seed, one after the other, up to the first that diverges. It makes that run's plan smaller, and keeps the run. */
export const hostileSeriesTask = (
  { seed, from, runs, seconds }: Series,
  { outDir, shrinkRuns }: Pick<ConformArgs, 'outDir' | 'shrinkRuns'>,
): Task => ({
  name: `hostile runs of seed ${seed}`,
  weight: Number.isFinite(seconds) ? seconds : runs * 5,
  run: async (signal, tell = () => undefined) => {
    const began = performance.now();
    const elapsedMs = (): number => performance.now() - began;
    const undecided: string[] = [];
    let [counts, done]: [Readonly<Record<string, number>>, number] = [{}, 0];
    for (let i = from; i < from + runs && elapsedMs() < seconds * 1000; i++) {
      const plan = planOf(seed, i);
      const trial = await tryHostilePlan(plan, signal);
      counts = added(counts, { 'hostile runs': 1, ...trial.counts });
      tell(counted(++done, 'hostile run'));
      const name = nameOf(seed, i);
      if (trial.verdict === 'undecided') undecided.push(`${name}: ${trial.details}`);
      if (trial.verdict === 'conforms' || trial.verdict === 'undecided') continue;
      const { trial: found } = await smallestOf({ plan, trial }, seed + i, shrinkRuns, signal);
      const details = await detailsOf(found, name, outDir);
      const repeat = `bayou conform --hostile --seed ${seed} --from ${i} --runs 1`;
      return [{ layer: 4, name, verdict: trial.verdict, counts, details, repeat, elapsedMs: elapsedMs() }];
    }
    const repeat = `bayou conform --hostile --seed ${seed} --from ${from} --runs ${done}`;
    const found: Finding = {
      layer: 4,
      name: `hostile runs of seed ${seed}`,
      verdict: undecided.length === 0 ? 'conforms' : 'undecided',
      counts,
      details: undecided.join('\n'),
      repeat,
      elapsedMs: elapsedMs(),
    };
    return [found];
  },
});
