/** The name of an action. It stands by itself, because reports and errors have it, and the interface of models throws errors. */

/** The name of an action: its family, for coverage and fairness (`Put`), and its arguments, for people (`c1 s0 k1`). */
export interface Label {
  readonly family: string;
  readonly args: ReadonlyArray<string | number>;
}
