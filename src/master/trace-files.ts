/**
 * The files of a traced run. Every process writes a file of its own, in a folder beside the trace. When the run is over, the master puts the
 * files one after the other into the trace. If the master is killed, the folder stays, and its files have all events.
 */
import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeTracer, type Tracer } from '../net/tracer.js';
import { reasonOf } from '../command-line/say.js';

/** The files to which the processes of a run write their events. */
export interface TraceFiles {
  readonly fileOf: (processName: string) => string | null;
  /** The master's own tracer. */
  readonly master: Tracer;
  /** Puts all events into the trace. Every process must be gone. */
  readonly collect: () => void;
}

/** The folder beside a trace, and how the files end in it. */
export const partsOf = (file: string): string => `${file}.d`;
export const PARTS = '.ndjson';

const NONE: TraceFiles = { fileOf: () => null, master: undefined, collect: () => undefined };

/** The files of a run traced into `file`, which can be written; null: no trace. `fail` is told where there is no more room. */
export const traceFiles = (file: string | null, fail: (why: string) => void): TraceFiles => {
  if (file === null) return NONE;
  const dir = partsOf(file);
  writeFileSync(file, '');
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  const fileOf = (name: string): string => join(dir, `${name}${PARTS}`);
  return {
    fileOf,
    master: makeTracer(fileOf('master'), 'master', fail),
    collect: () => {
      // 'master' sorts before 'server-…' and after 'client-…': a reader takes processes apart by their names.
      try {
        for (const name of readdirSync(dir).sort()) appendFileSync(file, readFileSync(join(dir, name)));
        rmSync(dir, { recursive: true, force: true });
      } catch (error) {
        fail(`the trace is left in ${dir}, in parts: ${reasonOf(error)}`);
      }
    },
  };
};
