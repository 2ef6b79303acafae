/** What searches take. */
import type { Progress } from './report.js';

/** How an exhaustive search is kept in a file, from which a later run goes on to the same totals. */
export interface CheckpointOptions {
  /**
   * A file to write where the search stops before its end, other than at a violation. It appears whole or not at all: whatever happens
   * while it is written, the one before stays.
   */
  readonly checkpoint?: string;
  /** Write it also while the search runs, so often, in milliseconds: then a run that is killed can be gone on with too. Default: never. */
  readonly checkpointEveryMs?: number;
  /** A file that `checkpoint` wrote, to go on from. Refused (CheckerError `checkpoint`) where the model or the options differ. */
  readonly resume?: string;
  /** What else a resumption must agree in, such as the fields of the model's configuration: plain data, by name. */
  readonly configuration?: Readonly<Record<string, unknown>>;
}

/** What every search takes. Every field has a default; none is unbounded but by being left out. */
export interface CheckOptions extends CheckpointOptions {
  /** Default `bfs`. */
  readonly search?: 'bfs' | 'dfs' | 'sweep';
  /**
   * Stops the search at this many states. The state in hand is still expanded to its end, so a few more states may be found. A search by components
   * expands the group in hand to its end, in each thread; the states of a group differ in local slots alone. All states that were found are counted.
   */
  readonly maxStates?: number;
  readonly maxDepth?: number;
  readonly maxMs?: number;
  /** Resident memory of the process at which the search stops, in bytes. V8's own limit is always watched besides. */
  readonly maxMemoryBytes?: number;
  /** Stops the search; the report is then `interrupted` with what was covered. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  /** Default 1,000. */
  readonly progressEveryMs?: number;
  /** Use the model's symmetry, where it declares one. Default false. */
  readonly symmetry?: boolean;
  /** Use the model's quotient, where it declares one. Default false. */
  readonly normalize?: boolean;
  /**
   * Hash compaction: the search keeps of each state only a hash of this many bits, from 8 to 64. States may then be missed. The report says how likely
   * a miss is ({@link Statistics.omission}). Safety only. Default: states are kept and compared whole.
   */
  readonly hashBits?: number;
  /** Names of the properties to judge; of none, states are counted, and nothing is said to hold. Default: all. */
  readonly properties?: ReadonlyArray<string>;
  /** Go on after the first violation, until each property is judged. Default false. */
  readonly keepGoing?: boolean;
  /** Vacuity fails the verdict. Default false. */
  readonly requireWitnesses?: boolean;
  /**
   * Audit every run of the model's functions, not only the first ones and some of the others: each is then done twice, on copies that may be
   * changed, with another clock. Default false.
   */
  readonly audit?: boolean;
  /** Phrases that say the bounds of the model, to be repeated in {@link Report.bounds}. */
  readonly bounds?: ReadonlyArray<string>;
  /** Keep a run for each witness reached too. Default false. */
  readonly witnessTraces?: boolean;
}

// --- by components ---------------------------------------------------------------------------------------------------------

/** What a check of a component model takes. */
export interface ComponentOptions extends Omit<CheckOptions, 'search'> {
  /**
   * `bfs` (default): shortest counterexamples. `dfs`: depth first, the stack is the counterexample. `sweep`: by ascending progress,
   * freeing what is done; the model must declare one. `auto`: breadth first, and where the space turns out to be large and the model
   * declares progress, from its beginning as a sweep, which is faster and takes less memory; counterexamples are shortest all the same.
   * (Where states, depths, hashes or a checkpoint are asked for, or runs to witnesses, it is `bfs`.)
   */
  readonly search?: 'auto' | 'bfs' | 'dfs' | 'sweep';
  /** Names of the slots to be kept as local positions, of which no interaction may touch two. Default: found by a short sample. */
  readonly locals?: ReadonlyArray<string>;
}

/** The same with the order of one search. */
export interface RunOptions extends ComponentOptions {
  readonly search?: 'bfs' | 'dfs' | 'sweep';
}
