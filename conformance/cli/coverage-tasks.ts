/** `bayou conform --simulate --coverage` leads a simulated cluster through a configuration's graph, until no new transition is left or the time is over. */
import { basename } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { counted } from '#bayou/core/counted.js';
import { decodeConfig, type Config } from '#bayou/model/checking/config.js';
import { UsageError } from '#bayou/command-line/exit.js';
import type { Finding } from '../common/finding.js';
import { along, GuidedPlanC, guide, type GuidedPlan, type GuidedRun } from '../simulation/guided-run.js';
import { barOf, labelOf, notGuided } from '../simulation/leading.js';
import { graphOf, wayTo } from '../simulation/model-graph.js';
import { assess, showAssessment } from '../layer4-hostile/assess.js';
import { simulationSeed } from '../simulation/simulation-plan.js';
import { situationsOf, type Situations } from '../simulation/situations.js';
import { TransitionCoverage, toTheNew } from '../simulation/transition-coverage.js';
import type { ConformArgs } from './conform-args.js';
import { keepPlan } from './keep-plan.js';
import type { Series } from './simulation-tasks.js';
import { comparableConfig, replayedRunTask, type Task } from './tasks.js';
import { planJson } from '../common/plan-json.js';

/** The most unreached transitions that are named. */
const NAMED = 3;

const share = (some: number, all: number): string =>
  `${some.toLocaleString('en')} of ${all.toLocaleString('en')} (${((100 * some) / all).toFixed(1)} %)`;

/** Notes on the reached and the unreached transitions. */
const coverageNotes = (coverage: TransitionCoverage): ReadonlyArray<string> => {
  const { situations, taken, done, barred } = coverage;
  const { graph, deeds, from, stateOf } = situations;
  const families = [...coverage.byFamily()].map(([family, s]) => `${family} ${share(s.taken, s.all)}`);
  const missing = coverage.missing(NAMED).map((deed) => {
    const way = wayTo(graph, stateOf[from[deed]!]!);
    return `not reached: ${labelOf(situations, deed)}${way.length === 0 ? '' : `, after ${way.join(', ')}`}`;
  });
  return [
    `reached ${share(taken, graph.transitions)} of the transitions of ${graph.config.name}: ${families.join(', ')}`,
    `${share(done, deeds)} of them, counted once where they differ in the spent bounds of the configuration alone`,
    ...[...barred].map(([why, n]) => `out of reach: ${n.toLocaleString('en')}, ${why}`),
    ...missing,
  ];
};

/** A finished guided run, with its graph and its seed. */
interface FinishedGuidedRun {
  readonly situations: Situations;
  readonly plan: GuidedPlan;
  readonly run: GuidedRun;
  readonly name: string;
}

/** The lines on the failures of a guided run; undefined where it has none. */
const failuresOfGuided = async (
  { situations, plan, run, name }: FinishedGuidedRun,
  outDir: string,
  signal: AbortSignal,
): Promise<string | undefined> => {
  const verdict = await assess(run, signal);
  if (verdict.sound) return undefined;
  const rerun = () => guide(situations, plan.seed, along(plan.deeds), { keep: true });
  return [showAssessment(verdict), ...(await keepPlan({ plan, followed: { run, verdict }, rerun }, name, outDir))].join('\n');
};

const planOf = (situations: Situations, seed: number, deeds: ReadonlyArray<number>): GuidedPlan => ({
  configuration: situations.graph.config,
  seed,
  deeds,
  steps: deeds.map((deed) => labelOf(situations, deed)),
});

/** The situations of a configuration. Refuses one through which no cluster can be led. */
const guidedThrough = (config: Config, source: string): Situations => {
  const graph = graphOf(config);
  const why = notGuided(graph);
  if (why !== undefined) throw new UsageError(`${source}: ${why}`);
  return situationsOf(graph);
};

/** Reads a guided plan from a file; undefined where the file has something else. */
export const readGuidedPlan = (file: string): GuidedPlan | undefined => {
  const plan = planJson(file);
  return E.isRight(plan) && GuidedPlanC.is(plan.right) ? plan.right : undefined;
};

/** The task that repeats a guided run by its plan. */
export const guidedPlanTask = (file: string, plan: GuidedPlan, { outDir }: Pick<ConformArgs, 'outDir'>): Task =>
  replayedRunTask(file, async (signal) => {
    const config = decodeConfig(plan.configuration);
    if (E.isLeft(config)) throw new UsageError(`${file}: ${config.left.join('; ')}`);
    const situations = guidedThrough(config.right, file);
    const run = await guide(situations, plan.seed, along(plan.deeds), { signal });
    const details = (await failuresOfGuided({ situations, plan, run, name: `again ${basename(file)}` }, outDir, signal)) ?? '';
    return {
      verdict: details === '' ? 'conforms' : 'diverges',
      counts: { 'steps of the simulated cluster': run.path.length, 'events of the simulated world': run.events },
      details,
    };
  });

/** The task that leads a simulated cluster through a configuration. */
export const coverageTask = (
  source: string,
  { seed, from, runs, seconds }: Series,
  { outDir }: Pick<ConformArgs, 'outDir'>,
): Task => {
  const config = comparableConfig(source);
  return {
    name: `coverage of ${config.name}`,
    weight: Number.isFinite(seconds) ? seconds : runs / 2,
    run: async (signal, tell = () => undefined) => {
      const began = performance.now();
      const situations = guidedThrough(config, source);
      const coverage = new TransitionCoverage(situations, barOf(situations));
      const [sum, until] = [{ runs: 0, events: 0, steps: 0 }, performance.now() + seconds * 1000];
      const name = (): string => `guided run ${from + sum.runs - 1} of seed ${seed}`;
      const finding = (): Omit<Finding, 'verdict' | 'details'> => ({
        layer: 4,
        name: `coverage of ${config.name}`,
        counts: {
          'guided runs': sum.runs,
          'transitions reached': coverage.taken,
          'steps of the simulated cluster': sum.steps,
          'events of the simulated world': sum.events,
        },
        notes: coverageNotes(coverage),
        repeat: `bayou conform --simulate --coverage ${source} --seed ${seed} --from ${from} --runs ${sum.runs}`,
        elapsedMs: performance.now() - began,
      });
      while (sum.runs < runs && performance.now() < until && !coverage.isOver(situations.contentsOf[situations.initial]!)) {
        const own = simulationSeed(seed, from + sum.runs);
        const tried: number[] = [];
        const choose = toTheNew(coverage, own);
        const run = await guide(
          situations,
          own,
          (contents, cost) => {
            const deed = choose(contents, cost);
            if (deed !== undefined) tried.push(deed);
            return deed;
          },
          { signal },
        );
        sum.runs++;
        sum.events += run.events;
        sum.steps += run.path.length;
        tell(
          `${counted(sum.runs, 'guided run')}, ${share(coverage.taken, situations.graph.transitions)} of the transitions of ${config.name}`,
        );
        const done = { situations, plan: planOf(situations, own, tried), run, name: name() };
        const details = await failuresOfGuided(done, outDir, signal);
        if (details !== undefined) return [{ ...finding(), name: name(), verdict: 'diverges', details }];
      }
      return [{ ...finding(), verdict: 'conforms', details: '' }];
    },
  };
};
