/** Faults of processes and of their disks. */
import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, readdirSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { sleep } from '../common/sleep.js';

const send = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(pid, signal);
  } catch {
    // The process has ended: a master may kill a paused process.
  }
};

/** Sends SIGSTOP, and SIGCONT after `ms` unless the process is gone. Resolves when the process goes on. */
export const pause = async (pid: number, ms: number): Promise<void> => {
  send(pid, 'SIGSTOP');
  await sleep(ms);
  send(pid, 'SIGCONT');
};

/**
 * Makes the disk look full to one process: no file of it may grow beyond `bytes` (RLIMIT_FSIZE of Linux, set from outside). Infinity takes the limit away.
 * False where the system cannot set the limit.
 */
export const limitFiles = (pid: number, bytes: number): boolean => {
  try {
    execFileSync('prlimit', [`--pid=${pid}`, `--fsize=${bytes === Infinity ? 'unlimited' : bytes}:`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

/** The files of a dead server's log; the last is the one that was written last. */
const logFiles = (dir: string): ReadonlyArray<string> =>
  readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .map((name) => join(dir, name))
    .filter((file) => /\.(log|wal)$/.test(file) && statSync(file).size > 0)
    .sort((a, b) => statSync(a).mtimeMs - statSync(b).mtimeMs);

/** Takes bytes off the end of a dead server's youngest log file, as if the disk had lost its last block. Returns how many. */
export const tearTail = (dir: string, bytes: number): number => {
  const file = logFiles(dir).at(-1);
  if (file === undefined) return 0;
  const size = statSync(file).size;
  const left = Math.max(0, size - bytes);
  truncateSync(file, left);
  return size - left;
};

/** Notes where a server's youngest log file ends now. Returns a function that takes off what was appended to the file since; call it when the server is dead. */
export const tailNow = (dir: string): (() => void) => {
  const file = logFiles(dir).at(-1);
  if (file === undefined) return () => undefined;
  const { size } = statSync(file);
  return () => {
    if (existsSync(file) && statSync(file).size > size) truncateSync(file, size);
  };
};

/** Appends bytes to a dead server's youngest log file, as a crash in the middle of an append leaves some. */
export const scribbleTail = (dir: string, bytes: Uint8Array): void => {
  const file = logFiles(dir).at(-1);
  if (file !== undefined) appendFileSync(file, bytes);
};
