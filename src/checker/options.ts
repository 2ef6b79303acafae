/** The options of searches. */
import type { Progress } from './report.js';

/** The options that keep an exhaustive search in a file. A later run goes on from the file, and comes to the same totals. */
export interface CheckpointOptions {
  /**
   * The path of the file that is written when the search stops before its end, other than at a violation. The file appears whole or not at all: if
   * the process dies while it writes, the file that was there stays.
   */
  readonly checkpoint?: string;
  /** Writes `checkpoint` also while the search runs, each time that this many ms have passed. A killed run can then be resumed. Default: never. */
  readonly checkpointEveryMs?: number;
  /** The path of a file that `checkpoint` wrote. The search goes on from it. Another model or other options are refused (CheckerError `checkpoint`). */
  readonly resume?: string;
  /** Plain data, by name, that must be equal when the search is resumed, such as the fields of the model's configuration. */
  readonly configuration?: Readonly<Record<string, unknown>>;
}

/** The options of every search. Every field has a default. A limit that is left out does not bound the search. */
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
  /** The resident memory of the process, in bytes, at which the search stops. The search always watches V8's own limit as well. */
  readonly maxMemoryBytes?: number;
  /** Stops the search. The verdict of the report is then `interrupted`, unless a property was found violated before, and the report counts the states that were covered. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  /** Default 1,000. */
  readonly progressEveryMs?: number;
  /** Reduces the search by the model's symmetry, where the model declares one. Default false. */
  readonly symmetry?: boolean;
  /** Reduces the search by the model's quotient, where the model declares one. Default false. */
  readonly normalize?: boolean;
  /**
   * Hash compaction: the search keeps of each state only a hash of this many bits, from 8 to 64. States may then be missed. The report says how likely
   * a miss is ({@link Statistics.omission}). Safety only. Default: states are kept and compared whole.
   */
  readonly hashBits?: number;
  /** Names of the properties to judge. With an empty list the search counts states, and nothing is said to hold. Default: all. */
  readonly properties?: ReadonlyArray<string>;
  /** Goes on after the first violation, until each property is judged. Default false. */
  readonly keepGoing?: boolean;
  /** Vacuity fails the verdict. Default false. */
  readonly requireWitnesses?: boolean;
  /**
   * Audits every run of the model's functions, and not only the first runs and some of the others. Each run is then done twice: on copies that may be
   * changed, and with another clock. Default false.
   */
  readonly audit?: boolean;
  /** Phrases that say the bounds of the model. {@link Report.bounds} repeats them. */
  readonly bounds?: ReadonlyArray<string>;
  /** Gives each reached witness a run, too. Default false. */
  readonly witnessTraces?: boolean;
}

// --- by components ---------------------------------------------------------------------------------------------------------

/** The options of a check of a component model. */
export interface ComponentOptions extends Omit<CheckOptions, 'search'> {
  /**
   * `bfs` (default): breadth first, with shortest counterexamples. `dfs`: depth first, and the stack is the counterexample. `sweep`: by ascending
   * progress, and states behind the front are freed; the model must declare `progress`. `auto`: breadth first. If the space turns out to be large and
   * the model declares `progress`, the search begins again as a sweep, which is faster and takes less memory. Counterexamples are shortest even so.
   * `auto` is `bfs` where `maxStates`, `maxDepth`, `hashBits`, a checkpoint or runs to witnesses are asked for.
   */
  readonly search?: 'auto' | 'bfs' | 'dfs' | 'sweep';
  /** Names of the slots that are kept as local slots. No interaction may touch two of them. Default: a short sample finds them. */
  readonly locals?: ReadonlyArray<string>;
}

/** The options of one search, which has one order. */
export interface SearchOptions extends ComponentOptions {
  readonly search?: 'bfs' | 'dfs' | 'sweep';
}
