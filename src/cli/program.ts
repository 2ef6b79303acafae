/** The `bayou` command. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Command, CommanderError } from 'commander';
import { COMMANDS } from './commands.js';
import { EXIT, UsageError } from './exit.js';
import { print } from './out.js';
import { buildNotice } from './stale.js';
import { endNow } from './watched/ending.js';

const version = async (): Promise<string> => {
  const manifest = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')) as {
    readonly version: string;
  };
  return manifest.version;
};

const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

/** A program whose subcommands take all that follows their name, `--help` too. */
const program = async (finish: (status: number) => void): Promise<Command> => {
  const bayou = new Command('bayou')
    .description('a replicated key-value store with session guarantees: check its model, run it, compare the two')
    .version(await version())
    .enablePositionalOptions()
    .exitOverride();
  for (const { name, summary, load } of COMMANDS) {
    bayou
      .command(name)
      .description(summary)
      .helpOption(false)
      .allowUnknownOption()
      .passThroughOptions()
      .argument('[args...]')
      .action(async (args: ReadonlyArray<string>) => {
        const main = await load();
        finish(await main(args));
      });
  }
  return bayou;
};

/** Every failure becomes one line and a status; only bugs show where they happened. */
const statusOf = (error: unknown): number => {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (error instanceof UsageError) {
    error.before.forEach(print);
    say(`bayou: ${error.message}`);
    return EXIT.usage;
  }
  say(`bayou: a bug, please report it: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  return EXIT.internal;
};

const run = async (argv: ReadonlyArray<string>): Promise<number> => {
  let status: number = EXIT.ok;
  try {
    const bayou = await program((given) => (status = given));
    await bayou.parseAsync(argv);
    return status;
  } catch (error) {
    return statusOf(error);
  }
};

/** Runs the command; resolves with its exit status. */
export const runBayou = async (argv: ReadonlyArray<string>): Promise<number> => {
  process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
    // The master has processes to end first, and a status of its own.
    if (process.stdout.listenerCount('error') > 1) return;
    // A reader that goes away (`bayou check | head`) ends the run before its verdict: that is neither an error nor a success.
    if (code === 'EPIPE') endNow(EXIT.interrupted);
    say(`bayou: the results cannot be written: ${message}`);
    endNow(EXIT.usage);
  });
  const notice = buildNotice(fileURLToPath(new URL('../..', import.meta.url)), process.env);
  if (notice !== undefined) say(notice);
  return run(argv);
};
