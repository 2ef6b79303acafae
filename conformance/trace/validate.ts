/**
 * Layer 3: a run of the cluster, as its processes wrote it down, against the model, event by event.
 *
 * @example
 *   const events = readTraces(['run.ndjson']);
 *   if (E.isRight(events)) console.log(showTraceVerdict(validateTrace(events.right)));
 */
import { counted } from '#bayou/core/counted.js';
import type { TraceEvent } from '#bayou/core/trace.js';
import type { Variant } from '#bayou/model/rules.js';
import { followClient } from './client.js';
import { followMaster } from './master.js';
import { processesOf } from './read.js';
import { reject, Rejected, type Rejection, Undecidable } from './rejection.js';
import { type Listener, makeScene, type Scene } from './scene.js';
import { followServer } from './server.js';
import { type Follow, gapIn, Timeline, Waiting } from './timeline.js';

/** What a validation says. `followed`: how many events were followed; `counts`: how many of each type there are. */
export interface TraceVerdict {
  readonly verdict: 'conforms' | 'diverges' | 'undecided';
  readonly processes: number;
  readonly events: number;
  readonly followed: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly rejection?: Rejection;
  /** Why it is undecided. */
  readonly why?: string;
}

/** How a run is validated. */
export interface ValidateOptions {
  /** A fault with which the run is tried. Default: the protocol as it is. */
  readonly variant?: Variant;
  readonly listener?: Listener;
}

const nobody = (): void => undefined;
const NOBODY: Listener = { onFollowed: nobody, onUse: nobody, onMet: nobody, onLost: nobody };

/** Validates a whole run; the events may stand in any order. */
export const validateTrace = (
  events: ReadonlyArray<TraceEvent>,
  { variant = 'FIXED', listener = NOBODY }: ValidateOptions = {},
): TraceVerdict => {
  const traces = processesOf(events);
  const counts: Record<string, number> = {};
  for (const e of events) counts[e.type] = (counts[e.type] ?? 0) + 1;
  const base = { processes: traces.length, events: events.length, counts };
  for (const trace of traces) {
    const gap = gapIn(trace);
    if (gap !== undefined)
      return {
        ...base,
        verdict: 'diverges',
        followed: 0,
        rejection: { process: trace.name, n: gap.n, event: null, rule: 'trace', why: gap.why },
      };
  }
  let timeline: Timeline | undefined;
  try {
    const holder: { scene?: Scene } = {};
    const follow: Follow = (process, event) => {
      const scene = holder.scene!;
      if (process.who.role === 'server') followServer(scene, process, event);
      else if (process.who.role === 'client') followClient(scene, process, event);
      else followMaster(scene, process, event);
    };
    timeline = new Timeline(traces, follow, listener.onFollowed);
    holder.scene = makeScene(timeline, timeline.processes.has('master'), variant, listener);
    followAll(timeline);
    return { ...base, verdict: 'conforms', followed: timeline.followed };
  } catch (error) {
    const followed = timeline?.followed ?? 0;
    if (error instanceof Rejected) return { ...base, verdict: 'diverges', followed, rejection: error.rejection };
    if (error instanceof Undecidable) return { ...base, verdict: 'undecided', followed, why: error.message };
    throw error;
  }
};

/** The master first; it calls for the others. What nobody called for follows. */
const followAll = (timeline: Timeline): void => {
  const rank = { master: 0, client: 1, server: 2 };
  const order = [...timeline.processes.values()].sort(
    (a, b) => rank[a.who.role] - rank[b.who.role] || a.who.id - b.who.id || a.who.run - b.who.run,
  );
  for (const process of order) {
    try {
      timeline.toEnd(process);
    } catch (error) {
      if (error instanceof Waiting) reject(error.event, 'trace', error.message);
      throw error;
    }
  }
};

/** A verdict for people. */
export const showTraceVerdict = (v: TraceVerdict): string => {
  const size = `${counted(v.events, 'event')} of ${counted(v.processes, 'process', 'processes')}`;
  if (v.verdict === 'conforms') return `conforms: every one of ${size} is a step of the model`;
  if (v.rejection === undefined) return `undecided after ${v.followed} of ${size}: ${v.why ?? ''}`;
  const { process, n, event, rule, why } = v.rejection;
  return [
    `diverges after ${v.followed} of ${size}: no step of the model explains event ${n} of ${process}`,
    `  event: ${event === null ? '(missing)' : JSON.stringify(event)}`,
    `  rule:  ${rule}`,
    `  why:   ${why}`,
  ].join('\n');
};
