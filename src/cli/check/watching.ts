/** The other side of `watched.ts`: the process that checks a model lets the one that watches it see what it is doing. */
import { Worker } from 'node:worker_threads';
import { showRuns, takeForEndless } from '../../checker/contract/doing.js';
import type { LookoutData } from './lookout.js';
import { EXIT } from '../exit.js';
import { STOP_AT, TOLD_ON, WATCHED } from './watched.js';

/** What a model began beside its functions, a promise or a timer, and what failed when nobody waited for it: no verdict is to be believed then. */
const endBy = (why: unknown): never => {
  const text = (why instanceof Error ? why.message : String(why)).split('\n')[0];
  process.stderr.write(
    `bayou check: the model began something that nobody waits for (a promise, a timer), and it failed: ${text}\n`,
  );
  process.exit(EXIT.usage);
};

/** Begins to tell, where this process is watched. */
export const beWatched = (): void => {
  const watcher = process.env[WATCHED];
  if (watcher === undefined) return;
  for (const event of ['uncaughtException', 'unhandledRejection']) process.on(event, endBy);
  const stop = process.env[STOP_AT];
  if (stop !== undefined) takeForEndless(Number(stop));
  const runs = new SharedArrayBuffer(8);
  showRuns(runs);
  const workerData: LookoutData = { runs, fd: TOLD_ON, parent: Number(watcher) };
  new Worker(new URL('./lookout.js', import.meta.url), { workerData, env: {} }).unref();
};
