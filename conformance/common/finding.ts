/** What came of each thing that was tried, by whichever layer, and of all together. */

/** The four layers. */
export type Layer = 1 | 2 | 3 | 4;

export type Conformity = 'conforms' | 'diverges' | 'undecided' | 'failed';

/** What came of one thing that was tried. */
export interface Finding {
  readonly layer: Layer;
  /** The configuration, script, trace or run. */
  readonly name: string;
  /** `failed`: it could not be tried, for a reason that says nothing of conformance (a master that would not start). */
  readonly verdict: Conformity;
  /** How far it went: transitions, states, commands, reads, events, faults, operations. */
  readonly counts: Readonly<Record<string, number>>;
  /** What was wrong, or why it is undecided; empty where it conforms. */
  readonly details: string;
  /** What is to be said of it beside the verdict, a line each. */
  readonly notes?: ReadonlyArray<string>;
  /** Lines of a script that were no commands, or that the master refused: they are not part of what conforms. */
  readonly refused?: ReadonlyArray<string>;
  /** The command that does it again. */
  readonly repeat: string;
  readonly elapsedMs: number;
}

/** Everything that was tried. */
export interface ConformReport {
  readonly verdict: Conformity;
  readonly findings: ReadonlyArray<Finding>;
  /** By layer, the counts summed, with how many findings there are. */
  readonly reached: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly elapsedMs: number;
  readonly machine: string;
}
