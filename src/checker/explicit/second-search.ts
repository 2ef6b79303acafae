/**
 * Runs a second search, breadth first, after one that keeps no graph of states. It gives the runs and the liveness that the first cannot give.
 */
import { ofTwoSearches } from '../verdict/conclude.js';
import { isUnfinished } from '../checkpoint/keeper.js';
import { withoutRun } from '../verdict/with-runs.js';
import { noRun } from '../verdict/reasons.js';
import type { CheckOptions } from '../options.js';
import { isLiveness, type Report } from '../report.js';

/** Gives the properties that are left for a second search. */
export const leftOf = ({ properties, stop }: Report, { witnessTraces }: CheckOptions): ReadonlyArray<string> =>
  properties
    .filter(({ kind, verdict, trace }) => {
      if (isLiveness(kind)) return stop.kind === 'complete' && verdict === 'unknown';
      return trace === undefined && (verdict === 'violated' || (verdict === 'reached' && witnessTraces === true));
    })
    .map(({ name }) => name);

/** Gives the options of the second search. It has no limit on states, because a violation that was found should have its run. */
export const secondOptions = (options: CheckOptions, properties: ReadonlyArray<string>): CheckOptions => {
  const { search: _search, maxStates: _most, ...rest } = options;
  return { ...rest, search: 'bfs', properties, keepGoing: true };
};

/** Joins the second report to the first. What the first search decided stays as it is. */
export const joined = (first: Report, second: Report, options: CheckOptions): Report => {
  const judged = new Map(second.properties.map((property) => [property.name, property]));
  const properties = first.properties.map((property) => {
    const other = judged.get(property.name);
    if (other === undefined) return property;
    if (isLiveness(property.kind)) return other;
    if (other.trace !== undefined) return { ...property, trace: other.trace };
    const isCut = isUnfinished(second.stop);
    if (!isCut && property.verdict === 'violated') throw withoutRun(property.name);
    return { ...property, why: noRun(property.verdict, isCut) };
  });
  const asksLiveness = second.properties.some(({ kind }) => isLiveness(kind));
  const isOfSecond = asksLiveness && first.stop.kind === 'complete' && second.stop.kind !== 'violation';
  const stop = isOfSecond ? second.stop : first.stop;
  return ofTwoSearches(first, second, { properties, stop, judgesLiveness: asksLiveness }, options);
};
