/** The process that runs a model. It tells the supervisor (`supervisor.ts`) what it is doing. */
import { Worker } from 'node:worker_threads';
import { shareCurrentCall, takeForEndless } from '../../checker/contract/current-call.js';
import { say } from '../../command-line/say.js';
import { EXIT } from '../../command-line/exit.js';
import { messageOf } from '../../core/errors.js';
import { keepStdout } from '../out.js';
import { endNow, isEnding } from './end-process.js';
import type { LookoutData } from './endless-run-thread.js';
import { STOP_AT, WATCHED } from './supervisor-pipe.js';
import { codeOf } from '../../files/error-code.js';

/** Does this process only repeat the way of another process to a run that did not end? Then it shows and writes nothing. */
export const isGoingAgain = (): boolean => process.env[STOP_AT] !== undefined;

/** Begins to tell the supervisor, if this process is watched. From now on, all writes to stdout but the program's own go to stderr. */
export const beWatched = (command: 'check' | 'explore'): void => {
  const watcher = process.env[WATCHED];
  if (watcher === undefined) return;
  keepStdout();
  /** Ends the process for an error that no caller waits for: a promise or a timer that a model began has failed, and no verdict can be trusted. */
  const endBy = (why: unknown): void => {
    if (isEnding()) return;
    const text = messageOf(why).split('\n')[0];
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
    // If the process may open too few files for the thread, the model goes on unwatched: this is no fault of the model.
    if (!['EMFILE', 'ENFILE'].includes(codeOf(error) ?? '')) endBy(error);
  });
  lookout.unref();
};
