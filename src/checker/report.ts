/**
 * The report of a check: the verdict, the bounds in which the verdict holds, the coverage, and a counterexample for each property that fails.
 * A report is plain data without functions, so it goes through `JSON.stringify` and between threads.
 */
import type { Label } from './label.js';
import type { PlainValue } from './shown/value.js';

// --- traces ----------------------------------------------------------------------------------------------------------------

/** A state for people: one text for each part, by name. */
export type ShownState = Readonly<Record<string, string>>;

/** One step of a trace: the action (`label`), a remark on the step (`note`), and the state after the step (`state`). */
export interface TraceStep {
  readonly label: Label;
  readonly note?: string;
  readonly state: ShownState;
  /** The parts of the state after the step as plain data, for tools; see {@link PlainValue}. */
  readonly values?: Readonly<Record<string, PlainValue>>;
  /** By part: the change that the step made to it (`+ commit`), where the change is shorter to read than the part. */
  readonly changed?: ShownState;
}

/** A fairness class, or a step without fairness, that is enabled in a lasso's cycle and never taken there. Steps that change nothing do not count. */
export interface StarvedClass {
  /** The name of the fairness class. Of a step without fairness it is the step's label. */
  readonly name: string;
  readonly fairness: 'none' | 'weak';
  /** The number of states of the cycle in which the class or step is enabled. */
  readonly enabled: number;
  /** The number of states of the cycle. */
  readonly of: number;
}

/**
 * A run that breaks a property, or reaches a witness. State 0 is `initial`, and state `i` is the state after `steps[i - 1]`. A lasso has `loop`: the
 * index of the state to which the run comes back after the last step. If `loop` is the index of the last state itself, the run stutters there for ever:
 * no step is enabled, or no step that changes the state.
 */
export interface Counterexample {
  readonly initial: ShownState;
  /** The parts of the initial state as plain data, for tools. */
  readonly values?: Readonly<Record<string, PlainValue>>;
  readonly steps: ReadonlyArray<TraceStep>;
  readonly loop?: number;
  /** Of a lasso: the fairness classes and steps that are enabled in its cycle and never taken there. Absent: none. */
  readonly starved?: ReadonlyArray<StarvedClass>;
  /** No run that breaks this property has fewer steps. */
  readonly shortest: boolean;
}

// --- properties ------------------------------------------------------------------------------------------------------------

export type PropertyKind =
  'always' | 'alwaysStep' | 'sometimes' | 'sometimesStep' | 'eventually' | 'leadsTo' | 'eventuallyAlways' | 'noDeadlock';

/** `reached` and `not reached` are verdicts on witnesses (`sometimes…`). `unknown` always comes with a reason ({@link PropertyReport.why}). */
export type PropertyVerdict = 'holds' | 'violated' | 'unknown' | 'reached' | 'not reached';

/** The verdict on one property, with its reason and its run. */
export interface PropertyReport {
  readonly name: string;
  readonly rule?: string;
  readonly kind: PropertyKind;
  readonly verdict: PropertyVerdict;
  /** The reason for the verdict, of `unknown` in every case: `liveness is not judged under symmetry`, `there is one client`. */
  readonly why?: string;
  /** The run that breaks the property. Of a witness: a run that reaches it, where `witnessTraces` asked for one. */
  readonly trace?: Counterexample;
  /** Further runs that break the property, where the caller asked for them. */
  readonly more?: ReadonlyArray<Counterexample>;
}

// --- coverage --------------------------------------------------------------------------------------------------------------

/** The coverage of a family: how many of its steps were taken (`steps`), and how many states they were the first to find (`fresh`). */
export interface ActionCoverage {
  readonly family: string;
  readonly steps: number;
  readonly fresh: number;
  /** The model declares families, and this family is none of them. */
  readonly isUndeclared?: boolean;
}

/**
 * The counts of a search. They are exact where the search takes no states for one on belief. With a key, with a reduction that was audited on a
 * sample alone or closed only after the search, and with hash compaction, they are those of the states that it told apart. After a checkpoint they
 * rest on the model's being the same. The summary of a report names what they rest on.
 */
