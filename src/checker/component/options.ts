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
  /** A file to write where the search stops before its end, other than at a violation. A later run goes on from it to the same totals. */
  readonly checkpoint?: string;
  /** A file that `checkpoint` wrote, to go on from. Refused (CheckerError `checkpoint`) where the model or the options differ. */
  readonly resume?: string;
  /** What else a resumption must agree in, such as the fields of the model's configuration: plain data, by name. */
  readonly configuration?: Readonly<Record<string, unknown>>;
}
