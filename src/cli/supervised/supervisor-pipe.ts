/**
 * The lines that a process with a user's own model writes to its supervisor over a pipe. The verdict is told there too: a model can end its
 * process at any moment and with any status, so the supervisor believes the status that was told, and not the status of the process.
 */
import { writeSync } from 'node:fs';

/** The environment variables that tell a watched process that it is watched, and at which run to stop. */
export const WATCHED = 'BAYOU_WATCHED';
export const STOP_AT = 'BAYOU_STOP_AT';

/** The number of the pipe. */
export const PIPE_DESCRIPTOR = 3;

/** One message to the supervisor. */
export type SupervisorMessage =
  /** The number of the function's run that takes long; 0: that run has ended. */
  | { readonly kind: 'run'; readonly run: number }
  /** The model that runs from now on, as the user named it. */
  | { readonly kind: 'model'; readonly source: string }
  /** The search is over; its time limit no longer counts. */
  | { readonly kind: 'searched' }
  /** The exit status. Everything is printed. */
  | { readonly kind: 'status'; readonly status: number };

/** Writes a message to the supervisor, if this process is watched. */
export const tellSupervisor = (told: SupervisorMessage): void => {
  if (process.env[WATCHED] !== undefined) writeSync(PIPE_DESCRIPTOR, `${JSON.stringify(told)}\n`);
};

/** Gives a function that takes the bytes of the pipe and calls `hear` with each message. */
export const messageReader = (hear: (told: SupervisorMessage) => void): ((bytes: Buffer) => void) => {
  let rest = '';
  return (bytes) => {
    const lines = (rest + bytes.toString()).split('\n');
    rest = lines.pop()!;
    for (const line of lines) hear(JSON.parse(line) as SupervisorMessage);
  };
};
