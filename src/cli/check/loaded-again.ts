/**
 * Searches a small model of one's own once more: all of it is loaded anew, in a thread, and its states come in another order. What a function
 * keeps from call to call, as in a cache that takes two states for one, no repeated call shows, because the same cache answers.
 */
import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { oneLine } from '../../checker/output/counterexample-lines.js';
import type { Report } from '../../checker/report.js';
import { counted } from '../../core/counted.js';
import { messageOf } from '../../core/errors.js';
import { UsageError } from '../../command-line/exit.js';
import type { CheckedModel } from '../../checked-model/checked-model.js';
import { STOP_AT, WATCHED } from '../supervised/supervisor-pipe.js';
import type { AgainAnswer, AgainData, JudgedReport } from './again-messages.js';
import type { CheckArgs } from './check-args.js';
import type { Hooks } from './engine.js';

/** What is known of a verdict from a second search. */
export interface SecondSearch {
  /** Whether a verdict may rest on the first search alone: a second one found the same, or the model is not the user's own. */
  readonly isConfirmed: boolean;
  /** Why a second search that was tried confirms nothing. */
  readonly why?: string;
}

const CONFIRMED: SecondSearch = { isConfirmed: true };

// --- what is compared ------------------------------------------------------------------------------------------------------

/** Tests that a search saw all of a small model, and that all states it took for one were seen to be alike: then any order finds the same. */
const isComparable = ({ stop, audited, statistics }: Report, args: CheckArgs): boolean =>
  stop.kind === 'complete' &&
  audited !== undefined &&
  audited.repeated >= audited.runs &&
  audited.reduction?.whole !== false &&
  (statistics.byKey !== true || audited.key?.whole === true) &&
  statistics.omission === undefined &&
  args.search !== 'simulate' &&
  args.resume === undefined;

const ORDERS: Readonly<Record<string, string>> = { dfs: 'depth first', sweep: 'by a sweep' };
const orderOf = ({ search: order }: Pick<Report, 'search'>): string => ORDERS[order] ?? 'breadth first';

/** A search, and whether its number of states is another one than the first search's, which had a reduction. */
interface Again {
  readonly args: CheckArgs;
  readonly isUnreduced: boolean;
}

/** Says in what numbers of states differ that should not. A second search that has decided every property, or that a limit stopped, may not have seen all. */
const countsDiffer = (first: Report, second: JudgedReport, isUnreduced: boolean): boolean => {
  const [seen, again] = [first.counts.distinct, second.counts.distinct];
  const isComplete = second.stop.kind === 'complete';
  if (isUnreduced) return isComplete && again < seen;
  return first.audited?.reduction?.open !== true && (isComplete ? again !== seen : again > seen);
};

/** Says in what two reports of one model differ; undefined where they agree, as far as the second search came. */
const differenceOf = (first: Report, second: JudgedReport, isUnreduced: boolean): string | undefined => {
  const [one, other] = [orderOf(first), `${orderOf(second)}${isUnreduced ? ' without the reduction' : ''}`];
  if (countsDiffer(first, second, isUnreduced))
    return `${counted(first.counts.distinct, 'state')} ${one}, ${second.counts.distinct} ${other}`;
  const judged = new Map(second.properties.map(({ name, verdict }) => [name, verdict]));
  const changed = first.properties.find(({ name, verdict }) => {
    const again = judged.get(name);
    return verdict !== 'unknown' && again !== 'unknown' && again !== verdict;
  });
  return changed && `"${oneLine(changed.name)}": ${changed.verdict} ${one}, ${judged.get(changed.name)!} ${other}`;
};

// --- the second search -----------------------------------------------------------------------------------------------------

/** How long the second search may take at least, and how long loading the model may, in ms. */
const LEAST_MS = 5_000;
const LOADING_MS = 60_000;

/** How long the second search may take: as long as the first one, and no longer than the user lets a search take. */
const mostMs = ({ statistics }: Report, { maxSeconds = Infinity }: CheckArgs): number =>
  Math.min(maxSeconds * 1000, Math.max(LEAST_MS, statistics.elapsedMs));

/** The arguments of a second search: in the other order, state by state, and without limits that only one order would reach. */
const otherOrder = (args: CheckArgs, ms: number): CheckArgs => {
  const { maxStates: _states, maxDepth: _depth, checkpoint: _file, checkpointEvery: _every, ...same } = args;
  return {
    ...same,
    search: args.search === 'dfs' ? 'bfs' : 'dfs',
    plain: true,
    workers: 1,
    keepGoing: true,
    maxSeconds: ms / 1000,
    witnesses: false,
    audit: false,
  };
};

/**
 * The second search. Where the first had a reduction there are two. One has none, and goes depth first: before the first search began, its
 * reduction had run the functions on states breadth first, in whatever order the search went then.
 */
