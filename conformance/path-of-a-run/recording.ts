/** Records a run as layer 3 follows it: its events in an order in which the model can take them, and the event that each of them used. */
import type { TraceEvent } from '#bayou/core/trace.js';
import type { Variant } from '#bayou/model/protocol/rules.js';
import type { ProcessName } from '../layer3-traces/read-traces.js';
import type { TraceVerdict } from '../layer3-traces/validate-trace.js';
import { validateTrace } from '../layer3-traces/validate-trace.js';

/** An event that was followed. Its place in {@link RunRecord.followed} comes after everything that it needs. */
export interface FollowedEvent {
  readonly event: TraceEvent;
  readonly who: ProcessName;
}

/** A server's state as the master was told of it, and its place between the events. */
export interface ToldState {
  readonly event: TraceEvent;
  readonly server: number;
  readonly at: number;
}

/** A run as it was followed. */
export interface RunRecord {
  readonly variant: Variant;
  readonly verdict: TraceVerdict;
  readonly followed: ReadonlyArray<FollowedEvent>;
  /** By event: the earlier event of another process that it needed. */
  readonly uses: ReadonlyMap<TraceEvent, TraceEvent>;
  /** The states that the master was told of, at the places where the servers had them. */
  readonly met: ReadonlyArray<ToldState>;
  /** By process: the count of the last event whose effect outlived the process (R10). */
  readonly survived: ReadonlyMap<string, number>;
}

/** Follows a run by a variant of the protocol, and records it. */
export const record = (events: ReadonlyArray<TraceEvent>, variant: Variant): RunRecord => {
  const followed: FollowedEvent[] = [];
  const uses = new Map<TraceEvent, TraceEvent>();
  const met: ToldState[] = [];
  const survived = new Map<string, number>();
  const verdict = validateTrace(events, {
    variant,
    listener: {
      onFollowed: ({ who }, event) => followed.push({ event, who }),
      onUse: (by, used) => uses.set(by, used),
      // A state that is reported while an event of its server is followed stands after that event.
      onMet: (event, { who, busy }) => met.push({ event, server: who.id, at: followed.length + (busy ? 0.5 : -0.5) }),
      onLost: ({ name }, index) => survived.set(name, index),
    },
  });
  return { variant, verdict, followed, uses, met, survived };
};
