/** Writes a search by several threads to a checkpoint: the leader writes how far they were, then each thread what it found. */
import type { Worker } from 'node:worker_threads';
import { begin, discard, finish, reading, refuse, sectionsIn } from '../../checkpoint/file.js';
import type { CheckpointIdentity } from '../../checkpoint/identity.js';
import type { Keeper } from '../../checkpoint/keeper.js';
import { readOpening, writeOpening } from '../factored-checkpoint.js';
import { everyone, tell, type Team } from './team.js';
import type { ThreadCommand } from './thread-messages.js';

/** How long threads may take to pause, or one of them to write what it found, in milliseconds. */
const KEEP_MS = 600_000;

/** The depth that the threads expand (-1: none yet), and the greatest at which a state was found. */
export interface ReachedDepth {
  level: number;
  depth: number;
}

/** What is needed to write the threads' search to a file. */
export interface ParallelKeeper {
  readonly keeper: Keeper;
  readonly identity: CheckpointIdentity;
  readonly locals: ReadonlyArray<number>;
}

/** Has the threads pause. The leader writes first, and then each thread, one after the other, appends what it has found. */
export const write = async (team: Team, { keeper, identity, locals }: ParallelKeeper, at: ReachedDepth): Promise<void> => {
  const { path } = keeper;
  const paused = everyone(team, 'paused', () => false, KEEP_MS);
  tell(team, 'pause');
  if (!(await paused)) throw refuse(path, `the threads did not pause within ${KEEP_MS / 1000} s`);
  // What threads held back for the limit on states goes into the file. The report counts what they have now.
  const reports = [...team.reports];
  try {
    begin(path, (to) => {
      writeOpening(to, identity, locals);
      to.json(at);
    });
    for (const worker of team.workers) await writePart(team, worker, path);
    finish(path);
  } catch (error) {
    discard(path);
    throw error;
  } finally {
    reports.forEach((report, i) => (team.reports[i] = report));
  }
  keeper.kept();
};

const writePart = async (team: Team, worker: Worker, path: string): Promise<void> => {
  const written = everyone(team, 'written', () => false, KEEP_MS, [worker]);
  worker.postMessage('write' satisfies ThreadCommand);
  if (!(await written)) throw refuse(path, `a thread did not write its part within ${KEEP_MS / 1000} s`);
};

/** What the leader wrote, and where each thread's part begins. */
export interface ResumedSearch {
  readonly locals: ReadonlyArray<number>;
  readonly at: ReachedDepth;
  readonly threads: { readonly path: string; readonly sections: ReadonlyArray<number> };
}

export const resumed = (path: string, identity: CheckpointIdentity, workers: number): ResumedSearch => {
  const [first, ...sections] = sectionsIn(path);
  return reading(path, first!, (from) => {
    const locals = readOpening(from, identity);
    if (sections.length !== workers) throw refuse(path, 'it ends too early');
    return { locals, at: from.json() as ReachedDepth, threads: { path, sections } };
  });
};
