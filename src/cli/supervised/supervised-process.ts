/** The other side of `supervisor.ts`: the process that runs a model lets the one that watches it see what it is doing. */
import { Worker } from 'node:worker_threads';
import { shareCurrentCall, takeForEndless } from '../../checker/contract/current-call.js';
import { say } from '../../command-line/say.js';
import { EXIT } from '../../command-line/exit.js';
import { keepStdout } from '../out.js';
import { endNow, isEnding } from './end-process.js';
import type { LookoutData } from './endless-run-thread.js';
import { STOP_AT, WATCHED } from './supervisor-pipe.js';
import { codeOf } from '../../files/error-code.js';

/** Whether this process only goes the way of another one to where that came to no end: nothing is to be shown or written then. */
export const isGoingAgain = (): boolean => process.env[STOP_AT] !== undefined;

/** Begins to tell, where this process is watched. What others than this program write to stdout goes to stderr from now on. */
export const beWatched = (command: 'check' | 'explore'): void => {
  const watcher = process.env[WATCHED];
  if (watcher === undefined) return;
  keepStdout();
  /** What a model began beside its functions, a promise or a timer, and what failed when nobody waited for it: no verdict is to be believed then. */
  const endBy = (why: unknown): void => {
    if (isEnding()) return;
    const text = (why instanceof Error ? why.message : String(why)).split('\n')[0];
    say(`bayou ${command}: the model began something that nobody waits for (a promise, a timer), and it failed: ${text}`);
    endNow(EXIT.usage);
  };
  for (const event of ['uncaughtException', 'unhandledRejection']) process.on(event, endBy);
  const stop = process.env[STOP_AT];
  if (stop !== undefined) takeForEndless(Number(stop));
  const runs = new SharedArrayBuffer(8);
  shareCurrentCall(runs);
  const workerData: LookoutData = { runs, parent: Number(watcher) };
  const lookout = new Worker(new URL('./endless-run-thread.js', import.meta.url), { workerData, env: { [WATCHED]: watcher } });
  lookout.on('error', (error) => {
    // With too few open files for it the model goes on unwatched: it is no fault of the model, which fails by itself where it needs a file.
    if (!['EMFILE', 'ENFILE'].includes(codeOf(error) ?? '')) endBy(error);
  });
  lookout.unref();
};
