/** Explores a path file: a counterexample of `bayou check --format json`, or a run that `bayou conform` kept. */
import type { Counterexample } from '../../checker/report.js';
import { counted } from '../../core/counted.js';
import { explorationOf, type ExplorationWithModel } from '../../explorer/data/make-exploration.js';
import { explorePathOf, refused, whyRefused } from '../../explorer/data/path-exploration.js';
import { UsageError } from '../../command-line/exit.js';
import { loadPath, type OwnPath, type RecordedPath } from '../../checked-model/path-file.js';
import { blamed } from '../../checked-model/checked-model.js';
import { followOwn } from '../check/replay-own.js';
import type { ExploreArgs } from './explore-args.js';

const exploreOwn = async (file: string, path: OwnPath, args: ExploreArgs, repeat: string): Promise<ExplorationWithModel> => {
  const { checked, replay } = await followOwn(file, path, args.check);
  return blamed(checked, async () => {
    const { refusal, broken } = replay;
    const trace: Counterexample = replay.trace;
    const [first] = broken;
    const property = broken.some((one) => one.property === path.property) ? path.property : (first?.property ?? path.property);
    const exploration = await explorationOf(
      checked,
      [{ title: 'the run', trace, ...(property === undefined ? {} : { property }) }],
      {
        origin: 'path',
        verdict:
          refusal !== undefined
            ? { tone: 'bad', text: `the model takes ${counted(trace.steps.length, 'step')} of ${file}, and not the next` }
            : broken.length > 0
              ? { tone: 'bad', text: 'violated' }
              : path.loop !== trace.loop
                ? { tone: 'bad', text: `the model takes every step, and the run does not end as the file says` }
                : { tone: 'good', text: 'the model takes every step' },
        repeat,
        hasServer: args.html === undefined,
      },
    );
    if (refusal === undefined) return { exploration, checked };
    const { label = { family: 'what was seen', args: [] } } = refusal;
    const runs = exploration.runs.map((run) => refused(run, whyRefused(refusal, undefined, run.steps.length), { label }));
    return { exploration: { ...exploration, runs }, checked };
  });
};

const pathIn = (file: string, { check }: ExploreArgs): OwnPath | RecordedPath => {
  try {
    return loadPath(file, check.overrides);
  } catch (error) {
    // The message is that of `bayou check --replay`, an option that `bayou explore` does not have.
    throw error instanceof UsageError ? new UsageError(error.message.replace(/^--replay: /, ''), error.before) : error;
  }
};

/** Explores a path file. @throws UsageError with one line where the file has no path */
export const explorePath = async (file: string, args: ExploreArgs, repeat: string): Promise<ExplorationWithModel> => {
  const path = pathIn(file, args);
  return 'module' in path ? exploreOwn(file, path, args, repeat) : explorePathOf(file, path, repeat);
};
