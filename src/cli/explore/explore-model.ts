/** Explores a model, a configuration's or a user's own, with what a search of a few seconds finds. */
import { sampleRuns } from '../../checker/runs/sample.js';
import { isModule } from '../check/is-module.js';
import { moduleModel } from '../check/module.js';
import { configured, blamed, judgedModel, type CheckedModel } from '../../checked-model/checked-model.js';
import { loadConfig, namedBy } from '../../checked-model/find-config.js';
import { search } from '../check/engine.js';
import { tell } from '../check/quieter-runs.js';
import type { Progress } from '../../checker/report.js';
import { UsageError } from '../../command-line/exit.js';
import type { ExploreArgs } from './explore-args.js';
import { CheckLog } from './check-log.js';
import {
  explorationOf,
  foundIn,
  verdictOfReport,
  type ExplorationWithModel,
  type NamedRun,
} from '../../explorer/data/make-exploration.js';

const checkedModelOf = async (source: string, { check }: ExploreArgs): Promise<CheckedModel> => {
  if (isModule(source)) return moduleModel(source, check);
  const [name = source, ...others] = await namedBy(source);
  if (others.length > 0) throw new UsageError(`${source}: say which: ${[name, ...others].join(', ')}`);
  return configured(loadConfig(name, check.overrides));
};

/** The number of sample runs: a page without a client that knows the model still has runs to show. */
const SAMPLES = 3;
const SAMPLE_STEPS = 30;

const samplesOf = async (checked: CheckedModel, signal: AbortSignal): Promise<ReadonlyArray<NamedRun>> => {
  const { runs } = await sampleRuns(judgedModel(checked), { runs: SAMPLES, length: SAMPLE_STEPS, seed: 1, signal });
  return runs.map((trace, i) => ({ title: `random run ${i + 1}`, trace }));
};

/** Shows what was explored so far while a check takes longer. */
export type ProgressShower = (explored: ExplorationWithModel, log: CheckLog) => void;

/** How often a search reports its progress, and after which time the page shows it, in ms. */
const SAMPLE_MS = 200;
const LONG_MS = 600;

/** The hooks of a watched search: if it takes longer, the page shows meanwhile what was explored so far. */
const hooksOf = async (
  checked: CheckedModel,
  repeat: string,
  signal: AbortSignal,
  log: CheckLog,
  meanwhile: ProgressShower | undefined,
) => {
  const exploration = await explorationOf(checked, [], {
    origin: 'model',
    verdict: { tone: 'plain', text: 'being checked' },
    repeat,
    hasServer: true,
    isChecking: true,
  });
  let isShown = meanwhile === undefined;
  const onProgress = (progress: Progress): void => {
    log.add(progress);
    if (isShown || progress.elapsedMs < LONG_MS) return;
    isShown = true;
    meanwhile?.({ exploration, checked }, log);
  };
  return { signal, onProgress, progressEveryMs: SAMPLE_MS };
};

/** Explores a model. @throws UsageError with one line where it cannot be loaded or checked */
export const exploreModel = async (
  source: string,
  args: ExploreArgs,
  repeat: string,
  signal: AbortSignal,
  meanwhile?: ProgressShower,
): Promise<ExplorationWithModel> => {
  const checked = await checkedModelOf(source, args);
  return blamed(checked, async () => {
    const log = new CheckLog();
    const hooks = await hooksOf(checked, repeat, signal, log, meanwhile);
    const report = await tell(checked, await search(checked, args.check, hooks), args.check, hooks);
    const found = foundIn(report);
    const isAlone = args.html !== undefined && checked.config === undefined;
    const runs = found.length > 0 ? found : isAlone ? await samplesOf(checked, signal) : [];
    const exploration = await explorationOf(checked, runs, {
      origin: found.length > 0 ? 'counterexample' : runs.length > 0 ? 'sample' : 'model',
      verdict: verdictOfReport(report),
      repeat,
      report,
      samples: log.samples,
      hasServer: args.html === undefined,
    });
    return { exploration, checked };
  });
};
