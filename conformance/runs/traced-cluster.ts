/** Runs a script on the cluster as it ships: the master's program in a process of its own, with a trace. */
import { spawn } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as E from 'fp-ts/lib/Either.js';
import type { Bytes } from '#bayou/core/bytes.js';
import type { TraceEvent } from '#bayou/core/trace.js';
import { readTrace } from '../layer3-traces/read-traces.js';
import { temporaryFolder } from '../common/temporary-folder.js';

/** The options of a run. */
export interface TracedClusterOptions {
  /** The master's options, as on its command line. */
  readonly flags?: ReadonlyArray<string>;
  /** The master's program. Default: this build's. Another build may have a fault that the layers must notice. */
  readonly program?: string;
  /** After this time, in ms, the run is given up. Default 120,000. */
  readonly deadlineMs?: number;
  /** Ends the run, with all its processes. */
  readonly signal?: AbortSignal;
}

/** A finished run. */
export interface ClusterRun {
  readonly status: number | null;
  /** The master's standard output, a character for each byte. */
  readonly output: Bytes;
  /** The master's standard error. */
  readonly errors: string;
  readonly events: ReadonlyArray<TraceEvent>;
}

const SHIPPED = fileURLToPath(new URL('../../master.js', import.meta.url));
const DEADLINE_MS = 120_000;
/** The most bytes that a run may print before it is given up. */
const MAX_OUTPUT = 256 * 1024 * 1024;

const argumentsOf = (o: TracedClusterOptions, trace: string, script: string): ReadonlyArray<string> => [
  o.program ?? SHIPPED,
  ...(o.flags ?? []),
  '--trace',
  trace,
  script,
];

/** How long a master may take, in ms, to end its processes after SIGTERM. */
const GRACE_MS = 5_000;
const ABORT_GRACE_MS = 4_000;

const finished = (
  args: ReadonlyArray<string>,
  deadlineMs: number,
  signal: AbortSignal | undefined,
): Promise<Omit<ClusterRun, 'events'>> =>
  new Promise((resolve) => {
    const master = spawn(process.execPath, [...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    const chunks: Buffer[] = [];
    let size = 0;
    let errors = '';
    let late = false;
    // At SIGTERM the master ends its processes. If the master hangs, SIGKILL ends it, and its processes end with it.
    const giveUp = (graceMs: number): void => {
      master.kill('SIGTERM');
      setTimeout(() => master.kill('SIGKILL'), graceMs).unref();
    };
    const timer = setTimeout(() => {
      late = true;
      giveUp(GRACE_MS);
    }, deadlineMs);
    const abort = (): void => giveUp(ABORT_GRACE_MS);
    signal?.addEventListener('abort', abort);
    master.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= MAX_OUTPUT) chunks.push(chunk);
      else master.kill('SIGTERM');
    });
    master.stderr.setEncoding('utf8').on('data', (text: string) => {
      // All of it is judged, so a run that says too much is given up, and not cut.
      errors += text;
      if (errors.length > MAX_OUTPUT) master.kill('SIGTERM');
    });
    master.on('error', (error) => (errors += error.message));
    master.on('close', (status) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      if (late) errors += `the run was not over after ${deadlineMs} ms\n`;
      resolve({ status: late ? null : status, output: Buffer.concat(chunks).toString('latin1'), errors });
    });
  });

/** The last line that a master wrote to standard error. After an uncaught error Node's version comes last; then it is the line that names the error. */
const lastWord = (errors: string): string => {
  const lines = errors.trim().split('\n');
  const last = lines.at(-1) ?? '';
  return /^Node\.js v\d/.test(last) ? (lines.findLast((line) => /^\w*Error\b/.test(line)) ?? last) : last;
};

/** Runs a script. Left: one line that says why there is no trace. Rejects where the signal comes first, when all processes are gone. */
export const runOnCluster = async (script: Bytes, o: TracedClusterOptions = {}): Promise<E.Either<string, ClusterRun>> => {
  o.signal?.throwIfAborted();
  const dir = temporaryFolder('bayou-conform-');
  try {
    const [file, trace] = [join(dir, 'script'), join(dir, 'trace.ndjson')];
    writeFileSync(file, script, 'latin1');
    const run = await finished(argumentsOf(o, trace, file), o.deadlineMs ?? DEADLINE_MS, o.signal);
    o.signal?.throwIfAborted();
    const events = readTrace(trace);
    if (E.isRight(events)) return E.right({ ...run, events: events.right });
    const said = lastWord(run.errors);
    return said === '' ? events : E.left(`${events.left}: the master ended with status ${run.status ?? 'none'}: ${said}`);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
};
