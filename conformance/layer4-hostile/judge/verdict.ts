/** What the judge says: for each promise of the contract, kept or broken, and how often it was put to the test. */
import { type Operation, showOperation, type StoreView } from './judged-history.js';

/** What the judge decides, with the rule it comes from. */
const PROMISES = {
  'Read Your Writes': 'R12: having written a value to a key, a session never reads an older one',
  'Monotonic Reads': 'R12: having read a value of a key, a session never reads an older one',
  'Writes Follow Reads': 'R12: who has a write has what its session had read before it',
  'Monotonic Writes': 'R12: who has a write has what its session had written before it',
  'Accept Order': "R2: a put's stamp is above every stamp its session had seen",
  'Session Order': "R14: of a session's acknowledged puts to a key the last has the greatest stamp",
  'Unique Stamps': 'R3, R7, R14: no stamp is given to two writes, and no put has two',
  Integrity: 'a value that is read or printed was put, to that key, and not later',
  Convergence: 'after stabilize all servers of a partition have equal stores',
  'No Lost Write': 'R10: after stabilize an acknowledged write is there, or a later one is',
} as const;

/** The name of a promise. */
export type Promised = keyof typeof PROMISES;

/** What a history consists of: an operation of a client, or a store that was printed. */
export type Observation = Operation | StoreView;

/** The first operation that breaks a promise, and the two that contradict each other. */
interface Violation {
  readonly promise: Promised;
  readonly operation: Observation;
  readonly conflict: readonly [Observation, Observation];
  readonly why: string;
}

/** The judge's verdict on a history. `checked` counts how many operations could have broken each promise. */
export interface Verdict {
  readonly kept: boolean;
  readonly operations: number;
  readonly checked: Readonly<Record<Promised, number>>;
  readonly violations: ReadonlyArray<Violation>;
  /** What this history is too poor to decide, a sentence each. */
  readonly undecided: ReadonlyArray<string>;
}

/** Collects a verdict: the first violation of each promise, in the order of the history. */
export interface Findings {
  readonly checked: Record<Promised, number>;
  readonly violations: Map<Promised, Violation>;
  readonly undecided: Set<string>;
}

/** Findings of a history of which nothing is judged yet. */
export const noFindings = (): Findings => ({
  checked: Object.fromEntries(Object.keys(PROMISES).map((p) => [p, 0])) as Record<Promised, number>,
  violations: new Map(),
  undecided: new Set(),
});

/** Enters a violation, unless an earlier one of that promise is known. */
export const reportViolation = (
  findings: Findings,
  promise: Promised,
  earlier: Observation,
  later: Observation,
  why: string,
): void => {
  if (!findings.violations.has(promise))
    findings.violations.set(promise, { promise, operation: later, conflict: [earlier, later], why });
};

const showObservation = (h: Observation): string =>
  'f' in h ? showOperation(h) : `printStore ${h.server} (position ${h.position}), ${h.entries.length} keys`;

/** A verdict as text, a line for each promise that was put to the test. */
export const showVerdict = (v: Verdict): string =>
  [
    `${v.kept ? 'kept' : 'BROKEN'}: ${v.operations} operations judged`,
    ...Object.entries(v.checked)
      .filter(([, n]) => n > 0)
      .map(([p, n]) => `  ${p}: ${v.violations.some((x) => x.promise === p) ? 'BROKEN' : 'kept'} (${n} checks)`),
    ...v.violations.map(
      (x) =>
        `  ${x.promise} broken: ${x.why}\n    first: ${showObservation(x.conflict[0])}\n    then:  ${showObservation(x.conflict[1])}`,
    ),
    ...v.undecided.map((u) => `  undecided: ${u}`),
  ].join('\n');
