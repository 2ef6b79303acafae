/**
 * The data of the explorer's page: an {@link Exploration}, plain data that goes through JSON. The command makes it from a model, a
 * counterexample, a path or a trace. The page draws it. Neither knows how the other works.
 */
import type { Label } from '../checker/model.js';
import type { ActionCoverage, Counts, PropertyKind } from '../checker/report.js';
import type { PlainValue } from '../checker/shown/value.js';
import type { View } from '../checker/view.js';

// --- states ----------------------------------------------------------------------------------------------------------------

/** One part of a state: its text, its value as plain data, and how the model wants it drawn, where it says so. */
export interface PartShot {
  readonly text: string;
  readonly value: PlainValue;
  readonly view?: View;
  /** Most of the value is left out, as of long runs: the view says what there is to say. */
  readonly isBrief?: true;
}

/** Parts by name; `null`: the part is gone. */
export type Changes = Readonly<Record<string, PartShot | null>>;

/** One step of a run: what was done, and the parts of the state that are different after it. */
export interface StepShot {
  readonly label: Label;
  readonly note?: string;
  readonly changed: Changes;
  /** What it did, in words, where there are better ones than the label. */
  readonly told?: string;
  /** Which of the steps that can be taken there it is, from 0; absent where nobody can step from here. */
  readonly way?: number;
  /** The event of a real run that this is: the process, its count, and the event as the process wrote it down. */
  readonly event?: { readonly process: string; readonly n: number; readonly raw: PlainValue };
  /** What there is to say of it beside: why a get was refused. */
  readonly aside?: Why;
  /** Nothing explains it: it is where the run parts from the model. */
  readonly isRefused?: boolean;
}

// --- drawings --------------------------------------------------------------------------------------------------------------

/** A line of the space-time diagram: a process or a part of the state. */
export interface Lane {
  readonly id: string;
  readonly title: string;
  readonly kind: 'client' | 'server' | 'master' | 'other';
}

/** What kind of message an arrow is; each has a colour, and a shape of its own. */
export type MessageKind = 'put' | 'get' | 'pull' | 'other';

/** A mark for an event in one lane and one column (the column of step `i` is `i`, from 1). */
export interface Mark {
  readonly at: number;
  readonly lane: string;
  readonly kind: MessageKind | 'kill' | 'start' | 'link';
  readonly label: string;
  readonly isBad?: boolean;
}

/** A message from one lane to another. `isSolid`: it changed something where it arrived. */
export interface Arrow {
  readonly from: readonly [lane: string, at: number];
  readonly to: readonly [lane: string, at: number];
  readonly kind: MessageKind;
  readonly label: string;
  /** The stamp of what it carries. */
  readonly stamp?: string;
  readonly isSolid: boolean;
  readonly isBad?: boolean;
}

/** A stretch of time in which a lane is down, or a link is cut. `to` absent: until the end. */
export interface Band {
  /** The lane that is down, or the two that are cut from each other. */
  readonly lanes: readonly [string] | readonly [string, string];
  readonly kind: 'down' | 'cut';
  readonly from: number;
  readonly to?: number;
  readonly label: string;
}

/** A space-time diagram. */
export interface Drawing {
  readonly lanes: ReadonlyArray<Lane>;
  readonly marks: ReadonlyArray<Mark>;
  readonly arrows: ReadonlyArray<Arrow>;
  readonly bands: ReadonlyArray<Band>;
  /** Its bands say which links are cut: no part of the state does. */
  readonly hasLinks?: true;
}

// --- why -------------------------------------------------------------------------------------------------------------------

/** One of the two things that were compared. */
export interface Compared {
  /** What it is: `read before`. */
  readonly what: string;
  /** As the glossary writes it: `a=11#1`, and its stamp. */
  readonly text: string;
  readonly stamp?: string;
  /** The step in which it came up, from 1; absent where it was always so. */
  readonly step?: number;
}

/** Why a property is broken, in words. */
export interface Why {
  readonly headline: string;
  readonly compared?: readonly [Compared, Compared];
  /** What makes the two a fault: `1@0.0 comes before 1@1.0: …`. */
  readonly relation?: string;
  /** The consequence, for a reader who does not know the rules: `a=11#2, put later, counts as the older one`. */
  readonly meaning?: string;
  /** Sentences that lead there, in order. */
  readonly story: ReadonlyArray<string>;
  /** The steps concerned, from 1, and the parts of the state. */
  readonly steps: ReadonlyArray<number>;
  readonly parts: ReadonlyArray<string>;
  /** Where the run first leaves the protocol: what the protocol does there instead, part by part. */
  readonly departure?: Departure;
  /** Names of the entries that say more: `R12`, `V1`. */
  readonly rules: ReadonlyArray<string>;
}

/** Where a run of a model with a fault first does what the protocol does not. */
export interface Departure {
  readonly step: number;
  /** Parts that would be different, here and by the protocol; empty where the protocol has no such step. */
  readonly parts: ReadonlyArray<{ readonly part: string; readonly here: PartShot; readonly protocol: PartShot }>;
  /** The fault, in words. */
  readonly fault: string;
  /** What the protocol does in its place, in words. */
  readonly instead?: string;
  /** What rule gives that: `R2: max(0, 1) + 1 = 2`. */
  readonly because?: string;
}

