/** Simulates a component model: by numbers of values where they may stand for the values, else by the values. */
import type { ComponentModel } from '../../checker/model.js';
import { forOneSearch } from '../../checker/contract/guard.js';
import { toModel } from '../../checker/component-model/as-model.js';
import { internedModel } from '../../checker/component-model/interned.js';
import { simulate } from '../../checker/check.js';
import type { SimulateOptions } from '../../checker/explicit/simulate.js';
import type { Report, Stop } from '../../checker/report.js';
import { unlessMerged } from './by-numbers.js';

/** Why walks end so that nothing may come after them. */
const ENDS: ReadonlySet<Stop['kind']> = new Set(['interrupted', 'memory', 'time']);

/** Whether walks by numbers are told. A violation that they are sure of is one, and after a limit or Ctrl-C they are all that there is. */
const isTold = ({ statistics, verdict, stop }: Report): boolean =>
  statistics.byKey !== true || verdict === 'violated' || ENDS.has(stop.kind);

/** The report of walks that came after others, with the time of both and the limit as it was given. */
const afterOthers = (report: Report, earlierMs: number, { maxMs }: SimulateOptions): Report => {
  const { statistics, stop } = report;
  return {
    ...report,
    stop: stop.kind === 'time' && maxMs !== undefined ? { ...stop, limit: maxMs } : stop,
    statistics: { ...statistics, elapsedMs: statistics.elapsedMs + earlierMs },
  };
};

/**
 * Walks by numbers of values, which is quick. Where a key takes several values for one number, a walk may be no run of the model. Then it walks by
 * the values, in the time that is left.
 */
export const byWalks = async (model: ComponentModel, options: SimulateOptions): Promise<Report> => {
  const began = performance.now();
  // The model of one search: it is asked afterwards what its key did.
  const numbers = forOneSearch(internedModel(model));
  const first = await unlessMerged(numbers, () => simulate(numbers, options));
  if (first !== undefined && isTold(first)) return first;
  const earlierMs = performance.now() - began;
  const { maxMs } = options;
  const left = maxMs === undefined ? options : { ...options, maxMs: Math.max(1, maxMs - earlierMs) };
  return afterOthers(await simulate(toModel(model), left), earlierMs, options);
};
