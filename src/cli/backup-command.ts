/** `bayou backup`: copies a server's log as it is at one moment, and checks the copy. */
import * as E from 'fp-ts/lib/Either.js';
import { counted } from '../core/counted.js';
import { backUp } from '../impl/log/backup.js';
import { newCommand, path } from '../command-line/command-line.js';
import { PLAIN_EXIT } from '../command-line/exit.js';
import { say } from '../command-line/say.js';

interface Options {
  readonly dataDir: string;
  readonly to: string;
}

/** The exit status for each signal, as shells give it: 128 and the signal's number. */
const ENDED = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Exit status 0: the copy is complete and was opened once; 1: there is no copy; 129, 130 or 143: a signal came, and there is no copy; 2: bad
 * usage (commander's errors are thrown).
 */
export const main = async (args: ReadonlyArray<string>): Promise<number> => {
  // Only the user may use the copy, also the files that the database writes when it opens the copy to check it.
  process.umask(0o077);
  let status: number = PLAIN_EXIT.ok;
  await newCommand('bayou backup')
    .description(
      "copy a server's log, while the server runs or not; to restore it, put the copy in the place of the server's folder",
    )
    .requiredOption('--data-dir <dir>', "the server's folder; of a master's servers: server-<id> in its own", path)
    .requiredOption('--to <dir>', 'the folder to make, on the same machine', path)
    .allowExcessArguments(false)
    .action(async (o: Options) => {
      const ended = new AbortController();
      for (const [signal, ending] of Object.entries(ENDED)) {
        process.once(signal, () => {
          status = ending;
          ended.abort();
        });
      }
      const done = await backUp(o.dataDir, o.to, ended.signal);
      if (E.isLeft(done)) {
        say(`bayou backup: ${done.left}`);
        status = status === PLAIN_EXIT.ok ? PLAIN_EXIT.failed : status;
        return;
      }
      // A signal that came when the copy was complete changes nothing.
      status = PLAIN_EXIT.ok;
      process.stdout.write(`server ${done.right.server}: ${counted(done.right.writes, 'key')}\n`);
    })
    .parseAsync(args, { from: 'user' });
  return status;
};
