/** Lets a user interrupt a command. */
import { ENDING_SIGNALS, EXIT } from '../../command-line/exit.js';
import { runningMs } from '../../checker/contract/clocks.js';
import { endNow } from './end-process.js';

/** A command that can be interrupted. */
export interface Interruption {
  /** Aborted by the first SIGINT, SIGTERM or SIGHUP. A second one ends the process at once; what comes within a second of the first is the first once more. */
  readonly signal: AbortSignal;
  /** Leaves later signals to their defaults. */
  readonly end: () => void;
}

/**
 * How long after a signal the same may come once more, in seconds: `timeout`, and what ends a job, send it to a process and to its group, and the process
 * that watches this one passes it on. From a terminal it comes once.
 */
export const ONCE_MORE_S = 1;

/** Does the signal come from a terminal? A terminal sends it to all its processes. */
export const isTyped = (signal: NodeJS.Signals): boolean =>
  signal === 'SIGINT' && (process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY);

/** Begins or ends to listen to the signals that end a command. */
export const onEndingSignals = (how: 'on' | 'off', listener: (signal: NodeJS.Signals) => void): void => {
  for (const name of ENDING_SIGNALS) process[how](name, listener);
};

/** From now on, until `end`, SIGINT, SIGTERM and SIGHUP interrupt the command. */
export const interruption = (): Interruption => {
  const controller = new AbortController();
  let first = Infinity;
  const onSignal = (signal: NodeJS.Signals): void => {
    const at = runningMs();
    if (controller.signal.aborted && (isTyped(signal) || at - first >= ONCE_MORE_S * 1000)) endNow(EXIT.interrupted);
    first = Math.min(first, at);
    controller.abort();
  };
  onEndingSignals('on', onSignal);
  return { signal: controller.signal, end: () => onEndingSignals('off', onSignal) };
};
