/**
 * The thread that watches for a run of a model's function that does not return. It tells the supervisor the number of the run when the run has
 * taken a while, and 0 when the run is over after all.
 */
import { workerData } from 'node:worker_threads';
import { CallWatchdog } from '../../checker/contract/call-watchdog.js';
import { tellSupervisor } from './supervisor-pipe.js';

/** The data that the thread gets. */
export interface LookoutData {
  readonly runs: SharedArrayBuffer;
  /** The process id of the supervisor. */
  readonly parent: number;
}

const LOOK_MS = 100;
const A_WHILE_MS = 1000;

const { runs, parent } = workerData as LookoutData;
const stuck = new CallWatchdog(runs);
let told = 0;

setInterval(() => {
  // The supervisor is gone, and no other process would end this one in an endless loop.
  if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
  const now = stuck.poll();
  const run = now === undefined || now.ms < A_WHILE_MS ? 0 : now.run;
  if (run === told) return;
  told = run;
  tellSupervisor({ kind: 'run', run });
}, LOOK_MS);
