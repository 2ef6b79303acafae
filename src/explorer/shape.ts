/**
 * The data of the explorer's page: an {@link Exploration}, plain data that goes through JSON. The command makes it from a model, a
 * counterexample, a path or a trace. The page draws it. Neither knows how the other works.
 */
import type { Label } from '../checker/model.js';
import type { ActionCoverage, Counts, PropertyKind } from '../checker/report.js';
import type { PlainValue } from '../checker/shown/value.js';
import type { View } from '../checker/view.js';

// --- states ----------------------------------------------------------------------------------------------------------------

/** One part of a state: its text, its value as plain data, and the model's view of it, if the model has one. */
export interface PartShot {
  readonly text: string;
  readonly value: PlainValue;
  readonly view?: View;
  /** Most of the value is left out, since the run is long: the view has what matters. */
  readonly isBrief?: true;
}

/** The changed parts, by name. `null`: the state no longer has the part. */
export type Changes = Readonly<Record<string, PartShot | null>>;

/** One step of a run: what was done, and the parts of the state that are different after it. */
export interface StepShot {
  readonly label: Label;
  readonly note?: string;
  readonly changed: Changes;
  /** The step in words. Absent where the label says as much. */
  readonly told?: string;
  /** The number of the step, from 0, among the steps that can be taken there. Absent where the user cannot step from there. */
  readonly way?: number;
  /** The event of a real run that the step shows: the process, the event's number there, and the event as the process wrote it down. */
  readonly event?: { readonly process: string; readonly n: number; readonly raw: PlainValue };
  /** Further words about the step, such as why a get was refused. */
  readonly aside?: WhyShot;
  /** No step of the model explains it: here the run diverges. */
  readonly isRefused?: boolean;
}

// --- drawings --------------------------------------------------------------------------------------------------------------

/** A line of the space-time diagram: a process or a part of the state. */
export interface Lane {
  readonly id: string;
  readonly title: string;
  readonly kind: 'client' | 'server' | 'master' | 'other';
}

/** The kind of a message. Each has its own colour and its own arrowhead. */
export type MessageKind = 'put' | 'get' | 'pull' | 'other';

/** A mark for an event in one lane and one column. The column of step `i` is `i`, from 1. */
export interface Mark {
  readonly at: number;
  readonly lane: string;
  readonly kind: MessageKind | 'kill' | 'start' | 'link';
  readonly label: string;
  readonly isBad?: boolean;
}

/** A message from one lane to another. `isSolid`: the message changed something where it arrived. */
export interface Arrow {
  readonly from: readonly [lane: string, at: number];
  readonly to: readonly [lane: string, at: number];
  readonly kind: MessageKind;
  readonly label: string;
  /** The stamp of the write that the message carries. */
  readonly stamp?: string;
  readonly isSolid: boolean;
  readonly isBad?: boolean;
}

/** A stretch of time in which a lane is down, or a link is cut. Without `to` it lasts until the end. */
export interface Band {
  /** The lane that is down, or the two lanes whose link is cut. */
  readonly lanes: readonly [string] | readonly [string, string];
  readonly kind: 'down' | 'cut';
  readonly from: number;
  readonly to?: number;
  readonly label: string;
}

/** A space-time diagram. */
export interface SpaceTimeDiagram {
  readonly lanes: ReadonlyArray<Lane>;
  readonly marks: ReadonlyArray<Mark>;
  readonly arrows: ReadonlyArray<Arrow>;
  readonly bands: ReadonlyArray<Band>;
  /** The bands say which links are cut, since the state has no part that does. */
  readonly hasLinks?: true;
}

// --- why -------------------------------------------------------------------------------------------------------------------

/** One of the two things that were compared. */
export interface ComparedThing {
  /** What the thing is, as in `read before`. */
  readonly what: string;
  /** The thing in the glossary's notation: `a=11#1`. */
  readonly text: string;
  readonly stamp?: string;
  /** The step, from 1, in which the thing came to be. Absent where it is as old as the run. */
  readonly step?: number;
}

/** Why a property is broken, in words. */
export interface WhyShot {
  readonly headline: string;
  readonly compared?: readonly [ComparedThing, ComparedThing];
  /** The relation of the two that makes them a fault: `1@0.0 comes before 1@1.0: …`. */
  readonly relation?: string;
  /** The consequence, for a reader who does not know the rules: `a=11#2, put later, counts as the older one`. */
  readonly meaning?: string;
  /** The story of the fault: its sentences in order. */
  readonly story: ReadonlyArray<string>;
  /** The steps, from 1, and the parts of the state that the story is about. */
  readonly steps: ReadonlyArray<number>;
  readonly parts: ReadonlyArray<string>;
  /** The first step in which the run leaves the protocol. */
  readonly departure?: Departure;
  /** Names of the contract's entries that say more: `R12`, `V1`. */
  readonly rules: ReadonlyArray<string>;
}

/** The first step of a faulty model's run that the protocol would not have taken, and what the protocol does instead. */
export interface Departure {
  readonly step: number;
  /** The parts that the protocol would have left otherwise, as they are here and by the protocol. Empty where the protocol has no such step. */
  readonly parts: ReadonlyArray<{ readonly part: string; readonly here: PartShot; readonly protocol: PartShot }>;
  /** The fault, in words. */
  readonly fault: string;
  /** The protocol's step in place of this one, in words. */
  readonly instead?: string;
  /** The rule that the protocol follows there, as in `R2: max(0, 1) + 1 = 2`. */
  readonly because?: string;
}

