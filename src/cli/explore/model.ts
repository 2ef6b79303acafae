/** Exploring a model: a configuration's or one's own, with what a search of a few seconds finds. */
import { sampleRuns } from '../../checker/runs/sample.js';
import { isModule } from '../check/is-module.js';
import { moduleSubject } from '../check/module.js';
import { configured, blamed, judgedModel, type Subject } from '../check/subject.js';
import { loadConfig, namedBy } from '../check/config.js';
import { search } from '../check/engine.js';
import { tell } from '../check/tell.js';
import { UsageError } from '../exit.js';
import type { Exploration } from '../../explorer/shape.js';
import type { ExploreArgs } from './args.js';
import { explorationOf, foundIn, verdictOfReport, type Found } from './make.js';

/** What is explored: the page's data, and the model that answers its questions. */
export interface Explored {
  readonly exploration: Exploration;
  readonly subject?: Subject;
}

const subjectOf = async (source: string, { check }: ExploreArgs): Promise<Subject> => {
  if (isModule(source)) return moduleSubject(source, check);
  const [name = source, ...others] = await namedBy(source);
  if (others.length > 0) throw new UsageError(`${source}: say which: ${[name, ...others].join(', ')}`);
  return configured(await loadConfig(name, check.overrides));
};

/** A page without anybody who knows the model still has something to show. */
const SAMPLES = 3;
const SAMPLE_STEPS = 30;

const samplesOf = (subject: Subject): ReadonlyArray<Found> =>
  sampleRuns(judgedModel(subject), { runs: SAMPLES, length: SAMPLE_STEPS, seed: 1 }).runs.map((trace, i) => ({
    title: `random run ${i + 1}`,
    trace,
  }));

/** Explores a model. @throws UsageError with one line where it cannot be. */
export const exploreModel = async (source: string, args: ExploreArgs, repeat: string, signal: AbortSignal): Promise<Explored> => {
  const subject = await subjectOf(source, args);
  return blamed(subject, async () => {
    const hooks = { signal };
    const report = await tell(subject, await search(subject, args.check, hooks), args.check, hooks);
    const found = foundIn(report);
    const isAlone = args.html !== undefined && subject.config === undefined;
    const runs = found.length > 0 ? found : isAlone ? samplesOf(subject) : [];
    const exploration = await explorationOf(subject, runs, {
      origin: found.length > 0 ? 'counterexample' : runs.length > 0 ? 'sample' : 'model',
      verdict: verdictOfReport(report),
      repeat,
      report,
      hasServer: args.html === undefined,
    });
    return { exploration, subject };
  });
};
