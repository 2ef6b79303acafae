/** Explores a real run: of a script, which is run on a cluster first, or of a trace of such a run. Conformance follows the run. */
import type { ExplorationWithModel } from '../../explorer/data/make-exploration.js';
import { explorationOfRun, type RunExploration } from '../../explorer/data/run-exploration.js';
import type { ExploreArgs } from './explore-args.js';

/** The part of conformance that is used here. It is found at run time: conformance imports the source, never the reverse. */
export interface RunFollower {
  /** Runs the script, if it is one, and follows the run. @throws UsageError with one line where the files have no trace, or the script cannot be run */
  readonly followRun: (
    files: ReadonlyArray<string>,
    options: { readonly flags?: ReadonlyArray<string>; readonly signal: AbortSignal },
  ) => Promise<RunExploration>;
}

const follower = async (): Promise<RunFollower> =>
  (await import(new URL('../../conformance/explore/explored-run.js', import.meta.url).href)) as RunFollower;

/** Explores a run. @throws UsageError with one line where there is no run to explore */
export const exploreRun = async (
  { what, flags }: ExploreArgs,
  repeat: string,
  signal: AbortSignal,
): Promise<ExplorationWithModel> => {
  const { followRun } = await follower();
  const followed = await followRun(what, { signal, ...(flags === undefined ? {} : { flags }) });
  return { exploration: await explorationOfRun(followed, repeat) };
};
