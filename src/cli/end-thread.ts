/** The thread that kills a process which has not ended in time: the main thread may be waiting for the disk, and run no timer. */
import { workerData } from 'node:worker_threads';

/** What the thread is given. */
export interface EndThreadData {
  /** How long the process has, in ms. */
  readonly ms: number;
}

const { ms } = workerData as EndThreadData;
setTimeout(() => process.kill(process.pid, 'SIGKILL'), ms);
