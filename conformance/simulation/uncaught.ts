/** What the processes of simulated worlds do not catch. There may be several worlds in one process of Node: the one hears of it whose event was the last. */

type Listener = (error: unknown) => void;

/** A promise that nobody takes; an error in a microtask or at the end of a turn. */
const UNCAUGHT = ['unhandledRejection', 'uncaughtException'] as const;

let worlds = 0;
let hears: Listener = () => undefined;
let others: ReadonlyArray<readonly [(typeof UNCAUGHT)[number], ReadonlyArray<NodeJS.UncaughtExceptionListener>]> = [];

const hear = (error: unknown): void => hears(error);

/** From now on it is this one's events that happen. */
export const hearsNow = (listener: Listener): void => {
  hears = listener;
};

/** A world begins to run: who else listens would take a process's crash for one of the whole program. Gives what ends that. */
export const hearUncaught = (): (() => void) => {
  if (worlds++ === 0) {
    others = UNCAUGHT.map((event) => [event, process.listeners(event as 'uncaughtException')] as const);
    for (const event of UNCAUGHT) process.removeAllListeners(event).on(event as 'uncaughtException', hear);
  }
  return () => {
    if (--worlds > 0) return;
    for (const [event, listeners] of others) {
      process.off(event, hear);
      for (const listener of listeners) process.on(event as 'uncaughtException', listener);
    }
  };
};
