/** How far the audits of reductions and of keys go. */

/** At most `calls` calls of the model's functions, and `ms` ms. */
export interface AuditBounds {
  readonly calls: number;
  readonly ms: number;
}

/** After a search that saw the whole space. */
export const AFTER_WHOLE_SEARCH: AuditBounds = { calls: 200_000, ms: 1_000 };
/** After a search that found a violation or stopped early, and so does not know the size of the space. */
export const AFTER_PARTIAL_SEARCH: AuditBounds = { calls: 10_000, ms: 200 };

/** A large space is sampled: random walks of `WALK_LENGTH` steps, which take the share `SAMPLE_SHARE` of the search's time. */
export const WALK_LENGTH = 48;
export const SAMPLE_SHARE = 0.02;