export interface Counts {
  /** Initial states and steps taken, those to known states included. */
  readonly generated: number;
  readonly distinct: number;
  /** Greatest number of steps from an initial state to a state that was found; 0 where the order of the search does not tell. A depth-first search counts them along the path that it took. */
  readonly depth: number;
  /** Every state that is at most this many steps away from an initial state was expanded. 0 where the order of the search does not tell. */
  readonly completeDepth: number;
  /** States that were found and not expanded when the search stopped. */
  readonly queue: number;
  /** States beyond the model's boundary. They are judged and not expanded. */
  readonly cut: number;
}

/** Families, witnesses and triggers that never occurred. Each of them makes "holds" say little. */
export interface Vacuity {
  /** Families, or labels of single interactions, that were never enabled. */
  readonly neverEnabled: ReadonlyArray<string>;
  /** What was not seen enabled either, but the search takes states for one, and not all of them were looked at. Absent where there is none. */
  readonly perhapsNeverEnabled?: ReadonlyArray<string>;
  /** Names of `sometimes…` properties that were not reached. */
  readonly unreached: ReadonlyArray<string>;
  /** Names of `leadsTo` properties whose `from` was never true. */
  readonly neverTriggered: ReadonlyArray<string>;
}

/** How far the model's functions and reductions were audited. */
export interface AuditReport {
  /** How often the search ran functions of the model. */
  readonly runs: number;
  /** How many of these runs the audit repeated. */
  readonly repeated: number;
  /** The audit of a symmetry or a quotient that took states for one: whether it keeps their steps and properties. */
  readonly reduction?: AuditedReduction;
  /** The audit of a key of the model's that takes states for one. Absent, too, where the search stopped early and claims nothing. */
  readonly key?: AuditedReduction;
}

/** How far a reduction was audited. */
export interface AuditedReduction {
  /** States that were audited, of the space without reduction. */
  readonly states: number;
  /** Whether all reachable states were audited. */
  readonly whole: boolean;
  /** The symmetry turned out to have more maps than the search was given. So several states of one orbit may have been counted. */
  readonly open?: true;
  /** Of a key, of states that nobody can see into: each one that a step makes was taken for a state of its own. */
  readonly byIdentity?: true;
}

/** The part of a breadth-first search that shows no sign of an end. In it the queue never fell, and the depth or the queue grew with the states. */
export interface Suspicion {
  readonly states: readonly [from: number, to: number];
  readonly queue: readonly [from: number, to: number];
  readonly depth: readonly [from: number, to: number];
}

// --- the whole report ------------------------------------------------------------------------------------------------------

/**
 * - `holds`: the whole space (within the model's boundary) was searched and nothing is violated or unknown.
 * - `violated`: some property is violated. Its counterexample is in {@link Report.properties}.
 * - `bounded`: no property is violated, but a limit came first, or some property could not be judged (see its `why`).
 * - `vacuous`: the verdict would be `holds`, but {@link Vacuity} is not empty, and `requireWitnesses` asked that such a check fail.
 * - `interrupted`: the caller's signal came first.
 */
export type Verdict = 'holds' | 'violated' | 'bounded' | 'vacuous' | 'interrupted';

/**
 * The reason why the search stopped. `limit` is in bytes, states, steps, milliseconds or traces. `unwritten` says why the checkpoint, from which another
 * search would go on, could not be written; what an earlier one holds is still there.
 */
export type Stop =
  | { readonly kind: 'complete' }
  /** `all`: with `keepGoing` every property was decided, so there was nothing left to search for. */
  | { readonly kind: 'violation'; readonly all?: true }
  | { readonly kind: 'interrupted'; readonly unwritten?: string }
  | {
      readonly kind: 'memory' | 'states' | 'depth' | 'time' | 'traces';
      readonly limit: number;
      readonly unwritten?: string;
    };

export type SearchKind = 'bfs' | 'dfs' | 'sweep' | 'simulate';

