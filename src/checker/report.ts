/**
 * What a check says in the end: the verdict, the bounds in which it holds, what was covered and what was not, and a
 * counterexample for each property that fails. Plain data without functions: it goes through `JSON.stringify` and between threads.
 */
import type { Label } from './model.js';
import type { PlainValue } from './shown/value.js';

// --- traces ----------------------------------------------------------------------------------------------------------------

/** A state for people: one text for each part, by name. */
export type Shown = Readonly<Record<string, string>>;

/** One step of a trace: what was done, what there is to say of it, and the state after it. */
export interface TraceStep {
  readonly label: Label;
  readonly note?: string;
  readonly state: Shown;
  /** The parts of the state after it as plain data, for tools; see {@link PlainValue}. */
  readonly values?: Readonly<Record<string, PlainValue>>;
  /** By part, what the step did to it (`+ commit`), where that is shorter to read than the part. */
  readonly changed?: Shown;
}

/** What could be done in the cycle of a lasso and never is. Only a step that changes something is one. */
export interface Starved {
  /** The fairness class; of steps that are not fair their label. */
  readonly name: string;
  readonly fairness: 'none' | 'weak';
  /** In how many states of the cycle it can be done. */
  readonly enabled: number;
  /** How many states the cycle has. */
  readonly of: number;
}

/**
 * A run that breaks a property. State 0 is `initial`, state `i` the one after `steps[i - 1]`. A lasso has `loop`: the index of the
 * state to which the run comes back after the last step; where it is the index of the last state itself, the run stutters there
 * for ever (nothing is enabled, or nothing that changes the state).
 */
export interface Counterexample {
  readonly initial: Shown;
  /** The parts of the initial state as plain data, for tools. */
  readonly values?: Readonly<Record<string, PlainValue>>;
  readonly steps: ReadonlyArray<TraceStep>;
  readonly loop?: number;
  /** Of a lasso: what is never done in its cycle although it could be, if there is such. */
  readonly starved?: ReadonlyArray<Starved>;
  /** No run that breaks this property has fewer steps. */
  readonly shortest: boolean;
}

// --- properties ------------------------------------------------------------------------------------------------------------

export type PropertyKind =
  'always' | 'alwaysStep' | 'sometimes' | 'sometimesStep' | 'eventually' | 'leadsTo' | 'eventuallyAlways' | 'noDeadlock';

/** `reached` and `not reached` are for witnesses (`sometimes…`); `unknown` is never empty of a reason ({@link PropertyReport.why}). */
export type PropertyVerdict = 'holds' | 'violated' | 'unknown' | 'reached' | 'not reached';

/** What became of one property. */
export interface PropertyReport {
  readonly name: string;
  readonly rule?: string;
  readonly kind: PropertyKind;
  readonly verdict: PropertyVerdict;
  /** Why the verdict is `unknown` or `not reached`, or what it rests on: `liveness is not judged under symmetry`, `there is one client`. */
  readonly why?: string;
  /** The run that breaks it; for a witness, where it was asked for, a run that reaches it. */
  readonly trace?: Counterexample;
  /** Further runs that break it, where they were asked for. */
  readonly more?: ReadonlyArray<Counterexample>;
}

// --- coverage --------------------------------------------------------------------------------------------------------------

/** How often the steps of a family were taken, and how many states they were the first to find. */
export interface ActionCoverage {
  readonly family: string;
  readonly steps: number;
  readonly fresh: number;
  /** The model declares families, and this is none of them. */
  readonly isUndeclared?: boolean;
}

/** How much was covered. All counts are exact, except `distinct` under {@link Statistics.omissionProbability}. */
export interface Counts {
  /** Initial states and steps taken, those to known states included. */
  readonly generated: number;
  readonly distinct: number;
  /** Greatest number of steps from an initial state to a state that was found (in a depth-first search, along the path taken). */
  readonly depth: number;
  /** Every state that is this many steps away or fewer was expanded; 0 where the search order does not tell. */
  readonly completeDepth: number;
  /** States found and not expanded when the search stopped. */
  readonly queue: number;
  /** States beyond the model's boundary: judged, not expanded. */
  readonly cut: number;
}

/** What would make "holds" say little. */
export interface Vacuity {
  /** Families, or labels of single interactions, that were never enabled. */
  readonly neverEnabled: ReadonlyArray<string>;
  /** Names of `sometimes…` properties that were not reached. */
  readonly unreached: ReadonlyArray<string>;
  /** Names of `leadsTo` properties whose `from` was never true. */
  readonly neverTriggered: ReadonlyArray<string>;
}

/** What was audited, for the report. */
export interface Audited {
  /** How often the model's functions were run by the search. */
  readonly runs: number;
  /** How many of these runs were done twice. */
  readonly repeated: number;
  /** Where states were taken for one by symmetry or a quotient: on how many of them it was looked whether these keep steps and properties. */
  readonly reduction?: AuditedReduction;
  /** The same where a key of the model's takes states for one; absent too where they cannot be seen into. */
  readonly key?: AuditedReduction;
}

/** How far a reduction was audited. */
export interface AuditedReduction {
  /** States of the space as it is, not reduced. */
  readonly states: number;
  /** Whether these are all that can be reached. */
  readonly whole: boolean;
  /** The symmetry turned out to have more maps than the search was given: states that are one up to it may have been counted as several. */
  readonly open?: true;
}

/** From where to where a breadth-first search was looked at, and saw no sign of an end: the queue never fell, and depth grew with the states. */
export interface Suspicion {
  readonly states: readonly [from: number, to: number];
  readonly queue: readonly [from: number, to: number];
  readonly depth: readonly [from: number, to: number];
}

