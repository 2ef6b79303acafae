/** A comparison of a report with the truth, and the differences that it finds. */
import type { Report } from '#bayou/checker/report.js';
import type { ClassOf, PropertyTruth } from '../oracle/judge.js';
import type { OracleGraph } from '../oracle/world.js';
import type { Way } from './way.js';

/** A difference between a report and the truth. `what`: the kind of the difference, without numbers. */
export interface ReportDifference {
  readonly what: string;
  readonly details: string;
}

/** A report, the truth of its model, and how much of this truth its way of checking can see. */
export interface Comparison {
  readonly world: OracleGraph;
  readonly way: Way;
  readonly report: Report;
  readonly truths: ReadonlyArray<PropertyTruth>;
  readonly classOf: ClassOf;
  /** Does the search merge states: by a symmetry, a normal form or a key? */
  readonly isReduced: boolean;
  /** Does it merge states by a symmetry or a normal form? */
  readonly isReducing: boolean;
  /** May the model's reductions be false? */
  readonly isDoubtful: boolean;
  /** Does the model's key merge different states? */
  readonly isMerging: boolean;
  /** May the search have merged states whose hashes are equal? */
  readonly isLossy: boolean;
  /** Did the search go to its end? */
  readonly isComplete: boolean;
  /** Has the way a limit of states, depth or memory? */
  readonly isLimited: boolean;
  /** Notes a difference. */
  readonly say: (what: string, details: string) => void;
}
