/** Writes a process's trace events (core/trace), each before its effect can be seen by another process. */
import { openSync, writeSync } from 'node:fs';
import { messageOf } from '../core/errors.js';
import type { TraceBody } from '../core/trace.js';

/** Writes an event down; undefined where the run is not traced, so that no event is even made. */
export type Tracer = ((event: TraceBody) => void) | undefined;

/** The line of a process whose trace cannot be written. */
const complaint = (name: string, error: unknown): string =>
  `${name}: its trace cannot be written: ${messageOf(error)}; it ends here`;

/** Ends a server or client: others could see the effect of an event that is not in the trace. */
const endProcess = (why: string): void => {
  process.stderr.write(`${why}\n`);
  process.exit(1);
};

/**
 * A tracer that appends to a file, synchronously: an event is in the file before another process can see the event's effect,
 * whatever kills this process. `name` and a count from 0 go with each event. Where an event cannot be written (a full disk), `fail`
 * is told why, once, and nothing more is written; by default the process ends.
 */
export const makeTracer = (file: string | null, name: string, fail: (why: string) => void = endProcess): Tracer => {
  if (file === null) return undefined;
  const fd = openSync(file, 'a', 0o600);
  let n = 0;
  let failed = false;
  return (event) => {
    if (failed) return;
    try {
      writeSync(fd, `${JSON.stringify({ p: name, n: n++, ...event })}\n`);
    } catch (error) {
      failed = true;
      fail(complaint(name, error));
    }
  };
};
