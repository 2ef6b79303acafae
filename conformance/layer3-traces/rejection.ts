/** How a trace is refused: the first event that no step of the model explains, and the rule it breaks. */
import type { TraceEvent } from '#bayou/core/trace.js';
import type { Stamp, VectorEntries, Write } from '#bayou/core/write.js';

/** The first event that no step of the model explains. */
export interface Rejection {
  readonly process: string;
  readonly n: number;
  /** Null where an event is missing. */
  readonly event: TraceEvent | null;
  /** The rule of the contract that the event breaks, such as `R9`; or `trace`, where no run has such a trace. */
  readonly rule: string;
  readonly why: string;
  /** Where the event tells a state that a server never had: the server's process, and the vector that it had in the end. */
  readonly of?: { readonly process: string; readonly vv: VectorEntries };
}

/**
 * Says that an event is refused. Followers throw it deep in a chain of processes that wait for each other, where each function in between would only pass a value on.
 * `validate-trace.ts` and `running-trace.ts` catch it and refuse the run. `follow-client.ts` catches it, too: where a client's result is not the server's
 * answer, the result is wrong, and the server's rejected event is only a consequence.
 */
export class RejectedEvent extends Error {
  readonly rejection: Rejection;
  constructor(rejection: Rejection) {
    super(rejection.why);
    this.rejection = rejection;
  }
}

/** Refuses an event. */
export const reject = (event: TraceEvent, rule: string, why: string, of?: Rejection['of']): never => {
  throw new RejectedEvent({ process: event.p, n: event.n, event, rule, why, ...(of === undefined ? {} : { of }) });
};

/** Thrown where the trace lacks an event that the verdict depends on. */
export class Undecidable extends Error {}

// --- for messages ----------------------------------------------------------------------------------------------------------

/** A stamp as `3@1.0`. */
export const showStamp = (s: Stamp | null): string => (s === null ? 'none' : `${s.t}@${s.r}`);

/** A vector as `[0.0:3 1.0:1]`. */
export const showVector = (v: VectorEntries): string => `[${v.map(([r, t]) => `${r}:${t}`).join(' ')}]`;

/** Writes as `{a=x 3@1.0, …}`, the first few. */
export const showWrites = (writes: ReadonlyArray<Write>): string =>
  `{${writes
    .slice(0, 8)
    .map((w) => `${w.key}=${w.value} ${showStamp(w)}`)
    .join(', ')}${writes.length > 8 ? `, … ${writes.length - 8} more` : ''}}`;