/** Three estimates of the probability that hash compaction missed a state, for `n` distinct states and `g` generated ones. */
export interface Omission {
  /** Bits of a hash. */
  readonly bits: number;
  /** The probability that two of the states have one hash, if hashes are random (Stern and Dill 1995): `1 - exp(-n(n-1)/2 / 2^bits)`. */
  readonly pairs: number;
  /** TLC's first estimate. It takes each step to a known hash for a step to a state of its own: `1 - exp(-n(g-n) / 2^bits)`. */
  readonly steps: number;
  /** TLC's second estimate, from the hashes themselves: one over the least distance between two of them. It shows hashes that spread badly. */
  readonly observed: number;
}

/** The time, the memory and the machinery that a check took. */
export interface Statistics {
  readonly elapsedMs: number;
  /** Greatest resident memory of the process that was seen, in bytes. */
  readonly peakBytes: number;
  readonly workers: number;
  /** The engine of the search, in a few words: `plain`, `components`, `components, 2 workers`. */
  readonly engine: string;
  /** With hash compaction: the greatest estimate of the probability that some state was taken for another. Absent: no hash stood for a state. */
  readonly omissionProbability?: number;
  /** With hash compaction: the estimates from which `omissionProbability` comes. */
  readonly omission?: Omission;
  /** The model's `key` takes different states for one, or may do so. {@link AuditReport.key} says how many of these states were audited. */
  readonly byKey?: true;
  /** The search went on from a checkpoint. Of the steps that the earlier run took, only samples were run again. */
  readonly resumed?: true;
  /** Other counts, by name: memo rows, interned components by kind. */
  readonly details?: Readonly<Record<string, number>>;
}

/** The report of one check. */
export interface Report {
  readonly model: string;
  readonly verdict: Verdict;
  readonly stop: Stop;
  readonly search: SearchKind;
  /** The bounds in which the verdict holds, a phrase for each: `2 servers`, `up to symmetry`. */
  readonly bounds: ReadonlyArray<string>;
  readonly counts: Counts;
  readonly properties: ReadonlyArray<PropertyReport>;
  readonly coverage: ReadonlyArray<ActionCoverage>;
  readonly vacuity: Vacuity;
  readonly statistics: Statistics;
  /** How far the audits went that test whether the model keeps its contract. */
  readonly audited?: AuditReport;
  /** Of a search that stopped before its end: the signs that the space may have no end. */
  readonly mayBeInfinite?: Suspicion;
  /** With `search: 'simulate'`: the seed that repeats the simulation. */
  readonly seed?: number;
}

/** The progress of a search while it runs. */
export interface Progress {
  readonly elapsedMs: number;
  readonly generated: number;
  readonly distinct: number;
  readonly perSecond: number;
  readonly queue: number;
  readonly depth: number;
  readonly bytes: number;
  /** The states so far show signs that the space may have no end ({@link Report.mayBeInfinite}). */
  readonly mayBeInfinite?: true;
}

// --- operations ------------------------------------------------------------------------------------------------------------

/** Writes a label as people write it: `Put c1 s0 k1`. */
export const showLabel = (label: Label): string => [label.family, ...label.args].join(' ');

/** Tests that some family, witness or trigger never occurred, so that "holds" says little. */
export const isVacuous = (vacuity: Vacuity): boolean =>
  vacuity.neverEnabled.length + vacuity.unreached.length + vacuity.neverTriggered.length > 0;

/** Tests that a property is one of liveness, which is judged on the state graph. */
export const isLiveness = (kind: PropertyKind): boolean =>
  kind === 'eventually' || kind === 'leadsTo' || kind === 'eventuallyAlways';

/** Tests that a property is a witness, which the search should reach. */
export const isWitness = (kind: PropertyKind): boolean => kind === 'sometimes' || kind === 'sometimesStep';

/** Gives the verdict that follows from the verdicts on the properties and from `stop`. Where no property was judged, nothing holds. */
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
  if (!requireWitnesses) return 'holds';
  if (isVacuous(vacuity)) return 'vacuous';
  return vacuity.perhapsNeverEnabled === undefined ? 'holds' : 'bounded';
};