const searchesAfter = (args: CheckArgs, ms: number): readonly [Again, ...Again[]] => {
  const same: Again = { args: otherOrder(args, ms), isUnreduced: false };
  if (!args.symmetry && !args.quotient) return [same];
  return [{ args: { ...same.args, search: 'dfs', symmetry: false, quotient: false }, isUnreduced: true }, same];
};

/** The thread's program: from the bundle where there is one, which takes half the time to load. */
const programOfThread = (): URL => {
  const bundled = new URL('../../threads/again.js', import.meta.url);
  return existsSync(bundled) ? bundled : new URL('./again-thread.js', import.meta.url);
};

const startThread = (workerData: AgainData): Worker => {
  // The supervisor hears of the first search alone: whoever waits for this thread can end it.
  const { [WATCHED]: _watched, [STOP_AT]: _stop, ...env } = process.env;
  const thread = new Worker(programOfThread(), {
    workerData,
    env,
    argv: process.argv.slice(2),
    stdout: true,
    stderr: true,
  });
  // What a module prints when it is loaded was printed once.
  thread.stdout.resume();
  thread.stderr.resume();
  return thread;
};

/** What the thread answers; a text: why it answers nothing. */
const answerOf = async (data: AgainData, ms: number, signal: AbortSignal | undefined): Promise<AgainAnswer | string> => {
  const thread = startThread(data);
  let timer: NodeJS.Timeout | undefined;
  let stop: (() => void) | undefined;
  try {
    return await new Promise((resolve) => {
      stop = () => resolve('it was interrupted');
      timer = setTimeout(() => resolve('it does not come back'), LOADING_MS + ms);
      signal?.addEventListener('abort', stop);
      thread.on('message', (answer: AgainAnswer) => resolve(answer));
      thread.on('error', (error) => resolve(`it failed: ${messageOf(error)}`));
      thread.on('exit', () => resolve('the model ended its thread'));
    });
  } finally {
    clearTimeout(timer);
    if (stop !== undefined) signal?.removeEventListener('abort', stop);
    await thread.terminate();
  }
};

/** Refuses a model of which a second search found another one. @throws UsageError */
const mustBeSame = (source: string, report: Report, judged: JudgedReport, { isUnreduced }: Again): void => {
  const difference = differenceOf(report, judged, isUnreduced);
  if (difference !== undefined)
    throw new UsageError(
      `${source}: loaded again and searched in another order it is another model: ${difference}. A function keeps something from call to call (a cache that takes two states for one, a counter …), or the module is not the same each time`,
    );
};

/** What second searches say that found the same as far as they came. */
const confirmedBy = (judged: ReadonlyArray<JudgedReport>, ms: number): SecondSearch => {
  const cut = judged.find(({ stop: { kind } }) => kind !== 'complete' && kind !== 'violation');
  if (cut === undefined) return CONFIRMED;
  const why = cut.stop.kind === 'time' ? `it did not end within ${(ms / 1000).toFixed(1)} s` : 'a limit came first';
  return { isConfirmed: false, why };
};

/**
 * Refuses a small model of one's own that is another one when it is loaded again and searched in another order. Says whether it was seen to
 * be the same.
 *
 * @throws UsageError with one line
 */
export const searchedAgain = async (
  { config, source }: CheckedModel,
  args: CheckArgs,
  report: Report,
  { signal }: Hooks,
): Promise<SecondSearch> => {
  if (config !== undefined) return CONFIRMED;
  if (!isComparable(report, args)) return { isConfirmed: false };
  const ms = mostMs(report, args);
  const [one, ...more] = searchesAfter(args, ms);
  const searches = [one, ...more];
  const data: AgainData = { source, searches: [one.args, ...more.map((again) => again.args)] };
  const answer = await answerOf(data, searches.length * ms, signal);
  if (typeof answer === 'string') return { isConfirmed: false, why: answer };
  switch (answer.kind) {
    case 'searched':
      answer.judged.forEach((judged, i) => mustBeSame(source, report, judged, searches[i]!));
      return confirmedBy(answer.judged, ms);
    case 'unloaded':
      return { isConfirmed: false, why: answer.why };
    case 'refused':
      throw new UsageError(answer.why, answer.before);
    case 'failed':
      throw new Error(answer.why);
  }
};

// --- what is told ----------------------------------------------------------------------------------------------------------

/** The report as its verdict is worded: where no second search confirms it, it is exact if the model's functions are pure. */
export const worded = (report: Report, { isConfirmed }: SecondSearch): Report => {
  const { audited = { runs: 0, repeated: 0 } } = report;
  if (isConfirmed || audited.repeated < audited.runs) return report;
  return { ...report, audited: { ...audited, runs: audited.repeated + 1 } };
};

/** The line about a second search that was tried and confirms nothing. */
export const againLines = ({ why }: SecondSearch): ReadonlyArray<string> =>
  why === undefined ? [] : [`Not confirmed by a second search, of the model loaded again: ${oneLine(why)}`];
