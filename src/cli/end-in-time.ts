/** A server that was told to stop ends in time, also where a call to the disk or to a name server does not return. */
import { Worker } from 'node:worker_threads';
import { say } from '../command-line/say.js';
import type { EndThreadData } from './end-thread.js';

/** How long after the signal a server may take to end, in ms. Clients have most of this time to read the answers that they wait for. */
const GRACE_MS = 4_000;
/** How long after the grace another thread kills the process, in ms: the main thread may be waiting for the disk and run no timer. */
const THREAD_MS = 500;

/** The names of the operations that Node runs in threads: looking a name up, and file operations. `process.exit` waits for them. */
const IN_A_THREAD = /^(Get(Addr|Name)InfoReq|FSReq)/;

/**
 * Ends the process within its grace from now on. The caller calls the function that it gives when the log is closed. The process then ends
 * with this status, unless an operation in one of Node's threads does not return.
 */
export const endInTime = (): ((status: number) => void) => {
  let closed: number | undefined;
  const workerData: EndThreadData = { ms: GRACE_MS + THREAD_MS };
  const thread = new Worker(new URL('./end-thread.js', import.meta.url), { workerData });
  // If the thread cannot start, only the timer below ends the process.
  thread.on('error', () => undefined);
  thread.unref();
  setTimeout(() => {
    if (closed !== undefined && !process.getActiveResourcesInfo().some((name) => IN_A_THREAD.test(name))) process.exit(closed);
    say(
      `bayou server: it has not ended within ${GRACE_MS / 1000} s (a disk or a name server that does not answer?), and is killed; ` +
        'what it has acknowledged is in its log',
    );
    // `process.exit` would wait for Node's threads, and one of them may wait for a call that does not return.
    process.kill(process.pid, 'SIGKILL');
  }, GRACE_MS).unref();
  return (status) => (closed = status);
};
