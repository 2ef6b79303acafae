/** The arguments of `bayou check`. */
import type { Overrides } from '../../checked-model/checked-model.js';
import type { Assignment, OptionValue } from './field-options.js';

export const FORMATS = ['json', 'text', 'itf', 'mermaid', 'shiviz', 'dot', 'script', 'html'] as const;
export type Format = (typeof FORMATS)[number];

/** The command line's options and sources. A field is absent where its option was not given. */
export interface CheckArgs {
  readonly configs: ReadonlyArray<string>;
  /** The values of fields of the configuration that have an option of their own. */
  readonly fields: ReadonlyMap<string, OptionValue>;
  /** The assignments of `--set`: to fields of a configuration, or to parameters of a user's own model. */
  readonly sets: ReadonlyArray<Assignment>;
  /** `fields` and `sets` together, for a configuration; each value with the option that gave it. */
  readonly overrides: Overrides;
  readonly list: boolean;
  readonly search: 'auto' | 'bfs' | 'dfs' | 'sweep' | 'simulate';
  readonly symmetry: boolean;
  readonly quotient: boolean;
  readonly keepGoing: boolean;
  readonly requireWitnesses: boolean;
  /** Show a run for each witness that is reached. */
  readonly witnesses: boolean;
  /** Judge deadlock, also where the model has no property that judges it. */
  readonly deadlock: boolean;
  /** Audit every call of the model's functions, and every state under a reduction. */
  readonly audit: boolean;
  /** The number of counterexamples of each property. */
  readonly tracesPerProperty: number;
  /** The number of random runs to show in which no property breaks, instead of a search. */
  readonly sample?: number;
  /** Step through the model by hand, instead of a search. */
  readonly step: boolean;
  readonly plain: boolean;
  readonly workers: number;
  /** Bits of a hash; `true`: the default of 64. */
  readonly hashCompaction?: number | true;
  readonly maxMemory?: number;
  readonly maxStates?: number;
  readonly maxDepth?: number;
  readonly maxSeconds?: number;
  readonly seed: number;
  readonly traces: number;
  readonly traceLength: number;
  readonly json: boolean;
  readonly ndjson: boolean;
  readonly outDir?: string;
  readonly checkpoint?: string;
  /** The period of checkpoints, in seconds. */
  readonly checkpointEvery?: number;
  readonly resume?: string;
  /** A path to replay, instead of a search. */
  readonly replay?: string;
  readonly format?: ReadonlyArray<Format>;
}
