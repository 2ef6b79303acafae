/**
 * A history, which the judge judges: the operations of the clients as the clients saw them, and the stores that were printed. A history comes
 * from a trace of the cluster (`history-of-trace.ts`) or from a file in the style of Jepsen (`jepsen.ts`).
 */
import type { NodeId } from '#bayou/core/ids.js';
import type { Guarantees } from '#bayou/core/guarantees.js';
import type { Stamp } from '#bayou/core/write.js';
import { showStamp } from './stamp-order.js';

/**
 * One put or get of one session. `ok`: it was answered (a get that found no value has the value null); `fail`: it had no effect
 * and promises nothing (ERR_DEP, ERR_CONN); `info`: a put whose outcome is unknown.
 */
export interface Operation {
  readonly f: 'put' | 'get';
  /** The client of the operation. */
  readonly process: NodeId;
  /** The name of the operation's session, where a client's id has had several (R11a); no other session has this name. Null: the client had one session. */
  readonly session: string | null;
  readonly key: string;
  readonly value: string | null;
  readonly outcome: 'ok' | 'fail' | 'info';
  /** The stamp in the answer; null where the history does not say. */
  readonly stamp: Stamp | null;
  /** The server that answered; null where the history does not say. */
  readonly server: NodeId | null;
  /** Positions in the history; `completed` is Infinity for an operation that never came back. */
  readonly invoked: number;
  readonly completed: number;
}

/** A store as `printStore` gave it. */
export interface StoreView {
  readonly server: NodeId;
  readonly entries: ReadonlyArray<readonly [key: string, value: string]>;
  readonly position: number;
  /** The last `stabilize` that promised this store to be equal to others; null where a store may have changed since, or there was none. */
  readonly settled: SettledStores | null;
}

/** The servers that one `stabilize` left with equal stores, and where in the history it began. */
export interface SettledStores {
  readonly round: number;
  readonly group: ReadonlyArray<NodeId>;
  readonly position: number;
}

/** A session: its name, or its client's id where the client had one session. */
export type SessionName = string | NodeId;

/** The session of an operation. */
export const sessionOf = (op: Pick<Operation, 'session' | 'process'>): SessionName => op.session ?? op.process;

/** A run of the cluster, or several that share their servers' folders, seen from outside. */
export interface JudgedHistory {
  readonly operations: ReadonlyArray<Operation>;
  readonly stores: ReadonlyArray<StoreView>;
  readonly guarantees: ReadonlyMap<SessionName, Guarantees>;
  /** Can positions be compared between processes? False for traces that lack the master's events. */
  readonly ordered: boolean;
  /** Servers that came back as other replicas (R7, R7a), because they had lost a part of their log or all of it. They may lack the writes that they had. */
  readonly reborn: ReadonlySet<NodeId>;
}

/** R12, as the contract has it: the master's clients use Read Your Writes and Monotonic Reads with scope key. The judge believes neither the program's constant nor a trace. */
export const MASTERS_CLIENTS: Guarantees = {
  readYourWrites: true,
  monotonicReads: true,
  writesFollowReads: false,
  monotonicWrites: false,
  scope: 'key',
};

/** The guarantees of a session: those of the master's clients, unless the history says otherwise (R12). */
export const guaranteesOf = (h: JudgedHistory, session: SessionName): Guarantees => h.guarantees.get(session) ?? MASTERS_CLIENTS;

/** A history of operations alone. */
export const historyOf = (operations: ReadonlyArray<Operation>, rest: Partial<JudgedHistory> = {}): JudgedHistory => ({
  operations,
  stores: [],
  guarantees: new Map(),
  ordered: true,
  reborn: new Set(),
  ...rest,
});

/**
 * Goes through the operations in the order of their positions. Calls `invoke` where an operation begins, and `complete` where it came back with an answer
 * or a failure. Within a session this is the order of the program. A session may have several operations in flight: an operation is bound only by the
 * answers that had come back before it was sent.
 */
export const inTimeOrder = (
  operations: ReadonlyArray<Operation>,
  invoke: (op: Operation, i: number) => void,
  complete: (op: Operation, i: number) => void,
): void => {
  const positions = new Float64Array(operations.length * 2);
  operations.forEach((op, i) => {
    positions[2 * i] = op.invoked;
    positions[2 * i + 1] = op.completed;
  });
  const steps = new Uint32Array(positions.length);
  for (let i = 0; i < steps.length; i++) steps[i] = i;
  if (!isSorted(positions)) steps.sort((a, b) => positions[a]! - positions[b]! || a - b);
  for (const step of steps) {
    const op = operations[step >>> 1]!;
    if (step % 2 === 0) invoke(op, step >>> 1);
    else if (op.completed !== Infinity) complete(op, step >>> 1);
  }
};

const isSorted = (xs: Float64Array): boolean => {
  for (let i = 1; i < xs.length; i++) if (xs[i]! < xs[i - 1]!) return false;
  return true;
};

const shownValue = (op: Operation): string => {
  if (op.outcome === 'fail') return 'failed';
  if (op.outcome === 'info') return `${String(op.value)} (outcome unknown)`;
  return op.value ?? 'no value';
};

/** One operation as a line for a reader. */
export const showOperation = (op: Operation): string =>
  `client ${op.process} ${op.f} ${op.key} ${op.f === 'get' ? '-> ' : ''}${shownValue(op)}` +
  (op.stamp === null ? '' : ` ${showStamp(op.stamp)}`) +
  (op.server === null ? '' : ` at server ${op.server}`) +
  ` (position ${op.invoked})`;
