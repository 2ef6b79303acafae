/**
 * Layer 4 runs a script on real processes, with faults of the network, the processes and the disks. Layer 3 follows the run's trace along the model,
 * and the judge, which knows no model, judges the run's history.
 */
import type { TraceEvent } from '#bayou/core/trace.js';
import type { Conformity } from '../common/finding.js';
import { sum, sumOf } from '../common/sum-of.js';
import type { HostilePlan } from './hostile-plan.js';
import { assess, showAssessment } from './assess.js';
import { runHostile } from './hostile-run.js';
import type { Rejection } from '../layer3-traces/rejection.js';

/** The verdicts of layer 3 and of the judge on a random run. */
export interface HostileTrial {
  readonly verdict: Conformity;
  readonly counts: Readonly<Record<string, number>>;
  readonly details: string;
  /** The events of each day, up to the one that is wrong: a day begins with the logs that the days before have left. */
  readonly days: ReadonlyArray<ReadonlyArray<TraceEvent>>;
  /** The event that layer 3 refuses; undefined: none. */
  readonly rejection: Rejection | undefined;
}

/** The counts of the proxies that are faults. Their other counts are connections, and frames that passed unchanged. */
const NETWORK = ['delayed', 'repeated', 'reordered', 'dropped', 'cut', 'blackHoled'] as const;

/** Runs a plan; layer 3 and the judge look at the run. Rejects where the signal comes first. */
export const tryHostilePlan = async (plan: HostilePlan, signal?: AbortSignal): Promise<HostileTrial> => {
  const ran = await runHostile(plan, signal);
  const assessed = await assess(ran, signal);
  const { validated, judged } = assessed;
  const counts = {
    events: validated.followed,
    operations: judged.operations,
    'faults of the network': sum(NETWORK.map((name) => ran.network[name])),
    'faults of processes and disks': sumOf(ran.processes),
  };
  const verdict = assessed.sound ? validated.verdict : 'diverges';
  const { rejection, run: day = 1 } = validated;
  const days = rejection === undefined ? ran.days : ran.days.slice(0, day);
  return {
    verdict,
    counts,
    days,
    rejection,
    details: verdict === 'conforms' ? '' : `${showAssessment(assessed, ran.said)}\nplan: ${JSON.stringify(plan)}`,
  };
};
