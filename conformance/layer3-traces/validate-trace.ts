/**
 * Layer 3 follows a run of the cluster, as its processes wrote it down, event by event, and compares each event with the model.
 *
 * @example
 *   const events = readTraces(['run.ndjson']);
 *   if (E.isRight(events)) console.log(showTraceVerdict(validateTrace(events.right)));
 */
import { counted } from '#bayou/core/counted.js';
import type { NodeId } from '#bayou/core/ids.js';
import type { TraceEvent } from '#bayou/core/trace.js';
import type { Variant } from '#bayou/model/protocol/rules.js';
import { followAll, NOTHING, sceneOf } from './follow-run.js';
import { processesOf } from './read-traces.js';
import type { Conformity } from '../common/finding.js';
import { atOnce, type Work } from '../common/in-turns.js';
import { RejectedEvent, type Rejection, Undecidable } from './rejection.js';
import { type Inheritance, leftBy, type Listener, type Scene } from './run-scene.js';
import { gapIn } from './timeline.js';

/** The verdict of a validation. `followed`: how many events were followed; `counts`: how many events of each type the trace has. */
export interface TraceVerdict {
  readonly verdict: Conformity;
  readonly processes: number;
  readonly events: number;
  readonly followed: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly rejection?: Rejection;
  /** The reason why the verdict is `undecided`. */
  readonly why?: string;
  /** Commands that took longer than the contract allows, a sentence each. */
  readonly late?: ReadonlyArray<string>;
  /** The number of the run to which the verdict belongs, from 1; undefined where there is one run. */
  readonly run?: number;
}

/** How a run is validated. */
export interface ValidateOptions {
  /** The variant of the protocol against which the run is followed. Default: the protocol without a fault. */
  readonly variant?: Variant;
  readonly listener?: Listener;
  /** The logs, replicas and sessions of the earlier runs on the same data folder. Default: none. */
  readonly inherited?: Inheritance;
  /** Servers whose logs a fault has spoilt, put back or taken away. All others must come back with everything that a process saw of them. Default: any log may be lossy. */
  readonly lossy?: ReadonlySet<NodeId> | undefined;
}

/** Validates a whole run; the events may stand in any order. */
export const validateTrace = (events: ReadonlyArray<TraceEvent>, options: ValidateOptions = {}): TraceVerdict =>
  timely(atOnce(follow(events, options))[0]);

/**
 * Validates several runs on one data folder, one after the other: each begins with the logs that the runs before it have left. Returns the verdict of all
 * of them together, or the first verdict that is not `conforms`. The work can be done in turns.
 */
export function* validating(runs: ReadonlyArray<ReadonlyArray<TraceEvent>>, lossy?: ReadonlySet<NodeId>): Work<TraceVerdict> {
  let all: TraceVerdict = { verdict: 'conforms', processes: 0, events: 0, followed: 0, counts: {} };
  let inherited = NOTHING;
  for (const [i, events] of runs.entries()) {
    const [verdict, left] = yield* follow(events, { inherited, lossy });
    const counts = { ...all.counts };
    for (const [type, n] of Object.entries(verdict.counts)) counts[type] = (counts[type] ?? 0) + n;
    const [processes, sum] = [all.processes + verdict.processes, all.events + verdict.events];
    const late = [...(all.late ?? []), ...(verdict.late ?? [])];
    all = { ...verdict, processes, events: sum, followed: all.followed + verdict.followed, counts, late };
    if (verdict.verdict !== 'conforms') return runs.length === 1 ? all : { ...all, run: i + 1 };
    inherited = left;
  }
  return timely(all);
}

/** Follows a run; returns the verdict and the run's inheritance. */
function* follow(
  events: ReadonlyArray<TraceEvent>,
  { variant = 'FIXED', listener, inherited = NOTHING, lossy }: ValidateOptions,
): Work<readonly [TraceVerdict, Inheritance]> {
  const traces = processesOf(events);
  const counts: Record<string, number> = {};
  for (const e of events) counts[e.type] = (counts[e.type] ?? 0) + 1;
  const base = { processes: traces.length, events: events.length, counts };
  for (const trace of traces) {
    const gap = gapIn(trace);
    if (gap === undefined) continue;
    const rejection: Rejection = { process: trace.name, n: gap.n, event: null, rule: 'trace', why: gap.why };
    return [{ ...base, verdict: 'diverges', followed: 0, rejection }, inherited];
  }
  let scene: Scene | undefined;
  try {
    scene = sceneOf(traces, { variant, inherited, lossy, listener });
    yield* followAll(scene.timeline);
    scene.ledger.compareAnswers();
    return [{ ...base, verdict: 'conforms', followed: scene.timeline.followed, late: scene.late }, leftBy(scene)];
  } catch (error) {
    const followed = scene?.timeline.followed ?? 0;
    if (error instanceof RejectedEvent)
      return [{ ...base, verdict: 'diverges', followed, rejection: error.rejection }, inherited];
    if (error instanceof Undecidable) return [{ ...base, verdict: 'undecided', followed, why: error.message }, inherited];
    throw error;
  }
}

/** The verdict where all events conform, and perhaps some commands took too long: then nobody can tell whose fault that is. */
const timely = (verdict: TraceVerdict): TraceVerdict => {
  const [first, ...others] = verdict.late ?? [];
  if (verdict.verdict !== 'conforms' || first === undefined) return verdict;
  const more = others.length === 0 ? '' : ` (and ${counted(others.length, 'other command')})`;
  const why = `${first}${more}; the machine may have been busy, or the master's --timeout-ms longer; all else conforms`;
  return { ...verdict, verdict: 'undecided', why };
};

/** A verdict for people. */
export const showTraceVerdict = (v: TraceVerdict): string => {
  const size = `${counted(v.events, 'event')} of ${counted(v.processes, 'process', 'processes')}`;
  if (v.verdict === 'conforms') return `conforms: every one of ${size} is a step of the model`;
  const where = v.run === undefined ? '' : `run ${v.run}: `;
  if (v.rejection === undefined) return `${where}undecided after ${v.followed} of ${size}: ${v.why ?? ''}`;
  const { process, n, event, rule, why } = v.rejection;
  return [
    `${where}diverges after ${v.followed} of ${size}: no step of the model explains event ${n} of ${process}`,
    `  event: ${event === null ? '(missing)' : JSON.stringify(event)}`,
    `  rule:  ${rule}`,
    `  why:   ${why}`,
  ].join('\n');
};
