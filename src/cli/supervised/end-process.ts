/** Ends the process with a verdict or one line, whatever a user's own model does to the process. */
import type { ExitStatus } from '../../command-line/exit.js';
import { tellSupervisor } from './supervisor-pipe.js';

/** Ends the process at once. */
export const endNow = (status: ExitStatus): never => {
  tellSupervisor({ kind: 'status', status });
  process.exit(status);
};

let isOver = false;

/** Is the process ending? Everything is printed then, and later failures are not reported. */
export const isEnding = (): boolean => isOver;

const LOOK_MS = 50;

/**
 * Ends the process once everything is written, also if a model has left a timer or a connection open. The status is told to the supervisor
 * first. On a slow machine the process may end before the command is over, and the supervisor takes an end without a status for the model's.
 */
export const endSoon = (status: ExitStatus): void => {
  isOver = true;
  setInterval(() => {
    if (process.stdout.writableLength === 0) endNow(status);
  }, LOOK_MS).unref();
};
