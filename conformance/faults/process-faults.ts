/** Faults of processes and of their disks. */
import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, readdirSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { sleep } from '../common/sleep.js';

const send = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended meanwhile, as a paused process may when its master gives it up.
  }
};

/** SIGSTOP, and SIGCONT after so long; a process that is gone by then is let be. Resolves when it goes on. */
export const pause = async (pid: number, ms: number): Promise<void> => {
  send(pid, 'SIGSTOP');
  await sleep(ms);
  send(pid, 'SIGCONT');
};

/**
 * A full disk, as far as that process can tell: no file of it may grow beyond `bytes` (RLIMIT_FSIZE of Linux, set from outside);
 * Infinity gives the space back. False where the system cannot do that.
 */
export const limitFiles = (pid: number, bytes: number): boolean => {
  try {
    execFileSync('prlimit', [`--pid=${pid}`, `--fsize=${bytes === Infinity ? 'unlimited' : bytes}:`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

/** The files of a dead server's log, the one written last at the end. */
const logFiles = (dir: string): ReadonlyArray<string> =>
  readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .map((name) => join(dir, name))
    .filter((file) => /\.(log|wal)$/.test(file) && statSync(file).size > 0)
    .sort((a, b) => statSync(a).mtimeMs - statSync(b).mtimeMs);

/** Takes bytes off the end of a dead server's youngest log file, as a disk that lost its last block would; gives how many. */
export const tearTail = (dir: string, bytes: number): number => {
  const file = logFiles(dir).at(-1);
  if (file === undefined) return 0;
  const size = statSync(file).size;
  const left = Math.max(0, size - bytes);
  truncateSync(file, left);
  return size - left;
};

/** Looks where a server's youngest log file ends now; what it gives takes off whatever is appended to that file until the server is dead. */
export const tailNow = (dir: string): (() => void) => {
  const file = logFiles(dir).at(-1);
  if (file === undefined) return () => undefined;
  const { size } = statSync(file);
  return () => {
    if (existsSync(file) && statSync(file).size > size) truncateSync(file, size);
  };
};

/** Writes bytes behind the end of a dead server's youngest log file, as a crash in the middle of an append would leave some. */
export const scribbleTail = (dir: string, bytes: Uint8Array): void => {
  const file = logFiles(dir).at(-1);
  if (file !== undefined) appendFileSync(file, bytes);
};
