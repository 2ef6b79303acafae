/** `bayou cleanup`: kills the processes that crashed runs of the master left, and no other process. */
import { counted } from '../core/counted.js';
import { cleanup } from '../master/crash-cleanup.js';
import { newCommand } from '../command-line/command-line.js';
import { say } from '../command-line/say.js';

const list = (pids: ReadonlyArray<number>): string => (pids.length === 0 ? 'no process' : `pid ${pids.join(', ')}`);

/** Exit status 0: nothing is left; 1: a process could not be killed; 2: bad usage (commander's errors are thrown). */
export const main = async (args: ReadonlyArray<string>): Promise<number> => {
  newCommand('bayou cleanup')
    .description('kill what crashed runs of the master left, identified by pid, start time and token, and nothing else')
    .allowExcessArguments(false)
    .parse(args, { from: 'user' });
  const done = await cleanup();
  process.stdout.write(`removed ${counted(done.removed, 'crashed run')}; killed ${list(done.killed)}; `);
  process.stdout.write(`left ${counted(done.running, 'running master')} alone\n`);
  if (done.stuck.length === 0) return 0;
  say(`bayou cleanup: could not kill ${list(done.stuck)}`);
  return 1;
};
