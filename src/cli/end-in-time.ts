/** A server that was told to stop ends in time, whatever does not come back. */
import { Worker } from 'node:worker_threads';
import { PLAIN_EXIT } from '../command-line/exit.js';
import { say } from '../command-line/say.js';
import type { EndThreadData } from './end-thread.js';

/** How long after the signal a server may take to end, in ms. Clients have most of this time to read the answers that they wait for. */
const GRACE_MS = 4_000;
/** So much later another thread ends the process, in ms: the main one may be waiting for the disk itself. */
const THREAD_MS = 500;

/** What Node runs in its threads, for which `process.exit` waits: a name that is looked up, a file that is read. */
const IN_A_THREAD = /^(Get(Addr|Name)InfoReq|FSReq)/;

/** Ends the process within its grace from now on. Gives what to call when the log is closed: then its status is 0, if nothing is in the way. */
export const endInTime = (): (() => void) => {
  let isClosed = false;
  const workerData: EndThreadData = { ms: GRACE_MS + THREAD_MS };
  const thread = new Worker(new URL('./end-thread.js', import.meta.url), { workerData });
  // Where there is no room for a thread, the timer here is all there is.
  thread.on('error', () => undefined);
  thread.unref();
  setTimeout(() => {
    if (isClosed && !process.getActiveResourcesInfo().some((name) => IN_A_THREAD.test(name))) process.exit(PLAIN_EXIT.ok);
    say(
      `bayou server: it has not ended within ${GRACE_MS / 1000} s (a disk or a name server that does not answer?), and is killed; ` +
        'what it has acknowledged is in its log',
    );
    // Not by an exit: that waits for Node's threads, and one of them waits for what does not come back.
    process.kill(process.pid, 'SIGKILL');
  }, GRACE_MS).unref();
  return () => (isClosed = true);
};
