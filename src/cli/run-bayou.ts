/** The `bayou` command. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type Command, CommanderError } from 'commander';
import { newCommand } from '../command-line/command-line.js';
import { isOfSurroundings, reasonOf, say, sayLines } from '../command-line/say.js';
import { lostOutput, tolerateErrors } from '../command-line/streams.js';
import { COMMANDS, type CommandEntry } from './commands.js';
import { EXIT, UsageError, type ExitStatus } from '../command-line/exit.js';
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

/** What a command came to: its status, and the name under which its failures are said. */
interface Run {
  name: string;
  status: number;
}

const runCommand = async ({ name, load }: CommandEntry, args: ReadonlyArray<string>, run: Run): Promise<void> => {
  run.name = `bayou ${name}`;
  const main = await loading(load);
  run.status = await main(args);
};

/** A program whose subcommands take all that follows their name, `--help` too. */
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
      // As they were given: commander leaves out a first `--`, after which a file's name may begin with a dash.
      .action(() => runCommand(entry, argv.slice(argv.indexOf(entry.name) + 1), run));
  }
  return bayou;
};

/** Every failure becomes one line and a status; only bugs show where they happened. */
const statusOf = (error: unknown, name: string): number => {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (error instanceof UsageError || error instanceof LoadError) {
    if (error instanceof UsageError) error.before.forEach(print);
    say(`${name}: ${error.message}`);
    return EXIT.usage;
  }
  if (isOfSurroundings(error)) {
    const { path } = error as NodeJS.ErrnoException;
    say(`${name}: it cannot go on: ${path === undefined ? '' : `${path}: `}${reasonOf(error)}`);
    return EXIT.usage;
  }
  sayLines(`${name}: a bug, please report it: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  return EXIT.internal;
};

/** Without the words after a name that is no command's: `--help` among them would be bayou's own, and all well. */
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
  // Whatever is thrown where nobody waits for it, too.
  process.on('uncaughtException', (error) => {
    // Of a model of one's own it is known better what such a thing means.
    if (process.listenerCount('uncaughtException') === 1) endNow(statusOf(error, run.name) as ExitStatus);
  });
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // The master has processes to end first.
    if (process.stdout.listenerCount('error') > 1) return;
    endNow(lostOutput(error, (line) => say(`${run.name}: ${line}`)) as ExitStatus);
  });
  const notice = buildNotice(fileURLToPath(new URL('../..', import.meta.url)), process.env);
  if (notice !== undefined) say(notice);
  return runNamed(argv, run);
};
