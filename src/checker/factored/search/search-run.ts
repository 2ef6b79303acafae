/**
 * The interface of every search of a component model to its driver: a run that can be stopped between two steps, written to a file, and
 * continued.
 */
import type { Fingerprints } from '../../fingerprints.js';
import { CheckerError } from '../../error.js';
import type { Layer } from '../store/group-store.js';

/** A search under way. */
export interface SearchRun {
  /** Expands one group, or takes one step from a state; false when there is none left. */
  readonly step: () => boolean;
  /** The greatest number of steps from the initial state to a state that was found; 0 where the order does not tell. */
  readonly depth: () => number;
  readonly completeDepth: () => number;
  /** Whether a limit on the depth kept it from expanding some state. */
  readonly isCutShort: () => boolean;
  readonly layers: () => Iterable<Layer>;
  /** The hashes, where states are kept by them. */
  readonly fingerprints?: Fingerprints | undefined;
  /** Gives the states (representatives, by places) of a run from an initial one to this found one; undefined where the search cannot tell. */
  readonly pathTo: (state: Int32Array) => ReadonlyArray<Int32Array> | undefined;
  /** Whether no run to a state has fewer steps than {@link SearchRun.pathTo}. */
  readonly tellsShortest: boolean;
  /** Whether it finds a violation without the run to it. Another search has to find the run then. */
  readonly tellsNoRuns: boolean;
  /** What a checkpoint needs beside the layers and the hashes: where the run stands, and lists of numbers. */
  readonly frontier: () => FrontierState;
  readonly lists: () => ReadonlyArray<Int32Array>;
  /** Continues from a frontier. The run must have been made with the start `resume`. The hashes are restored elsewhere. */
  readonly resume: (frontier: FrontierState, layers: ReadonlyArray<Layer>, lists: ReadonlyArray<Int32Array>) => void;
}

/** Where a run stands, in the terms of its order. */
export type FrontierState =
  /** The depth that is expanded, the one that is found, and how many groups of the former were taken. */
  | { readonly order: 'breadth first'; readonly expanding: number; readonly finding: number; readonly taken: number }
  /** The progress of the level at hand, the greatest depth byte, and whether the depth bytes are exact. */
  | { readonly order: 'sweep'; readonly level: number; readonly greatest: number; readonly exact: boolean }
  /** The greatest depth, and how many states met at the limit were not taken up on a shorter way since. */
  | { readonly order: 'depth first'; readonly deepest: number; readonly left: number }
  /** The depth that is expanded, and how much of its list was taken. */
  | { readonly order: 'hashed'; readonly expanding: number; readonly taken: number };

/**
 * Gives a frontier as one of this order. @throws CheckerError (`checkpoint`) for another order, which no checkpoint that agrees with the search
 * has.
 */
export const frontierOf = <O extends FrontierState['order']>(
  order: O,
  frontier: FrontierState,
): Extract<FrontierState, { order: O }> => {
  if (frontier.order !== order) throw new CheckerError('checkpoint', `a search ${frontier.order} does not go on ${order}`);
  return frontier as Extract<FrontierState, { order: O }>;
};

/** Whether a run begins at the initial states, or will continue from a checkpoint. */
export type RunStart = 'initial' | 'resume';
