/** Leads the threads of a search from depth to depth. */
import { isUnfinished, writeLastOfAll } from '../../checkpoint/keeper.js';
import type { Watch } from '../../limits.js';
import type { CheckOptions } from '../../options.js';
import type { Stop } from '../../report.js';
import { write, type ReachedDepth, type ParallelKeeper } from './parallel-checkpoint.js';
import { any, everyone, sum, tell, type Team } from './team.js';

/** How long threads may take to stop, in milliseconds. */
const STOP_MS = 10_000;

/** How far the threads came, and why no further. */
export interface Depths {
  stop: Stop;
  depth: number;
  complete: number;
}

/** What the leader needs. */
export interface LeaderParts {
  readonly team: Team;
  readonly watch: Watch;
  readonly options: Pick<CheckOptions, 'maxStates' | 'maxDepth' | 'keepGoing'> & { readonly workers: number };
  readonly families: number;
  readonly keep: ParallelKeeper | undefined;
  /** The depth at which a checkpoint left the threads. */
  readonly from: ReachedDepth | undefined;
}

/** Says why to stop in the midst of a depth. */
const limit = ({ team, watch: watcher, options, families }: LeaderParts, depth: number): Stop | undefined => {
  const { generated, distinct, queue } = sum(team, families);
  const stop = watcher.poll({ generated, distinct, queue, depth });
  if (stop !== undefined) return stop;
  const { maxStates } = options;
  // A thread that has stopped for the limit may count states that others have found and not reported yet.
  return maxStates !== undefined && (distinct >= maxStates || team.reports.some((report) => report?.spent === true))
    ? { kind: 'states', limit: maxStates }
    : undefined;
};

/** Has the threads expand a depth, with pauses to write checkpoints. It gives the reason why the depth was left, if it was. */
const goThrough = async (leading: LeaderParts, at: ReachedDepth, command: 'go' | 'on'): Promise<Stop | undefined> => {
  const { team, keep } = leading;
  let stop: Stop | undefined;
  const look = (): boolean => (stop ??= limit(leading, at.depth)) !== undefined || keep?.keeper.isDue() === true;
  for (let next = command; ; next = 'on') {
    const over = everyone(team, 'level', look);
    tell(team, next);
    if (await over) break;
    if (stop !== undefined) return stop;
    await write(team, keep!, at);
  }
  if (team.reports.some((report) => report !== undefined && report.waiting > 0)) at.depth = at.level + 1;
  return undefined;
};

/** Says why to go no further after a depth. */
const ending = (leading: LeaderParts, at: ReachedDepth): Stop | undefined => {
  const { team, options } = leading;
  const decided = any(team.reports.map((report) => report?.decided ?? []));
  const violated = team.reports.some((report) => report?.violated === true);
  if (violated && options.keepGoing !== true) return { kind: 'violation' };
  if (team.reports.every((report) => report?.waiting === 0)) return { kind: 'complete' };
  if (violated && decided.every(Boolean)) return { kind: 'violation', all: true };
  const stop = limit(leading, at.depth);
  if (stop !== undefined) return stop;
  return at.level + 1 >= (options.maxDepth ?? Infinity) ? { kind: 'depth', limit: options.maxDepth! } : undefined;
};

/** Leads the team from depth to depth. */
export const lead = async (leading: LeaderParts): Promise<Depths> => {
  const { team, keep, from = { level: -1, depth: 0 } } = leading;
  const at: ReachedDepth = { ...from };
  const ended = async (stop: Stop, complete: number): Promise<Depths> => {
    if (isUnfinished(stop) && keep !== undefined)
      return { stop: await writeLastOfAll(stop, async () => write(team, keep, at)), depth: at.depth, complete };
    await dismiss(team);
    return { stop, depth: at.depth, complete };
  };
  await everyone(team, 'level', () => false);
  if (leading.from !== undefined) leading.watch.resumed(sum(team, leading.families).distinct);
  const left = leading.from === undefined ? undefined : await goThrough(leading, at, 'on');
  if (left !== undefined) return ended(left, at.level - 1);
  for (;;) {
    const end = ending(leading, at);
    if (end !== undefined) return ended(end, at.level);
    at.level++;
    const stop = await goThrough(leading, at, 'go');
    if (stop !== undefined) return ended(stop, at.level - 1);
  }
};

/** Has the threads stop, and waits for what they have found until then. */
const dismiss = async (team: Team): Promise<void> => {
  const done = everyone(team, 'done', () => false, STOP_MS);
  tell(team, 'stop');
  await done;
};
