/** What passes between a check and the thread that loads its model again. */
import type { Report } from '../../checker/report.js';
import type { CheckArgs } from './check-args.js';

/** The data that the thread gets: the model, as the user named it, and the searches, one after the other. */
export interface AgainData {
  readonly source: string;
  readonly searches: readonly [CheckArgs, ...CheckArgs[]];
}

/** What of a report two searches of one model have in common. */
export type JudgedReport = Pick<Report, 'search' | 'stop'> & {
  readonly counts: Pick<Report['counts'], 'distinct'>;
  readonly properties: ReadonlyArray<Pick<Report['properties'][number], 'name' | 'verdict'>>;
};

/** What the thread answers. */
export type AgainAnswer =
  | { readonly kind: 'searched'; readonly judged: ReadonlyArray<JudgedReport> }
  /** The module could not be loaded again. */
  | { readonly kind: 'unloaded'; readonly why: string }
  /** The model went wrong when it was searched. */
  | { readonly kind: 'refused'; readonly why: string; readonly before: ReadonlyArray<string> }
  /** The search itself went wrong: a bug. */
  | { readonly kind: 'failed'; readonly why: string };
