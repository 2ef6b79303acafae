/** Lets a user interrupt a command. */
import { EXIT } from '../../command-line/exit.js';
import { endNow } from './end-process.js';

/** A command that can be interrupted. */
export interface Interruption {
  /** Aborted by the first SIGINT or SIGTERM. The second one ends the process at once. */
  readonly signal: AbortSignal;
  /** Leaves later signals to their defaults. */
  readonly end: () => void;
}

/** From now on, until `end`, SIGINT and SIGTERM interrupt the command. */
export const interruption = (): Interruption => {
  const controller = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted) endNow(EXIT.interrupted);
    controller.abort();
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  return { signal: controller.signal, end: () => void process.off('SIGINT', onSignal).off('SIGTERM', onSignal) };
};
