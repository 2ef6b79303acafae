/** The thread that kills a process that has not ended in time: the main thread may be waiting for the disk and run no timer. */
import { workerData } from 'node:worker_threads';

/** The data that the thread gets. */
export interface EndThreadData {
  /** How long the process has, in ms. */
  readonly ms: number;
}

const { ms } = workerData as EndThreadData;
setTimeout(() => process.kill(process.pid, 'SIGKILL'), ms);
