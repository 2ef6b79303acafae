/** Runs of the library's sessions among the simulated runs of `bayou conform --simulate`: in a series, and by a kept plan. */
import { basename } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { UsageError } from '#bayou/command-line/exit.js';
import { runLibrary, type LibraryRun } from '../simulation/library-run.js';
import { sessionsPlanIn, smallerSessions, wrongInSessions, type SessionsPlan } from '../simulation/sessions-plan.js';
import { sumOf } from '../common/sum-of.js';
import type { ConformArgs } from './conform-args.js';
import { shrinkByCandidates } from './make-smaller.js';
import { keepPlan } from './keep-plan.js';
import { planJson } from '../common/plan-json.js';
import { replayedRunTask, type Task } from './tasks.js';

/** One in this many runs of a series is followed by a run of sessions, which takes as long as some fifteen other runs. `FIRST`: the first such run; it comes within a few seconds. */
const EVERY = 50;
const FIRST = 24;

/** Does a run of sessions follow this run of a seed? */
export const hasSessions = (run: number): boolean => run % EVERY === FIRST;

/** A plan of sessions with its finished run. */
export interface TriedSessions {
  readonly plan: SessionsPlan;
  readonly run: LibraryRun;
}

/** Runs sessions by a plan. Rejects where the signal comes first. */
export const trySessions = async (plan: SessionsPlan, signal: AbortSignal): Promise<TriedSessions> => ({
  plan,
  run: await runLibrary(plan, { signal }),
});

/** The smallest plan that still fails: leaves out one part after the other, until the time, in ms, is over. `attempt`: runs a plan. */
export const shrinkSessions = (
  failed: TriedSessions,
  withinMs: number,
  attempt: (plan: SessionsPlan) => Promise<TriedSessions>,
): Promise<TriedSessions> =>
  shrinkByCandidates(
    failed,
    ({ plan }) => smallerSessions(plan),
    { attempt, isSound: ({ run }) => run.failures.length === 0 },
    withinMs,
  );

/** Keeps a run of sessions that fails; returns its failures and the lines that name the files. */
export const keepSessions = async ({ plan, run }: TriedSessions, name: string, outDir: string): Promise<string> => {
  const rerun = () => runLibrary(plan, { keep: true });
  return [...run.failures, ...(await keepPlan({ plan, rerun }, name, outDir))].join('\n');
};

/** The counts of a run of sessions, for a report. */
const countsOf = ({ judged, events, simulatedMs, inflicted }: LibraryRun): Record<string, number> => ({
  'runs of sessions of the library': 1,
  'simulated seconds': Math.round(simulatedMs / 1000),
  'events of the simulated world': events,
  operations: judged.puts + judged.gets,
  'simulated faults': sumOf(inflicted),
});

/** Reads a plan of sessions from a file, and refuses one that cannot be run; undefined where the file has something else. */
export const readSessionsPlan = (file: string): SessionsPlan | undefined => {
  const json = planJson(file);
  const plan = E.isRight(json) ? sessionsPlanIn(json.right) : undefined;
  const wrong = plan === undefined ? undefined : wrongInSessions(plan);
  if (wrong !== undefined) throw new UsageError(`${file}: ${wrong}`);
  return plan;
};

/** The task that runs sessions by a plan. */
export const sessionsPlanTask = (file: string, plan: SessionsPlan, { outDir }: Pick<ConformArgs, 'outDir'>): Task =>
  replayedRunTask(file, async (signal) => {
    const tried = await trySessions(plan, signal);
    const isSound = tried.run.failures.length === 0;
    return {
      verdict: isSound ? 'conforms' : 'diverges',
      counts: countsOf(tried.run),
      details: isSound ? '' : await keepSessions(tried, `again ${basename(file)}`, outDir),
    };
  });