// --- runs ------------------------------------------------------------------------------------------------------------------

/** The states of a run in which something about a property is true. State 0 is the initial one. */
export interface TrueStates {
  /** The states in which a safety property is broken, a witness is reached, or the predicate of a liveness property (`holds`, or `to`) is true. */
  readonly marks: ReadonlyArray<number>;
  /** For `leadsTo`: the states in which `from` is true. */
  readonly begins?: ReadonlyArray<number>;
  /** The run is a lasso whose loop breaks this liveness property. */
  readonly isLost?: true;
}

/** A run to step through. */
export interface RunShot {
  readonly title: string;
  readonly initial: Changes;
  /** All steps; empty where they come in blocks. */
  readonly steps: ReadonlyArray<StepShot>;
  readonly blocks?: Blocks;
  /** The number of the initial state in which the run begins, among those of the model. Default: 0. */
  readonly from?: number;
  /** For a lasso: the index of the state to which the run comes back. */
  readonly loop?: number;
  readonly isShortest?: boolean;
  /** The property that the run breaks or reaches, by its place in {@link Exploration.properties}. */
  readonly property?: number;
  /** For each property, in the order of {@link Exploration.properties}. */
  readonly truth: ReadonlyArray<TrueStates>;
  readonly why?: WhyShot;
  /** Who knows the model of this run. Absent where it is the page's model. */
  readonly live?: ModelHost;
  /** The last step, from 1, that was judged. Later events are shown as the processes wrote them. */
  readonly judgedTo?: number;
  /** The drawing of the run. Absent: the page makes one from the steps' labels. */
  readonly drawing?: SpaceTimeDiagram;
}

/** Some steps of a long run, with their marks and arrows. `initial`: the parts of the state before the first of these steps. */
export interface Block {
  readonly initial: Changes;
  readonly steps: ReadonlyArray<StepShot>;
  readonly marks: ReadonlyArray<Mark>;
  readonly arrows: ReadonlyArray<Arrow>;
}

/** The steps of a long run in blocks. The page reads a block when the user looks at it. */
export interface Blocks {
  /** The number of all steps. */
  readonly count: number;
  /** The number of steps in each block but the last. */
  readonly size: number;
  /** The names of all parts that the run's states ever have. */
  readonly names: ReadonlyArray<string>;
  /** The number of all messages. */
  readonly messages: number;
  /** {@link StepShot.way} of every step. Absent where the user cannot step from them. */
  readonly ways?: ReadonlyArray<number>;
  /** The first step that has an aside. */
  readonly noted?: number;
  readonly read: (index: number) => Block;
}

// --- the whole -------------------------------------------------------------------------------------------------------------

export interface PropertyShot {
  /** The name of the property in configurations, such as `MR`. Absent where it has none. */
  readonly id?: string;
  /** The title that people use, such as `Monotonic Reads`. */
  readonly title?: string;
  readonly name: string;
  readonly rule?: string;
  readonly kind: PropertyKind;
}

/** What the page was made from. */
export type PageOrigin = 'counterexample' | 'witness' | 'path' | 'trace' | 'sample' | 'model';

/** Who knows the model, so that the user can step through it: a worker of the page, the local server, or nobody. */
export type ModelHost =
  { readonly by: 'worker'; readonly config: unknown } | { readonly by: 'server' } | { readonly by: 'nobody' };

/** Everything that one page shows. */
export interface Exploration {
  readonly version: 1;
  readonly title: string;
  readonly about?: string;
  readonly origin: PageOrigin;
  /** The outcome in a few words, and whether it is good. */
  readonly verdict: { readonly text: string; readonly tone: 'bad' | 'good' | 'plain' };
  /** The command that shows this page again. */
  readonly repeat: string;
  readonly bounds: ReadonlyArray<string>;
  readonly properties: ReadonlyArray<PropertyShot>;
  readonly runs: ReadonlyArray<RunShot>;
  readonly live: ModelHost;
  /** Paragraphs of the contract and the glossary that the page cites, by name. */
  readonly entries: Readonly<Record<string, string>>;
  /** Titles of the parts of the state whose names do not explain themselves. */
  readonly titles?: Readonly<Record<string, string>>;
  /** The run's own names for the model's servers, clients and keys, where they differ. */
  readonly names?: Readonly<Record<string, string>>;
  /** The counts of the search; absent where there was none. */
  readonly searched?: {
    readonly counts: Counts;
    readonly coverage: ReadonlyArray<ActionCoverage>;
    readonly isComplete: boolean;
    /** The progress of the search, if it took long. */
    readonly samples: ReadonlyArray<CheckSample>;
  };
  /** A check is still running. The local server tells its progress. */
  readonly isChecking?: true;
}

/** The progress of a check at one moment. */
export interface CheckSample {
  readonly ms: number;
  readonly states: number;
  readonly perSecond: number;
  readonly depth: number;
  /** States found and not expanded yet. */
  readonly queue: number;
  readonly bytes: number;
}
