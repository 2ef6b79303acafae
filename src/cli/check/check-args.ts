/** What the command line of `bayou check` says. */
import type { Overrides } from '../../checked-model/checked-model.js';
import type { Assignment, Said } from './field-options.js';

export const FORMATS = ['json', 'text', 'itf', 'mermaid', 'shiviz', 'dot', 'script', 'html'] as const;
export type Format = (typeof FORMATS)[number];

/** What the command line says. Fields that it does not mention are absent. */
export interface CheckArgs {
  readonly configs: ReadonlyArray<string>;
  /** Fields of the configuration that have an option of their own, and what it says. */
  readonly fields: ReadonlyMap<string, Said>;
  /** What `--set` says: of fields of a configuration, or of parameters of a model of one's own. */
  readonly sets: ReadonlyArray<Assignment>;
  /** Both together for a configuration, each with the option that said it. */
  readonly overrides: Overrides;
  readonly list: boolean;
  readonly search: 'auto' | 'bfs' | 'dfs' | 'sweep' | 'simulate';
  readonly symmetry: boolean;
  readonly quotient: boolean;
  readonly keepGoing: boolean;
  readonly requireWitnesses: boolean;
  /** Show a run for each witness that is reached. */
  readonly witnesses: boolean;
  /** Judge deadlock, though the model has no property that does. */
  readonly deadlock: boolean;
  /** Audit every call of the model's functions, and every state under a reduction. */
  readonly audit: boolean;
  /** Counterexamples of each property. */
  readonly tracesPerProperty: number;
  /** So many random runs in which nothing breaks, instead of a search. */
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
  /** In seconds. */
  readonly checkpointEvery?: number;
  readonly resume?: string;
  /** A path to replay, instead of a search. */
  readonly replay?: string;
  readonly format?: ReadonlyArray<Format>;
}
