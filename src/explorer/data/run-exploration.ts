/** Makes the explorer's page of a run of the cluster that conformance has followed. */
import type { Exploration } from '../shape.js';
import { entriesFor } from './make-exploration.js';

/** The fields of an exploration that conformance makes from a run. */
export type RunExploration = Pick<Exploration, 'title' | 'verdict' | 'runs' | 'properties' | 'titles' | 'names'>;

/** The exploration of a followed run. */
export const explorationOfRun = async (followed: RunExploration, repeat: string): Promise<Exploration> => ({
  version: 1,
  ...followed,
  origin: 'trace',
  repeat,
  bounds: [],
  live: { by: 'nobody' },
  entries: await entriesFor(true),
});
