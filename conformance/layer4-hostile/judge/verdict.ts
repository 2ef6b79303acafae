/** The judge's verdict: whether each promise of the contract was kept, and how many operations could have broken it. */
import { type Operation, showOperation, type StoreView } from './judged-history.js';

/** The rules of each promise, as the contract's section 8 has them. The contract has no rule for INTEGRITY: the glossary says what it is. */
export const RULES_OF = {
  RYW: ['R12'],
  MR: ['R12'],
  WFR: ['R12'],
  MW: ['R12'],
  LATER: ['R2'],
  'SESSION-ORDER': ['R6', 'R14'],
  UNIQUE: ['R4', 'R7'],
  INTEGRITY: [],
  STABLE: ['section 5'],
  DURABLE: ['R10'],
} as const;

/** A promise that the judge decides, by the contract's name of the property. */
export type Promised = keyof typeof RULES_OF;

const PROMISES = Object.keys(RULES_OF) as ReadonlyArray<Promised>;

/** A part of a history: an operation of a client, or a store that was printed. */
export type Observation = Operation | StoreView;

/** A broken promise: `operation` is the first that breaks it, `conflict` the two observations that contradict each other. */
interface Violation {
  readonly promise: Promised;
  readonly operation: Observation;
  readonly conflict: readonly [Observation, Observation];
  readonly why: string;
}

/** The judge's verdict on a history. `checked` counts for each promise the operations that could have broken it. */
export interface Verdict {
  readonly kept: boolean;
  readonly operations: number;
  readonly checked: Readonly<Record<Promised, number>>;
  readonly violations: ReadonlyArray<Violation>;
  /** What this history lacks the facts to decide, a sentence each. */
  readonly undecided: ReadonlyArray<string>;
}

/** A verdict that is being made: the first violation of each promise, in the order of the history. */
export interface VerdictSoFar {
  readonly checked: Record<Promised, number>;
  readonly violations: Map<Promised, Violation>;
  readonly undecided: Set<string>;
}

/** The verdict on a history of which nothing is judged yet. */
export const verdictOfNothing = (): VerdictSoFar => ({
  checked: Object.fromEntries(PROMISES.map((p) => [p, 0])) as Record<Promised, number>,
  violations: new Map(),
  undecided: new Set(),
});

/** Enters a violation, unless an earlier one of that promise is known. */
export const reportViolation = (
  soFar: VerdictSoFar,
  promise: Promised,
  earlier: Observation,
  later: Observation,
  why: string,
): void => {
  if (!soFar.violations.has(promise))
    soFar.violations.set(promise, { promise, operation: later, conflict: [earlier, later], why });
};

const showObservation = (h: Observation): string =>
  'f' in h ? showOperation(h) : `printStore ${h.server} (position ${h.position}), ${h.entries.length} keys`;

/** A promise with its rules, as in `SESSION-ORDER [R6, R14]`: `bayou explain` knows the name and each rule. */
const titleOf = (promise: Promised): string =>
  RULES_OF[promise].length === 0 ? promise : `${promise} [${RULES_OF[promise].join(', ')}]`;

/** A verdict as text, a line for each promise that at least one operation could have broken. */
export const showVerdict = (v: Verdict): string =>
  [
    `${v.kept ? 'kept' : 'BROKEN'}: ${v.operations} operations judged`,
    ...PROMISES.filter((p) => v.checked[p] > 0).map(
      (p) => `  ${titleOf(p)}: ${v.violations.some((x) => x.promise === p) ? 'BROKEN' : 'kept'} (${v.checked[p]} checks)`,
    ),
    ...v.violations.map(
      (x) =>
        `  ${titleOf(x.promise)} broken: ${x.why}\n    first: ${showObservation(x.conflict[0])}\n    then:  ${showObservation(x.conflict[1])}`,
    ),
    ...v.undecided.map((u) => `  undecided: ${u}`),
  ].join('\n');
