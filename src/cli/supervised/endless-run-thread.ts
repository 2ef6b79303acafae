/**
 * The thread that looks out for a run of a model's function that does not come back, and tells the process that watches this one: the number of
 * the run when it has taken a while, and 0 when it is over after all.
 */
import { workerData } from 'node:worker_threads';
import { CallWatchdog } from '../../checker/contract/call-watchdog.js';
import { tell } from './supervisor-pipe.js';

/** What the thread is given. */
export interface LookoutData {
  readonly runs: SharedArrayBuffer;
  /** The process that watches. */
  readonly parent: number;
}

const LOOK_MS = 100;
const A_WHILE_MS = 1000;

const { runs, parent } = workerData as LookoutData;
const stuck = new CallWatchdog(runs);
let told = 0;

setInterval(() => {
  // Nobody is left who could end a process that is in an endless loop.
  if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
  const now = stuck.poll();
  const run = now === undefined || now.ms < A_WHILE_MS ? 0 : now.run;
  if (run === told) return;
  told = run;
  tell({ kind: 'run', run });
}, LOOK_MS);
