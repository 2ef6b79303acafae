import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Bytes } from '../../src/core/bytes.js';
import { STARVED } from './starved.js';

/** What a run of the master left behind, byte for byte. */
export interface Outcome {
  readonly stdout: Bytes;
  readonly stderr: Bytes;
  /** Null when it did not end by itself in time. */
  readonly status: number | null;
}

/** The programs as they ship. */
const MASTER = fileURLToPath(new URL('../../dist/master.js', import.meta.url));

/** The most runs until none of the processes was starved so. */
const MAX_RUNS = 5;

/**
 * Runs the master on a script given as bytes, to its end; after `deadlineMs` it is killed and has no status. `extra` is added to the environment. A run
 * that leaves no data and in which a process was starved is made again.
 */
export const runMaster = async (...given: Parameters<typeof runOnce>): Promise<Outcome> => {
  const [, flags] = given;
  for (let run = 1; ; run++) {
    const outcome = await runOnce(...given);
    if (run === MAX_RUNS || flags.includes('--data-dir') || !STARVED.test(outcome.stderr)) return outcome;
  }
};

const runOnce = async (
  script: Bytes,
  flags: ReadonlyArray<string>,
  deadlineMs = 170_000,
  extra: Readonly<Record<string, string>> = {},
): Promise<Outcome> => {
  const child = spawn(process.execPath, [MASTER, ...flags], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...extra },
  });
  let [stdout, stderr, hung] = ['', '', false];
  child.stdout.setEncoding('latin1').on('data', (chunk: string) => (stdout += chunk));
  child.stderr.setEncoding('latin1').on('data', (chunk: string) => (stderr += chunk));
  // A master that ends before it has read everything (`done`) breaks the pipe; that is its right.
  child.stdin.on('error', () => undefined).end(Buffer.from(script, 'latin1'));
  const deadline = setTimeout(() => {
    hung = true;
    child.kill('SIGKILL');
  }, deadlineMs);
  await once(child, 'close');
  clearTimeout(deadline);
  return { stdout, stderr, status: hung ? null : child.exitCode };
};