// --- the whole report ------------------------------------------------------------------------------------------------------

/**
 * - `holds`: the whole space (within the model's boundary) was searched and nothing is violated or unknown.
 * - `violated`: some property is; its counterexample is in {@link Report.properties}.
 * - `bounded`: nothing violated, but a limit came first, or some property could not be judged (see its `why`).
 * - `vacuous`: it would hold, but {@link Vacuity} is not empty, and the caller asked that this fail.
 * - `interrupted`: the caller's signal came first.
 */
export type Verdict = 'holds' | 'violated' | 'bounded' | 'vacuous' | 'interrupted';

/** Why the search came to its end. `limit` is in bytes, states, steps, milliseconds or traces. */
export type Stop =
  | { readonly kind: 'complete' | 'interrupted' }
  /** `all`: with `keepGoing`, every property is decided, and there was nothing left to look for. */
  | { readonly kind: 'violation'; readonly all?: true }
  | { readonly kind: 'memory' | 'states' | 'depth' | 'time' | 'traces'; readonly limit: number };

export type SearchKind = 'bfs' | 'dfs' | 'sweep' | 'simulate';

/** The estimated probability that hash compaction missed a state, by three ways to estimate it, for `n` states and `g` generated. */
export interface Omission {
  /** Bits of a hash. */
  readonly bits: number;
  /** That any two of the states found have one hash, were hashes drawn at random (Stern and Dill 1995): `1 - exp(-n(n-1)/2 / 2^bits)`. */
  readonly pairs: number;
  /** TLC's first: each step that came to a known hash is taken for one to a state of its own: `1 - exp(-n(g-n) / 2^bits)`. */
  readonly steps: number;
  /** TLC's second, from the hashes as they are: one over the least distance between two. It tells of hashes that spread badly. */
  readonly observed: number;
}

/** What it took. */
export interface Statistics {
  readonly elapsedMs: number;
  /** Greatest resident memory of the process that was seen, in bytes. */
  readonly peakBytes: number;
  readonly workers: number;
  /** Which machinery did it, in a few words: `plain`, `components`, `components, 2 workers`. */
  readonly engine: string;
  /** With hash compaction: the estimated probability that some state was taken for another, the greatest of those computed. Absent: exact. */
  readonly omissionProbability?: number;
  /** With hash compaction: how the estimate came about. */
  readonly omission?: Omission;
  /** A `key` of the model's own takes different states for one, or may: how far these were looked at is in {@link Audited.key}. */
  readonly byKey?: true;
  /** It went on from a checkpoint: what that run saw of the model was not looked at again, but for samples. */
  readonly resumed?: true;
  /** Anything else that is worth a number: memo rows, interned components by kind. */
  readonly details?: Readonly<Record<string, number>>;
}

/** The report of one check. */
export interface Report {
  readonly model: string;
  readonly verdict: Verdict;
  readonly stop: Stop;
  readonly search: SearchKind;
  /** In what the verdict holds, one phrase each: `2 servers`, `reduced by symmetry`, `at most 10 steps`. */
  readonly bounds: ReadonlyArray<string>;
  readonly counts: Counts;
  readonly properties: ReadonlyArray<PropertyReport>;
  readonly coverage: ReadonlyArray<ActionCoverage>;
  readonly vacuity: Vacuity;
  readonly statistics: Statistics;
  /** What was audited of what the search believes of the model. */
  readonly audited?: Audited;
  /** Of a search that did not come to its end: why the space may have none. */
  readonly mayBeInfinite?: Suspicion;
  /** With `search: 'simulate'`: the seed that repeats it. */
  readonly seed?: number;
}

/** What a search says of itself while it runs. */
export interface Progress {
  readonly elapsedMs: number;
  readonly generated: number;
  readonly distinct: number;
  readonly perSecond: number;
  readonly queue: number;
  readonly depth: number;
  readonly bytes: number;
  /** The space may have no end, by what was seen of it so far ({@link Report.mayBeInfinite}). */
  readonly mayBeInfinite?: true;
}

// --- operations ------------------------------------------------------------------------------------------------------------

/** A label as people write it: `Put c1 s0 k1`. */
export const showLabel = (label: Label): string => [label.family, ...label.args].join(' ');

/** Whether anything in it would make "holds" say little. */
export const isVacuous = (vacuity: Vacuity): boolean =>
  vacuity.neverEnabled.length + vacuity.unreached.length + vacuity.neverTriggered.length > 0;

/** Liveness properties: judged on the state graph. */
export const isLiveness = (kind: PropertyKind): boolean =>
  kind === 'eventually' || kind === 'leadsTo' || kind === 'eventuallyAlways';

/** Witnesses: what is wanted to be reached. */
export const isWitness = (kind: PropertyKind): boolean => kind === 'sometimes' || kind === 'sometimesStep';

/** The verdict that follows from the properties' verdicts and the way in which the search ended. Where nothing was judged, nothing holds. */
export const verdictOf = (
  properties: ReadonlyArray<PropertyReport>,
  stop: Stop,
  vacuity: Vacuity,
  requireWitnesses: boolean,
): Verdict => {
  if (properties.some((property) => property.verdict === 'violated')) return 'violated';
  if (stop.kind === 'interrupted') return 'interrupted';
  const isOpen = properties.length === 0 || properties.some((property) => property.verdict === 'unknown');
  if (stop.kind !== 'complete' || isOpen) return 'bounded';
  return requireWitnesses && isVacuous(vacuity) ? 'vacuous' : 'holds';
};
