/** Exact counts of what a search did. Lists are by family of actions. */
export interface Tally {
  distinct: number;
  generated: number;
  cut: number;
  /** States that were found and not expanded yet. */
  queue: number;
  readonly steps: number[];
  readonly fresh: number[];
}

export const newTally = (families: number): Tally => ({
  distinct: 0,
  generated: 0,
  cut: 0,
  queue: 0,
  steps: Array.from({ length: families }, () => 0),
  fresh: Array.from({ length: families }, () => 0),
});

/** Counts steps of a family. */
export const countSteps = (tally: Tally, family: number, steps: number): void => {
  tally.steps[family]! += steps;
  tally.generated += steps;
};
