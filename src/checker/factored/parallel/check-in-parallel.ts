/**
 * Searches breadth first by several threads (see `thread.ts`), with the verdict and the count of states that one thread finds. One thread then
 * looks for a shortest counterexample to what they found violated. It goes no deeper than they went.
 */
import { mustSuitDepth } from '../../checkpoint/depth-limit.js';
import { keeperOf } from '../../checkpoint/keeper.js';
import type { ComponentModel } from '../../model.js';
import type { Counterexample, Report } from '../../report.js';
import { watch } from '../../limits.js';
import { newBudget } from './budget.js';
import { mustBeOptions } from '../../contract/checked-options.js';
import { A_SOURCE, AN_OBJECT, mustHaveOnly, mustTake } from '../../contract/argument-checks.js';
import { auditOf } from '../../contract/guard.js';
import { contractedComponents } from '../../contract/validate.js';
import { explained, withTraces } from '../check-components.js';
import { identityOf, mustBeKeepable } from '../factored-checkpoint.js';
import { layoutFor } from '../choose-layout.js';
import { CheckerError } from '../../error.js';
import type { ComponentOptions } from '../../options.js';
import { reduced } from '../reduced-model.js';
import { withRuns } from '../../verdict/with-runs.js';
import { reportOf, type Findings } from '../factored-report.js';
import { lead, type Depths, type LeaderParts } from './leader.js';
import { buildModel, type ModelSource } from './model-source.js';
import { resumed } from './parallel-checkpoint.js';
import { declaredBy, mustAnswerAlike, type AskedFunctions } from './same-model.js';
import { any, details, startTeam, sum, total } from './team.js';

export type { ModelSource } from './model-source.js';

/** What a parallel check takes. */
export interface ParallelOptions extends Omit<ComponentOptions, 'search' | 'hashBits'> {
  /** How many threads, from 2 to 64. */
  readonly workers: number;
}

const MOST = 64;
const mustBeTeam = (workers: number): void => {
  if (!Number.isInteger(workers) || workers < 2 || workers > MOST) {
    throw new CheckerError('option', `workers: ${workers} is not a whole number from 2 to ${MOST}`);
  }
};

const findingsOf = (
  { team, watch: watcher, options, families }: LeaderParts,
  model: ComponentModel,
  found: Depths,
): Findings => ({
  model,
  options,
  decided: any(team.reports.map((report) => report?.decided ?? [])),
  enabled: any(team.reports.map((report) => report?.enabled ?? [])),
  tally: sum(team, families),
  depth: found.depth,
  completeDepth: found.complete,
  traces: new Map<string, Counterexample>(),
  elapsedMs: watcher.elapsedMs(),
  peakBytes: watcher.peakBytes(),
  watch: watcher,
  workers: options.workers,
  merges: team.reports.some((report) => report?.merges === true),
  details: details(team),
  audited: {
    runs: total(team, ({ audited }) => audited.runs),
    repeated: total(team, ({ audited }) => audited.repeated),
  },
});

/** Refuses a model that is another one in one of the threads. @throws CheckerError (`model`). */
const mustBeOneModel = ({ team, watch: watcher }: LeaderParts, model: ComponentModel, asked: AskedFunctions): void => {
  for (const report of team.reports)
    auditOf(model)?.quietly(() => mustAnswerAlike(model, asked, report?.answers ?? [], watcher.elapsedMs()));
};

/**
 * Checks every safety property of a component model over all its reachable states with several threads, each of which builds the
 * model for itself.
 *
 * The verdict, the count of states and of steps, and the depth are those of one thread. Which family was the first to find a state is not
 * the same from run to run. Component values must be plain data (they travel between threads as structured clones). A checkpoint is
 * resumed by the same number of threads that wrote it.
 *
 * A thread of which a function of the model has not come back for a minute is ended, and the check refused; limits and the signal are heeded
 * all the same, within ten seconds. (The other searches run in the thread of their caller, which an endless function keeps for ever.)
 *
 * @throws CheckerError when the model breaks its own contract (`model`), an option does not fit (`option`), or a checkpoint cannot be
 * written or resumed (`checkpoint`).
 */
export const checkInParallel = async (source: ModelSource, options: ParallelOptions): Promise<Report> => {
  mustTake('checkInParallel', 'source', A_SOURCE, source);
  mustHaveOnly<ModelSource>('checkInParallel: source', { module: true, name: true, args: true }, source);
  mustTake('checkInParallel', 'options', AN_OBJECT, options);
  const { workers, resume } = options;
  mustBeTeam(workers);
  const watcher = watch(options, true);
  const keeper = keeperOf(options);
  const { model: sound } = contractedComponents(await buildModel(source), options);
  mustBeOptions('parallel', options, sound.properties);
  const { model, words, after } = await reduced(sound, options);
  if (keeper !== undefined) mustBeKeepable(keeper.path, model);
  const identity = identityOf(model, options, workers);
  const from = resume === undefined ? undefined : resumed(resume, identity, workers);
  if (from !== undefined) mustSuitDepth(resume!, from.at.level + 1, options.maxDepth);
  const locals = from?.locals ?? layoutFor(model, options).locals;
  const data = {
    source,
    locals,
    symmetry: options.symmetry === true,
    words,
    normalize: options.normalize === true,
    audit: options.audit === true,
    properties: options.properties ?? null,
    budget: options.maxStates === undefined ? null : newBudget(options.maxStates),
    identity,
    declared: declaredBy(sound),
    checkpoint: keeper?.path ?? null,
    resume: from?.threads ?? null,
  };
  const leading: LeaderParts = {
    team: startTeam(data, workers),
    watch: watcher,
    options,
    families: new Set(model.interactions.map(({ label }) => label.family)).size,
    keep: keeper && { keeper, identity, locals },
    from: from?.at,
  };
  try {
    const report = await explained(model, options, async () => {
      const found = await lead(leading);
      mustBeOneModel(leading, model, data);
      const report = reportOf(findingsOf(leading, model, found), found.stop);
      return withTraces(model, options, report);
    });
    return withRuns(await after(report));
  } finally {
    await Promise.all(leading.team.workers.map((worker) => worker.terminate()));
  }
};
