/**
 * What a process that runs a model of one's own tells the one that watches it, in lines over a pipe. What it comes to is told there too: a model
 * can end its process at any moment and with any status, and a verdict is what was told, not what the process ended with.
 */
import { writeSync } from 'node:fs';

/** By these the process that is watched knows by which other one, and where it is to stop. */
export const WATCHED = 'BAYOU_WATCHED';
export const STOP_AT = 'BAYOU_STOP_AT';

/** The number of the pipe. */
export const PIPE_DESCRIPTOR = 3;

/** What is told. */
export type Told =
  /** A run of a function takes long; 0: it is over. */
  | { readonly kind: 'run'; readonly run: number }
  /** From now on the model is this one's, as the user named it. */
  | { readonly kind: 'model'; readonly source: string }
  /** The search is over, and with it the time that it was given. */
  | { readonly kind: 'searched' }
  /** What it comes to: all is printed. */
  | { readonly kind: 'status'; readonly status: number };

/** Tells, where this process is watched. */
export const tell = (told: Told): void => {
  if (process.env[WATCHED] !== undefined) writeSync(PIPE_DESCRIPTOR, `${JSON.stringify(told)}\n`);
};

/** Takes what a pipe gives, and gives what was told. */
export const listener = (hear: (told: Told) => void): ((bytes: Buffer) => void) => {
  let rest = '';
  return (bytes) => {
    const lines = (rest + bytes.toString()).split('\n');
    rest = lines.pop()!;
    for (const line of lines) hear(JSON.parse(line) as Told);
  };
};
