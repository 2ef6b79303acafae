/**
 * Layer 4: a script on real processes, with faults of the network, the processes and the disks, judged by its trace
 * against the model and by the judge that knows no model.
 */
import type { TraceEvent } from '#bayou/core/trace.js';
import type { HostilePlan } from './hostile-plan.js';
import { assess, runHostile, showAssessment } from './hostile-run.js';
import type { Rejection } from '../layer3-traces/rejection.js';

/** What the judges say of a random run. */
export interface RandomJudgement {
  readonly verdict: 'conforms' | 'diverges' | 'undecided' | 'failed';
  readonly counts: Readonly<Record<string, number>>;
  readonly details: string;
  readonly events: ReadonlyArray<TraceEvent>;
  /** What layer 3 refuses, if anything. */
  readonly rejection: Rejection | undefined;
}

/** Faults of the network that are counted; what it merely carried is not a fault. */
const NETWORK = ['delayed', 'repeated', 'reordered', 'dropped', 'cut', 'blackHoled'] as const;

const sum = (counts: ReadonlyArray<number>): number => counts.reduce((a, b) => a + b, 0);

/** Does a run by its plan and judges it. Rejects where the signal comes first. */
export const judgePlan = async (plan: HostilePlan, signal?: AbortSignal): Promise<RandomJudgement> => {
  const ran = await runHostile(plan, signal);
  const assessed = await assess(ran, signal);
  const { validated, judged } = assessed;
  const counts = {
    events: validated.followed,
    operations: judged.operations,
    'faults of the network': sum(NETWORK.map((name) => ran.network[name])),
    'faults of processes and disks': sum(Object.values(ran.processes)),
  };
  const verdict = assessed.sound ? validated.verdict : 'diverges';
  const { rejection, run: day = 1 } = validated;
  const events = ran.days[day - 1]!;
  return {
    verdict,
    counts,
    events,
    rejection,
    details: verdict === 'conforms' ? '' : `${showAssessment(assessed)}\nplan: ${JSON.stringify(plan)}`,
  };
};
