/** A run of the cluster, as conformance follows it, as the explorer's page shows it. */
import type { Exploration } from '../shape.js';
import { entriesFor } from './make-exploration.js';

/** The fields of an exploration that conformance makes from a run. */
export type Followed = Pick<Exploration, 'title' | 'verdict' | 'runs' | 'properties' | 'titles' | 'names'>;

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
