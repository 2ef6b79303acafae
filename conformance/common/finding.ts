/** A finding is the outcome of one trial of any layer: of one configuration, script, trace or run. A report has all findings. */

/** The four layers. */
export type LayerNumber = 1 | 2 | 3 | 4;

/** What a comparison with the contract or the model comes to. `undecided`: what was seen does not suffice, or there is too much to look through. */
export type Conformity = 'conforms' | 'diverges' | 'undecided';

/** What a trial comes to. `failed`: for a reason that is no divergence (a master that would not start, a count that differs from the checker's). */
export type TrialVerdict = Conformity | 'failed';

/** The outcome of one trial. */
export interface Finding {
  readonly layer: LayerNumber;
  /** The name of the configuration, script, trace or run. */
  readonly name: string;
  readonly verdict: TrialVerdict;
  /** How much was tried: transitions, states, commands, reads, events, faults, operations. */
  readonly counts: Readonly<Record<string, number>>;
  /** The reason why the trial diverges, failed or is undecided; empty where it conforms. */
  readonly details: string;
  /** Further lines for the reader, beside the verdict. */
  readonly notes?: ReadonlyArray<string>;
  /** Lines of a script that were no commands, or that the master refused, as it had to: nothing was done for them. */
  readonly refused?: ReadonlyArray<string>;
  /** The command that repeats the trial. */
  readonly repeat: string;
  readonly elapsedMs: number;
}

/** All findings of a run of `bayou conform`. */
export interface ConformReport {
  readonly verdict: TrialVerdict;
  readonly findings: ReadonlyArray<Finding>;
  /** By layer, the sums of the findings' counts, and the number of findings. */
  readonly reached: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly elapsedMs: number;
  readonly machine: string;
}
