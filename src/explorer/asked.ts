/** The questions of the explorer's page about the model, and the answers: plain data that goes through JSON. */
import type { Label } from '../checker/model.js';
import type { ActionCoverage } from '../checker/report.js';
import type { Changes, RunShot, CheckSample } from './shape.js';

// --- stepping --------------------------------------------------------------------------------------------------------------

/** The place of a user who steps: an initial state, and the number of the step that was taken in each state from there. */
export interface WayTo {
  readonly initial: number;
  readonly ways: ReadonlyArray<number>;
}

/** A step that can be taken, and what it would change. */
export interface ChoiceShot {
  readonly label: Label;
  readonly note?: string;
  readonly changed: Changes;
  /** The properties that the step would break and that are not broken yet, by their places in the exploration's list. */
  readonly breaks: ReadonlyArray<number>;
}

/** The steps that are possible at a user's place. */
export interface Choices {
  readonly choices: ReadonlyArray<ChoiceShot>;
  /** True: the state is beyond the model's boundary, and a check does not go on from it. */
  readonly isBeyond?: true;
  /** The number of initial states. */
  readonly initials: number;
}

/** The view of a user's place: the run so far, and the possible steps. */
export interface PlaceShot extends Choices {
  readonly run: RunShot;
}

/** The progress of a survey of the state space. */
export interface Survey {
  readonly states: number;
  readonly steps: number;
  readonly elapsedMs: number;
  /** The size of the page's memory in bytes, if it is known. */
  readonly bytes?: number;
  readonly isComplete: boolean;
  /** The number of states at which the survey stopped before its end. */
  readonly limit?: number;
  /** The number of states at each depth. */
  readonly depths: ReadonlyArray<number>;
  readonly coverage: ReadonlyArray<ActionCoverage>;
  /** The graph, as long as it is small. */
  readonly graph?: GraphShot;
}

/** A small state graph. States are numbered in the order in which they were found. */
export interface GraphShot {
  readonly depths: ReadonlyArray<number>;
  /** The steps that change the state: each pair of states once, with the labels of all its steps. */
  readonly edges: ReadonlyArray<{ readonly from: number; readonly to: number; readonly labels: ReadonlyArray<string> }>;
  /** For each state, the texts of its parts. */
  readonly parts: ReadonlyArray<Readonly<Record<string, string>>>;
  /** The states in which a safety property is broken, and those to which a step leads that breaks one. */
  readonly broken: ReadonlyArray<number>;
  /** The states of the run that the page shows. */
  readonly path: ReadonlyArray<number>;
  /** The states beyond the model's boundary, which are not expanded. */
  readonly cut: ReadonlyArray<number>;
}

/** A question about the model. */
export type Question =
  | { readonly ask: 'place'; readonly to: WayTo }
  /** Asks for the possible steps without the run, because the page has the run already. */
  | { readonly ask: 'choices'; readonly to: WayTo }
  /** Asks for the progress of the running check. */
  | { readonly ask: 'check' }
  /** Goes on with the survey for a slice of time; `path`: the run to draw on it. */
  | { readonly ask: 'survey'; readonly path: WayTo };

/** The answer to a question. `wrong`: one line that says why there is no answer. */
export type Reply =
  | { readonly ask: 'place'; readonly place: PlaceShot }
  | { readonly ask: 'choices'; readonly choices: Choices }
  | { readonly ask: 'check'; readonly samples: ReadonlyArray<CheckSample>; readonly isOver: boolean }
  | { readonly ask: 'survey'; readonly survey: Survey }
  | { readonly ask: 'wrong'; readonly why: string };
