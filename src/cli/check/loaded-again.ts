/**
 * Searches a small model of one's own once more: its module is loaded anew, and its states come in another order. What a function keeps from
 * call to call, as in a cache that takes two states for one, no repeated call shows, because the same cache answers.
 */
import { moveClocks } from '../../checker/contract/clocks.js';
import { oneLine } from '../../checker/output/counterexample-lines.js';
import type { Report } from '../../checker/report.js';
import { counted } from '../../core/counted.js';
import { UsageError } from '../../command-line/exit.js';
import type { CheckArgs } from './check-args.js';
import { search, type Hooks } from './engine.js';
import { moduleModel } from './module.js';
import type { CheckedModel } from '../../checked-model/checked-model.js';

/** The longest second search, in ms. Where it does not end, nothing is compared. */
const MOST_MS = 2_000;

/** Tests that a search saw all of a small model, and took no states for one: then any order finds the same. */
const isComparable = ({ stop, audited, statistics }: Report, args: CheckArgs): boolean =>
  stop.kind === 'complete' &&
  audited !== undefined &&
  audited.repeated >= audited.runs &&
  statistics.byKey !== true &&
  statistics.omission === undefined &&
  !args.symmetry &&
  !args.quotient &&
  args.resume === undefined;

/** The arguments of the second search: in the other order, state by state, and without limits that only one order would reach. */
const otherOrder = (args: CheckArgs): CheckArgs => {
  const { maxStates: _states, maxDepth: _depth, checkpoint: _file, checkpointEvery: _every, ...same } = args;
  const search = args.search === 'dfs' ? 'bfs' : 'dfs';
  return {
    ...same,
    search,
    plain: true,
    workers: 1,
    keepGoing: true,
    maxSeconds: MOST_MS / 1000,
    witnesses: false,
    audit: false,
  };
};

const ORDERS: Readonly<Record<string, string>> = { dfs: 'depth first', sweep: 'by a sweep' };
const orderOf = ({ search: order }: Report): string => ORDERS[order] ?? 'breadth first';

/** Says in what two reports of one model differ; undefined where they agree. */
const differenceOf = (first: Report, second: Report): string | undefined => {
  const orders = [first, second].map(orderOf);
  const { kind } = second.stop;
  // A search that has decided every property may stop before it has seen all states.
  if (kind !== 'complete' && kind !== 'violation') return undefined;
  if (kind === 'complete' && first.counts.distinct !== second.counts.distinct)
    return `${counted(first.counts.distinct, 'state')} ${orders[0]!}, ${second.counts.distinct} ${orders[1]!}`;
  const judged = new Map(second.properties.map(({ name, verdict }) => [name, verdict]));
  const other = first.properties.find(({ name, verdict }) => {
    const again = judged.get(name);
    return verdict !== 'unknown' && again !== 'unknown' && again !== verdict;
  });
  return other && `"${oneLine(other.name)}": ${other.verdict} ${orders[0]!}, ${judged.get(other.name)!} ${orders[1]!}`;
};

/** The model of a module that is loaded anew; undefined where the module can be loaded only once. */
const loadedAnew = async ({ source }: CheckedModel, args: CheckArgs): Promise<CheckedModel | undefined> => {
  try {
    return await moduleModel(source, args, true);
  } catch (error) {
    if (error instanceof UsageError) return undefined;
    throw error;
  }
};

/** Runs something at another time: a module may take a clock when it is loaded (`const { now } = Date`), which no repeated call can move. */
const atAnotherTime = async <T>(run: () => Promise<T>): Promise<T> => {
  const setRight = moveClocks();
  try {
    return await run();
  } finally {
    setRight();
  }
};

/** Refuses a small model of one's own that is another one when it is loaded again. @throws UsageError with one line */
export const mustBeSameAgain = async (
  checked: CheckedModel,
  args: CheckArgs,
  report: Report,
  { signal }: Hooks,
): Promise<void> => {
  if (checked.config !== undefined || args.search === 'simulate' || !isComparable(report, args)) return;
  const second = await atAnotherTime(async () => {
    const again = await loadedAnew(checked, args);
    return again && search(again, otherOrder(args), signal === undefined ? {} : { signal });
  });
  if (second === undefined) return;
  const difference = differenceOf(report, second);
  if (difference !== undefined)
    throw new UsageError(
      `${checked.source}: loaded again and searched in another order it is another model: ${difference}. A function keeps something from call to call (a cache that takes two states for one, a counter …), or the module is not the same each time`,
    );
};
