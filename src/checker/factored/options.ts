/** What a check of a component model takes, beside what every search does. */
import type { CheckOptions } from '../report.js';

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
