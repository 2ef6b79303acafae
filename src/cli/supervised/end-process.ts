/** How the process ends whatever a model of one's own does to it: a verdict or one line, and an end. */
import type { ExitStatus } from '../../command-line/exit.js';
import { tell } from './supervisor-pipe.js';

/** Ends the process at once. */
export const endNow = (status: ExitStatus): never => {
  tell({ kind: 'status', status });
  process.exit(status);
};

let isOver = false;

/** Whether all is said, and what else fails comes too late to be heard. */
export const isEnding = (): boolean => isOver;

const LOOK_MS = 50;

/**
 * Ends the process once everything is written, should a model have left a timer or a connection open. The status is told first: on a slow machine this
 * comes before the command itself is over, and an end without a status is taken for the model's doing.
 */
export const endSoon = (status: ExitStatus): void => {
  isOver = true;
  setInterval(() => {
    if (process.stdout.writableLength === 0) endNow(status);
  }, LOOK_MS).unref();
};
