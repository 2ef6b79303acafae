/** Coverage by family of actions. */
import type { ActionCoverage } from '../report.js';

/** Steps taken and states first found, by family. */
export type FamilyCounts = Map<string, { steps: number; fresh: number }>;

/** Counts one step of a family. */
export const cover = (coverage: FamilyCounts, family: string, fresh: boolean): void => {
  const entry = coverage.get(family);
  if (entry === undefined) {
    coverage.set(family, { steps: 1, fresh: fresh ? 1 : 0 });
    return;
  }
  entry.steps++;
  if (fresh) entry.fresh++;
};

/** The families of which no step was taken. */
export const neverEnabled = (coverage: FamilyCounts): ReadonlyArray<string> =>
  Array.from(coverage).flatMap(([family, { steps }]) => (steps === 0 ? [family] : []));

/** The coverage as a list, in the order in which families were declared or appeared. */
export const coverageList = (coverage: FamilyCounts, declared?: ReadonlyArray<string>): ReadonlyArray<ActionCoverage> =>
  Array.from(coverage, ([family, { steps, fresh }]) => ({
    family,
    steps,
    fresh,
    ...(declared?.includes(family) === false ? { isUndeclared: true } : {}),
  }));