// --- runs ------------------------------------------------------------------------------------------------------------------

/** What is true of a property along a run, by the indices of states (state 0 is the initial one). */
export interface Truth {
  /** Of safety: where it is broken. Of a witness: where it is reached. Of liveness: where `holds`, or `to`, is true. */
  readonly marks: ReadonlyArray<number>;
  /** Of `leadsTo`: where `from` is true. */
  readonly begins?: ReadonlyArray<number>;
  /** Of liveness, where the run is a lasso: what comes again and again breaks it. */
  readonly isLost?: true;
}

/** A run to step through. */
export interface RunShot {
  readonly title: string;
  readonly initial: Changes;
  /** Empty where they come in blocks. */
  readonly steps: ReadonlyArray<StepShot>;
  readonly blocks?: Blocks;
  /** Of the model's initial states the number of that in which it begins; absent: the first, 0. */
  readonly from?: number;
  /** Of a lasso: the index of the state to which the run comes back. */
  readonly loop?: number;
  readonly isShortest?: boolean;
  /** The property that it is about, by its place in {@link Exploration.properties}. */
  readonly property?: number;
  /** By property, in the order of {@link Exploration.properties}. */
  readonly truth: ReadonlyArray<Truth>;
  readonly why?: Why;
  /** Who knows the model that this run is of, where it is another than the page's. */
  readonly live?: Live;
  /** The step, from 1, after which the run was not judged: later events are shown as the processes wrote them. */
  readonly judgedTo?: number;
  /** How it is drawn; absent: the page draws it from the steps' labels. */
  readonly drawing?: Drawing;
}

/** Some steps of a long run, with what is drawn of them and the parts of the state as they are before the first of them. */
export interface Block {
  readonly initial: Changes;
  readonly steps: ReadonlyArray<StepShot>;
  readonly marks: ReadonlyArray<Mark>;
  readonly arrows: ReadonlyArray<Arrow>;
}

/** The steps of a long run in blocks, of which each is read when it is looked at. */
export interface Blocks {
  /** Steps in all. */
  readonly count: number;
  /** Steps in each block but the last. */
  readonly size: number;
  /** The parts that its states ever have. */
  readonly names: ReadonlyArray<string>;
  /** Messages in all. */
  readonly messages: number;
  /** The numbers of the steps, where one can go on from each of them. */
  readonly ways?: ReadonlyArray<number>;
  /** The first step about which there is something to say. */
  readonly noted?: number;
  readonly read: (index: number) => Block;
}

// --- the whole -------------------------------------------------------------------------------------------------------------

export interface PropertyShot {
  /** The name that configurations use (`MR`), where it has one. */
  readonly id?: string;
  /** What people call it: `Monotonic Reads`. */
  readonly title?: string;
  readonly name: string;
  readonly rule?: string;
  readonly kind: PropertyKind;
}

/** What the page looks at. */
export type Origin = 'counterexample' | 'witness' | 'path' | 'trace' | 'sample' | 'model';

/** Whether one can step from here, and who knows the model: a worker of the page, or the local server. */
export type Live = { readonly by: 'worker'; readonly config: unknown } | { readonly by: 'server' } | { readonly by: 'nobody' };

/** Everything that one page shows. */
export interface Exploration {
  readonly version: 1;
  readonly title: string;
  readonly about?: string;
  readonly origin: Origin;
  /** The outcome in a few words, and whether it is good. */
  readonly verdict: { readonly text: string; readonly tone: 'bad' | 'good' | 'plain' };
  /** The command that makes this page again. */
  readonly repeat: string;
  readonly bounds: ReadonlyArray<string>;
  readonly properties: ReadonlyArray<PropertyShot>;
  readonly runs: ReadonlyArray<RunShot>;
  readonly live: Live;
  /** Paragraphs of the contract and the glossary that the page cites, by name. */
  readonly entries: Readonly<Record<string, string>>;
  /** What parts of the state are called where their names do not say it. */
  readonly titles?: Readonly<Record<string, string>>;
  /** What the model's names are in the run, where they differ. */
  readonly names?: Readonly<Record<string, string>>;
  /** What a search has counted, where there was one. */
  readonly searched?: {
    readonly counts: Counts;
    readonly coverage: ReadonlyArray<ActionCoverage>;
    readonly isComplete: boolean;
    /** How it went, where it took a while. */
    readonly samples: ReadonlyArray<CheckSample>;
  };
  /** A check is still running, and the local server tells how it goes on. */
  readonly isChecking?: true;
}

/** How far a check had come at some time. */
export interface CheckSample {
  readonly ms: number;
  readonly states: number;
  readonly perSecond: number;
  readonly depth: number;
  /** States found and not expanded yet. */
  readonly queue: number;
  readonly bytes: number;
}
