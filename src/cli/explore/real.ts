/** Exploring a real run: a script that is run on a cluster first, or the trace of such a run. Conformance knows how a run is followed. */
import type { Exploration } from '../../explorer/shape.js';
import type { ExploreArgs } from './args.js';
import { entriesFor } from './make.js';
import type { Explored } from './model.js';

/** What conformance makes of a run. */
export type Followed = Pick<Exploration, 'title' | 'verdict' | 'runs' | 'properties' | 'titles' | 'names'>;

/** What conformance has for us, found at run time: it builds on the source, never the reverse. */
export interface Follower {
  /** @throws UsageError with one line where the files are no trace, or the script cannot be run. */
  readonly followRun: (
    files: ReadonlyArray<string>,
    options: { readonly flags?: ReadonlyArray<string>; readonly signal: AbortSignal },
  ) => Promise<Followed>;
}

const follower = async (): Promise<Follower> =>
  (await import(new URL('../../conformance/explore/follow.js', import.meta.url).href)) as Follower;

/** The page of a run that was followed. */
export const explorationOfRun = async (followed: Followed, repeat: string): Promise<Exploration> => ({
  version: 1,
  ...followed,
  origin: 'trace',
  repeat,
  bounds: [],
  live: { by: 'nobody' },
  entries: await entriesFor(true),
});

/** Explores a run. @throws UsageError with one line where there is none. */
export const exploreRun = async ({ what, flags }: ExploreArgs, repeat: string, signal: AbortSignal): Promise<Explored> => {
  const { followRun } = await follower();
  const followed = await followRun(what, { signal, ...(flags === undefined ? {} : { flags }) });
  return { exploration: await explorationOfRun(followed, repeat) };
};
