/** A violation is told with its run. A verdict "violated" without one could not be looked into, and would often be wrong. */
import { atNoState } from '../contract/fault-location.js';
import { fault } from '../contract/model-faults.js';
import type { CheckerError } from '../error.js';
import type { Report } from '../report.js';

/** Makes the error for a violation that was found, and to which no run leads. No search looks for its run again. */
export const withoutRun = (property: string): CheckerError =>
  atNoState(
    fault(
      `"${property}" was found violated, and no run of the model comes there: a function gives two answers for one input (a clock, Math.random, a counter …), or the model is not what it was when its checkpoint was written`,
    ),
  );

/**
 * Gives a report whose violations all have their runs, or a reason why one has none: a limit that stopped the search for it.
 *
 * @throws CheckerError (`model`) for a violation that has neither.
 */
export const withRuns = (report: Report): Report => {
  const without = report.properties.find(
    ({ verdict, trace, why }) => verdict === 'violated' && trace === undefined && why === undefined,
  );
  if (without === undefined) return report;
  throw withoutRun(without.name);
};
