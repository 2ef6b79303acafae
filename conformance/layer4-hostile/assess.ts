/** The verdicts on a run of the store, real or simulated: the judge's, which knows no model, and that of layer 3, which follows the run along the model. */
import type { NodeId } from '#bayou/core/ids.js';
import type { TraceEvent } from '#bayou/core/trace.js';
import { inTurns } from '../common/in-turns.js';
import { showTraceVerdict, validating, type TraceVerdict } from '../layer3-traces/validate-trace.js';
import { historyOfRuns } from './judge/history-of-trace.js';
import { judge } from './judge/judge.js';
import { showVerdict, type JudgeVerdict } from './judge/verdict.js';

/** The part of a finished run that is assessed. */
export interface AssessedRun {
  /** The events of each day. */
  readonly days: ReadonlyArray<ReadonlyArray<TraceEvent>>;
  /** Servers whose logs were spoilt, put back from older copies or taken away. No other server may have lost a write. */
  readonly lossy: ReadonlySet<NodeId>;
  /** Failures that no fault excuses. */
  readonly failures: ReadonlyArray<string>;
}

/** The verdicts on a run. */
export interface RunVerdict {
  readonly sound: boolean;
  readonly judged: JudgeVerdict;
  readonly validated: TraceVerdict;
  readonly failures: ReadonlyArray<string>;
}

/** Gives the verdicts on a run. Rejects where the signal comes first. */
export const assess = async ({ days, lossy, failures }: AssessedRun, signal?: AbortSignal): Promise<RunVerdict> => {
  const judged = judge(historyOfRuns(days, lossy));
  const validated = await inTurns(validating(days, lossy), signal);
  const sound = judged.kept && validated.verdict !== 'diverges' && failures.length === 0;
  return { sound, judged, validated, failures };
};

/** The verdicts as text. `said`: what the run's processes wrote to standard error. */
export const showAssessment = ({ failures, judged, validated }: RunVerdict, said = ''): string =>
  [
    ...failures,
    ...(said === '' ? [] : ['said on standard error:', said.trimEnd()]),
    showVerdict(judged),
    showTraceVerdict(validated),
  ].join('\n');
