/** The `bayou` command. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type Command, CommanderError } from 'commander';
import { newCommand } from '../command-line/command-line.js';
import { isOfSurroundings, placeAndReasonOf, say, sayLines } from '../command-line/say.js';
import { lostOutput, tolerateErrors } from '../command-line/streams.js';
import { COMMANDS, type CommandEntry } from './commands.js';
import { EXIT, UsageError, type ExitStatus } from '../command-line/exit.js';
import { stackOf } from '../core/errors.js';
import { LoadError, loading } from './load.js';
import { print } from './out.js';
import { buildNotice } from './stale.js';
import { endNow } from './supervised/end-process.js';

const version = async (): Promise<string> => {
  const manifest = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')) as {
    readonly version: string;
  };
  return manifest.version;
};

/** A run of a command: its exit status, and the name with which its failures begin. */
interface Run {
  name: string;
  status: number;
}

const runCommand = async ({ name, load }: CommandEntry, args: ReadonlyArray<string>, run: Run): Promise<void> => {
  run.name = `bayou ${name}`;
  const main = await loading(load);
  run.status = await main(args);
};

/** The commander program. Each subcommand takes all arguments after its name, `--help` too. */
const program = async (argv: ReadonlyArray<string>, run: Run): Promise<Command> => {
  const bayou = newCommand('bayou')
    .description('a replicated key-value store with session guarantees: check its model, run it, compare the two')
    .version(await version())
    .enablePositionalOptions();
  for (const entry of COMMANDS) {
    bayou
      .command(entry.name)
      .description(entry.summary)
      .helpOption(false)
      .allowUnknownOption()
      .passThroughOptions()
      .argument('[args...]')
      // The arguments come from `argv`: commander would drop a first `--`, which a file name that begins with a dash needs.
      .action(() => runCommand(entry, argv.slice(argv.indexOf(entry.name) + 1), run));
  }
  return bayou;
};

/** Says a failure and gives its exit status. A bug is said with its stack, every other failure in one line. */
const statusOf = (error: unknown, name: string): number => {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (error instanceof UsageError || error instanceof LoadError) {
    if (error instanceof UsageError) error.before.forEach(print);
    say(`${name}: ${error.message}`);
    return EXIT.usage;
  }
  if (isOfSurroundings(error)) {
    say(`${name}: it cannot go on: ${placeAndReasonOf(error)}`);
    return EXIT.usage;
  }
  sayLines(`${name}: a bug, please report it: ${stackOf(error)}`);
  return EXIT.internal;
};

/** Drops the words after a name that is no command: with `--help` among them, commander would print the help and end with status 0. */
const known = (argv: ReadonlyArray<string>): ReadonlyArray<string> => {
  const name = argv[2];
  const isNone = name !== undefined && !name.startsWith('-') && name !== 'help' && COMMANDS.every((entry) => entry.name !== name);
  return isNone ? argv.slice(0, 3) : argv;
};

const runNamed = async (argv: ReadonlyArray<string>, run: Run): Promise<number> => {
  try {
    const bayou = await program(argv, run);
    await bayou.parseAsync(known(argv));
    return run.status;
  } catch (error) {
    return statusOf(error, run.name);
  }
};

/** Runs the command; resolves with its exit status. */
export const runBayou = async (argv: ReadonlyArray<string>): Promise<number> => {
  const run: Run = { name: 'bayou', status: EXIT.ok };
  tolerateErrors();
  // Errors that are thrown where no caller waits for them, too.
  process.on('uncaughtException', (error) => {
    // Another listener is that of a command that runs a user's own model, and reports such an error better.
    if (process.listenerCount('uncaughtException') === 1) endNow(statusOf(error, run.name) as ExitStatus);
  });
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // Another listener is the master's, which ends its processes first.
    if (process.stdout.listenerCount('error') > 1) return;
    endNow(lostOutput(error, (line) => say(`${run.name}: ${line}`)) as ExitStatus);
  });
  const notice = buildNotice(fileURLToPath(new URL('../..', import.meta.url)), process.env);
  if (notice !== undefined) say(notice);
  return runNamed(argv, run);
};
