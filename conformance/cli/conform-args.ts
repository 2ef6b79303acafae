/** The arguments of `bayou conform`. */
import type { LayerNumber } from '../common/finding.js';

/** The parsed command line. */
export interface ConformArgs {
  readonly paths: ReadonlyArray<string>;
  readonly trace: ReadonlyArray<string>;
  readonly runs: number | undefined;
  /** Do simulated runs alone. */
  readonly simulate: boolean;
  /** Do hostile runs of real processes alone. */
  readonly hostile: boolean;
  /** The configuration through which a simulated cluster is led: a file, or a name. */
  readonly coverage: string | undefined;
  /** The folder in which plans are kept whose runs reach new steps; later runs vary them. */
  readonly corpus: string | undefined;
  /** How long a series of runs goes on, in seconds. */
  readonly seconds: number | undefined;
  /** Files with plans of simulated runs to run again; `real`: on real processes. */
  readonly replay: ReadonlyArray<string>;
  readonly real: boolean;
  readonly from: number;
  readonly seed: number;
  readonly layers: ReadonlyArray<LayerNumber>;
  readonly config: ReadonlyArray<string>;
  readonly flags: ReadonlyArray<string> | undefined;
  readonly maxStates: number | undefined;
  readonly jobs: number;
  readonly json: boolean;
  readonly junit: string | undefined;
  /** Stop at the first divergence. */
  readonly failFast: boolean;
  /** The most further runs that make a diverging script or plan smaller. */
  readonly shrinkRuns: number;
  /** The folder for the traces of runs that diverge, and for their paths, which `bayou check --replay` takes. */
  readonly outDir: string;
}
