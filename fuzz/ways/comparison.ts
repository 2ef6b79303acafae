/** What is compared, and how a difference is told. */
import type { Report } from '#bayou/checker/report.js';
import type { ClassOf, Truth } from '../oracle/judge.js';
import type { World } from '../oracle/world.js';
import type { Way } from './way.js';

/** A difference between a report and the truth. `what` names its kind, without the numbers. */
export interface Difference {
  readonly what: string;
  readonly details: string;
}

/** A report, the truth of its model, and how much of that truth the way of searching lets it see. */
export interface Comparison {
  readonly world: World;
  readonly way: Way;
  readonly report: Report;
  readonly truths: ReadonlyArray<Truth>;
  readonly classOf: ClassOf;
  readonly isReduced: boolean;
  /** By a symmetry or a normal form, that is. */
  readonly isReducing: boolean;
  readonly isDoubtful: boolean;
  /** The model's key takes different states for one. */
  readonly isMerging: boolean;
  /** States may have been taken for one another. */
  readonly isLossy: boolean;
  readonly isComplete: boolean;
  readonly isLimited: boolean;
  readonly say: (what: string, details: string) => void;
}
