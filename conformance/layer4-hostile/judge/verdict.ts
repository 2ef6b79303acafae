/** The judge's verdict: whether each promise of the contract was kept, and how many operations could have broken it. */
import { type Operation, showOperation, type StoreView } from './judged-history.js';

/** A promise in words, and the rules of the contract's section 8 that it follows from. `title`: what the literature calls it. */
interface Wording {
  readonly sentence: string;
  readonly rules: ReadonlyArray<string>;
  readonly title: string | undefined;
}

const says = (rules: ReadonlyArray<string>, sentence: string, title?: string): Wording => ({ sentence, rules, title });

/**
 * The promises. The words are the judge's own, since it shares no line with the model; a test compares them with the model's. The contract has no rule
 * for INTEGRITY: the glossary says what it is.
 */
export const PROMISES = {
  RYW: says(['R12'], 'no get returns a write older than the one its session last wrote to the key', 'Read Your Writes'),
  MR: says(['R12'], 'no get returns a write older than one its session has read of the key', 'Monotonic Reads'),
  WFR: says(
    ['R12'],
    'every put is stamped after, and is accepted where they are, the writes its session has read',
    'Writes Follow Reads',
  ),
  MW: says(
    ['R12'],
    'every put is stamped after, and is accepted where they are, the writes its session has made',
    'Monotonic Writes',
  ),
  LATER: says(['R2'], 'every put is stamped after all that its session has seen, whether it asks for guarantees or not'),
  SESSION_ORDER: says(['R6', 'R14'], 'of a session’s acknowledged puts to a key the last has the greatest stamp'),
  UNIQUE: says(['R4', 'R7'], 'no two writes have the same stamp'),
  INTEGRITY: says([], 'whatever is read or printed was put before, to that key, by a put that did not fail'),
  STABLE: says(['section 5'], 'after a stabilize, the servers of a partition have equal stores'),
  DURABLE: says(['R10'], 'a replica has every write that it acknowledged, or something that supersedes it'),
} as const;

/** A promise that the judge decides, by the contract's name of the property. */
export type PromiseName = keyof typeof PROMISES;

const PROMISED = Object.keys(PROMISES) as ReadonlyArray<PromiseName>;

/** A part of a history: an operation of a client, or a store that was printed. */
export type Observation = Operation | StoreView;

/** A broken promise: `operation` is the first that breaks it, `conflict` the two observations that contradict each other. */
interface Violation {
  readonly promise: PromiseName;
  readonly operation: Observation;
  readonly conflict: readonly [Observation, Observation];
  readonly why: string;
}

/** The judge's verdict on a history. `checked` counts for each promise the operations that could have broken it. */
export interface JudgeVerdict {
  readonly kept: boolean;
  readonly operations: number;
  readonly checked: Readonly<Record<PromiseName, number>>;
  readonly violations: ReadonlyArray<Violation>;
  /** What the facts of this history do not decide, a sentence each. */
  readonly undecided: ReadonlyArray<string>;
}

/** A verdict that is being made: the first violation of each promise, in the order of the history. */
export interface PartialVerdict {
  readonly checked: Record<PromiseName, number>;
  readonly violations: Map<PromiseName, Violation>;
  readonly undecided: Set<string>;
}

/** The verdict on a history of which nothing is judged yet. */
export const verdictOfNothing = (): PartialVerdict => ({
  checked: Object.fromEntries(PROMISED.map((p) => [p, 0])) as Record<PromiseName, number>,
  violations: new Map(),
  undecided: new Set(),
});

/** Enters a violation, unless an earlier one of that promise is known. */
export const reportViolation = (
  soFar: PartialVerdict,
  promise: PromiseName,
  earlier: Observation,
  later: Observation,
  why: string,
): void => {
  if (!soFar.violations.has(promise))
    soFar.violations.set(promise, { promise, operation: later, conflict: [earlier, later], why });
};

const showObservation = (h: Observation): string =>
  'f' in h ? showOperation(h) : `printStore ${h.server} (position ${h.position}), ${h.entries.length} keys`;

/** The rules of a promise in brackets, as `bayou explain` takes them: ` [R6, R14]`. */
const rulesOf = (promise: PromiseName): string => {
  const { rules } = PROMISES[promise];
  return rules.length === 0 ? '' : ` [${rules.join(', ')}]`;
};

/** A promise as the checker prints a property, its name first: `MR (Monotonic Reads): no get returns … [R12]`. */
export const showPromise = (promise: PromiseName): string => {
  const { sentence, title } = PROMISES[promise];
  return `${promise}${title === undefined ? '' : ` (${title})`}: ${sentence}${rulesOf(promise)}`;
};

/** A verdict as text, a line for each promise that at least one operation could have broken. */
export const showVerdict = (v: JudgeVerdict): string =>
  [
    `${v.kept ? 'kept' : 'BROKEN'}: ${v.operations} operations judged`,
    ...PROMISED.filter((p) => v.checked[p] > 0).map(
      (p) => `  ${v.violations.some((x) => x.promise === p) ? 'BROKEN' : 'kept'} (${v.checked[p]} checks)  ${showPromise(p)}`,
    ),
    ...v.violations.map(
      (x) =>
        `  ${x.promise}${rulesOf(x.promise)} broken: ${x.why}\n    first: ${showObservation(x.conflict[0])}\n    then:  ${showObservation(x.conflict[1])}`,
    ),
    ...v.undecided.map((u) => `  undecided: ${u}`),
  ].join('\n');
