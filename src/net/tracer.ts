/** Writes a process's trace events (core/trace), each before its effect can be seen by another process. */
import { openSync, writeSync } from 'node:fs';
import type { TraceBody } from '../core/trace.js';

/** Writes an event down; undefined where the run is not traced, so that no event is even made. */
export type Tracer = ((event: TraceBody) => void) | undefined;

/**
 * A tracer that appends to a file, synchronously: an event that another process could have seen the effect of is in the file,
 * whatever kills this process. `name` and a count from 0 go with each event.
 */
export const makeTracer = (file: string | null, name: string): Tracer => {
  if (file === null) return undefined;
  const fd = openSync(file, 'a', 0o600);
  let n = 0;
  return (event) => {
    writeSync(fd, `${JSON.stringify({ p: name, n: n++, ...event })}\n`);
  };
};
