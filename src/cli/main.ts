#!/usr/bin/env node
/** `bayou`: runs the command (`run-bayou.ts`), from the bundle where there is one. The commands in `SHARED` are never run from the bundle. */
import { existsSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';

/** `bayou help check` becomes `bayou check --help`: only the subcommand knows its options. */
const [node = '', bayou = '', first, second] = process.argv;
const argv = first === 'help' && second !== undefined ? [node, bayou, second, '--help'] : process.argv;

/** The commands that share modules with conformance. Conformance is not in the bundle. */
const SHARED = ['conform', 'explore'];

const bundle = new URL('../programs/cli.js', import.meta.url);

const USAGE = 2;

/**
 * The V8 of Node 20 compiles a function again whenever it meets objects of another shape, and a search that has just begun meets many. With
 * these flags it waits until more shapes are known, and compiles smaller pieces. A check of a second then takes a fifth less processor time.
 * Later versions of V8 wait by themselves.
 */
const compileLater = (): void => {
  if (!process.versions.v8.startsWith('11.')) return;
  setFlagsFromString('--interrupt-budget=140000');
  setFlagsFromString('--max-inlined-bytecode-size-cumulative=350');
};

const run = async (): Promise<number> => {
  if (argv[2] === 'check') compileLater();
  const { isWatchable } = await import('./supervised/watchable.js');
  if (isWatchable(argv.slice(2))) {
    const { runWatched } = await import('./supervised/supervisor.js');
    return runWatched(argv.slice(2));
  }
  const { runBayou } =
    !SHARED.includes(argv[2] ?? '') && existsSync(bundle)
      ? ((await import(bundle.href)) as typeof import('./run-bayou.js'))
      : await import('./run-bayou.js');
  return runBayou(argv);
};

try {
  const status = await run();
  const { tellSupervisor } = await import('./supervised/supervisor-pipe.js');
  tellSupervisor({ kind: 'status', status });
  process.exitCode = status;
} catch (error) {
  // The program's own functions for messages may not be loaded.
  const said = error instanceof Error ? error.message.split('\n', 1)[0] : String(error);
  const isOutOfFiles = (error as NodeJS.ErrnoException | undefined)?.code === 'EMFILE';
  process.stderr.write(
    `bayou: it cannot be loaded: ${isOutOfFiles ? 'too many files are open; raise the limit (ulimit -n)' : said}\n`,
  );
  process.exitCode = USAGE;
}
