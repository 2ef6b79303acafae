/** Listens for exceptions that processes of simulated worlds do not catch. Several worlds may run in one process of Node; the world with the latest event is told. */

type Listener = (error: unknown) => void;

/** Node's events for a rejected promise that nothing handles, and for an error in a microtask or at the end of a turn. */
const UNCAUGHT = ['unhandledRejection', 'uncaughtException'] as const;

let worlds = 0;
let hears: Listener = () => undefined;
let others: ReadonlyArray<readonly [(typeof UNCAUGHT)[number], ReadonlyArray<NodeJS.UncaughtExceptionListener>]> = [];

const hear = (error: unknown): void => hears(error);

/** Sets the listener of the world whose event happens now. */
export const hearsNow = (listener: Listener): void => {
  hears = listener;
};

/** Begins to listen, and removes other listeners: they would take a simulated process's crash for one of the whole program. Returns a function that stops listening and puts the other listeners back. */
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
