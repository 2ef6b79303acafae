/** What a check of a component model takes, beside what every search does. */
import type { CheckOptions } from '../report.js';

/** What a check of a component model takes. */
export interface ComponentOptions extends Omit<CheckOptions, 'search'> {
  /**
   * `bfs` (default): shortest counterexamples. `dfs`: depth first, the stack is the counterexample. `sweep`: by ascending progress,
   * freeing what is done; the model must declare one.
   */
  readonly search?: 'bfs' | 'dfs' | 'sweep';
  /** Names of the slots to be kept as local positions, of which no interaction may touch two. Default: found by a short sample. */
  readonly locals?: ReadonlyArray<string>;
}
