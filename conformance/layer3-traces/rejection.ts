/** How a trace is refused: the first event that no step of the model explains, and the rule it breaks. */
import type { TraceEvent } from '#bayou/core/trace.js';
import type { Stamp, VectorEntries, Write } from '#bayou/core/write.js';

/** The first event that no step of the model explains. */
export interface Rejection {
  readonly process: string;
  readonly n: number;
  /** Null where the event is one that is missing. */
  readonly event: TraceEvent | null;
  /** The rule of the contract that it breaks, such as `R9`; or `trace`, where it is no trace of any run. */
  readonly rule: string;
  readonly why: string;
  /** Where the event says something of a server's state that it never had: which process, and the vector that it had in the end. */
  readonly of?: { readonly process: string; readonly vv: VectorEntries };
}

/**
 * The followers throw it, from the depth of a chain of processes that wait for each other: each function in between would only pass it on.
 * `validate-trace.ts` and `running-trace.ts` catch it, and the run is refused there. `follow-client.ts` catches it too: where a client's result is
 * not what a server answered, the result is to blame, and the server's event behind it is not.
 */
export class Rejected extends Error {
  readonly rejection: Rejection;
  constructor(rejection: Rejection) {
    super(rejection.why);
    this.rejection = rejection;
  }
}

/** Refuses an event. */
export const reject = (event: TraceEvent, rule: string, why: string, of?: Rejection['of']): never => {
  throw new Rejected({ process: event.p, n: event.n, event, rule, why, ...(of === undefined ? {} : { of }) });
};

/** Thrown where the trace does not hold what would be needed to decide. */
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
