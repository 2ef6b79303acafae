/** The other side of `watched.ts`: the process that checks a model lets the one that watches it see what it is doing. */
import { Worker } from 'node:worker_threads';
import { showRuns, takeForEndless } from '../../checker/contract/doing.js';
import type { LookoutData } from './lookout.js';
import { STOP_AT, TOLD_ON, WATCHED } from './watched.js';

/** Begins to tell, where this process is watched. */
export const beWatched = (): void => {
  const watcher = process.env[WATCHED];
  if (watcher === undefined) return;
  const stop = process.env[STOP_AT];
  if (stop !== undefined) takeForEndless(Number(stop));
  const runs = new SharedArrayBuffer(8);
  showRuns(runs);
  const workerData: LookoutData = { runs, fd: TOLD_ON, parent: Number(watcher) };
  new Worker(new URL('./lookout.js', import.meta.url), { workerData, env: {} }).unref();
};
