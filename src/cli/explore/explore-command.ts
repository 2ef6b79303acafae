/** `bayou explore`: shows a model, a counterexample or a real run on one page. */
import { writeFileSync } from 'node:fs';
import { extname } from 'node:path';
import { CommanderError } from 'commander';
import * as E from 'fp-ts/lib/Either.js';
import { FIELD_OPTIONS } from '../check/field-options.js';
import { isModule } from '../check/is-module.js';
import { notHeeded } from '../../command-line/command-line.js';
import { readJson } from '../../command-line/named-files.js';
import { PAGE, wrongToReplace } from '../../command-line/replace.js';
import { mustDiffer } from '../../command-line/same-path.js';
import { reasonOf, say } from '../../command-line/say.js';
import { EXIT, UsageError, type ExitStatus } from '../../command-line/exit.js';
import { print } from '../out.js';
import { shellWord } from '../shell-word.js';
import { endSoon } from '../supervised/end-process.js';
import { interruption } from '../supervised/interruption.js';
import { tellSupervisor } from '../supervised/supervisor-pipe.js';
import { beWatched, isGoingAgain } from '../supervised/supervised-process.js';
import { parseExploreArgs, type ExploreArgs } from './explore-args.js';
import { htmlOf } from '../../explorer/data/page-file.js';
import type { ExplorationWithModel } from '../../explorer/data/make-exploration.js';
import { exploreModel, type ProgressShower } from './explore-model.js';
import { explorePath } from './explore-path.js';
import { exploreRun } from './explore-run.js';
import { ShownPage } from './showing.js';

// --- what it is ------------------------------------------------------------------------------------------------------------

const MAX_JSON_BYTES = 500 * 1024 * 1024;

const jsonIn = (file: string): unknown => {
  const json = readJson(file, MAX_JSON_BYTES);
  // The next reader of the file reports what is wrong with it.
  return E.isRight(json) ? json.right : undefined;
};

/** The kinds of sources, each with its name in a message. */
const KINDS = { trace: 'a trace', script: 'a script', plan: 'the plan of a run', path: 'a path', model: 'a model' } as const;

type Kind = keyof typeof KINDS;

/** The kind of a source. A JSON file with steps is a path; a file with a script is the plan of a simulated run; any other source is a model. */
const kindOf = (source: string): Kind => {
  if (extname(source) === '.ndjson') return 'trace';
  if (extname(source) === '.script') return 'script';
  if (extname(source) !== '.json') return 'model';
  const json = jsonIn(source);
  if (typeof json !== 'object' || json === null) return 'model';
  return 'steps' in json ? 'path' : 'script' in json ? 'plan' : 'model';
};

/** The options of the page itself, which go with all kinds. */
const OF_PAGE = ['--html', '--port', '--open'];
const OF_CONFIGURATION = ['--set', ...FIELD_OPTIONS.map(({ flag }) => flag)];

/** The options that each kind heeds, beside those of the page. */
const HEEDED: Readonly<Record<Kind, ReadonlyArray<string>>> = {
  trace: [],
  script: ['--flags'],
  plan: [],
  path: OF_CONFIGURATION,
  model: [...OF_CONFIGURATION, '--max-seconds', '--max-states'],
};

/** @throws UsageError where an option was given that changes nothing of what is shown */
const refuseIgnored = (kind: Kind, { given }: ExploreArgs): void => {
  const ignored = given.find((flag) => ![...OF_PAGE, ...HEEDED[kind]].includes(flag));
  if (ignored === undefined) return;
  throw new UsageError(
    ignored === '--flags' ? '--flags is for a script: they are the options of bayou master' : notHeeded(ignored, KINDS[kind]),
  );
};

const explore = (
  args: ExploreArgs,
  repeat: string,
  signal: AbortSignal,
  meanwhile: ProgressShower | undefined,
): Promise<ExplorationWithModel> => {
  const [first = '', ...others] = args.what;
  const kind = kindOf(first);
  if (others.length > 0 && kind !== 'trace' && kind !== 'script')
    throw new UsageError(`explore one at a time (several files are the traces of one run): ${args.what.join(', ')}`);
  refuseIgnored(kind, args);
  if (kind === 'model') return exploreModel(first, args, repeat, signal, meanwhile);
  return kind === 'path' ? explorePath(first, args, repeat) : exploreRun(args, repeat, signal);
};

// --- showing it ------------------------------------------------------------------------------------------------------------

const write = (file: string, page: string): void => {
  try {
    writeFileSync(file, page);
  } catch (error) {
    throw new UsageError(`--html: ${file}: it cannot be written: ${reasonOf(error)}`);
  }
  print(`written: ${file}`);
};

/** The command that shows this page again, without the option that writes it to a file. */
const repeatOf = (words: ReadonlyArray<string>): string => {
  const kept = words.filter(
    (word, i) => word !== '--html' && words[i - 1] !== '--html' && !word.startsWith('--html=') && word !== '--open',
  );
  return ['npx bayou explore', ...kept.map(shellWord)].join(' ');
};

/** Explores the source, and shows or writes the page. Gives the exit status. */
const run = async (args: ExploreArgs, words: ReadonlyArray<string>): Promise<ExitStatus> => {
  const { signal, end } = interruption();
  const interrupted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
  const showing = new ShownPage(args);
  // A process that only repeats the way of another process shows nothing.
  const meanwhile = args.html === undefined && !isGoingAgain() ? showing.meanwhile : undefined;
  try {
    const explored = await explore(args, repeatOf(words), signal, meanwhile);
    tellSupervisor({ kind: 'searched' });
    if (isGoingAgain()) return EXIT.ok;
    if (args.html === undefined && !signal.aborted) await showing.show(explored, interrupted);
    else if (args.html !== undefined && !signal.aborted) write(args.html, htmlOf(explored.exploration));
    return signal.aborted && args.html !== undefined ? EXIT.interrupted : EXIT.ok;
  } catch (error) {
    // The run of a script was given up, with all its processes.
    if (signal.aborted && error === signal.reason) return EXIT.interrupted;
    throw error;
  } finally {
    await showing.end();
    end();
  }
};

/** Runs `bayou explore` with the words after its name. Resolves with the exit status. */
export const main = async (words: ReadonlyArray<string>): Promise<ExitStatus> => {
  try {
    const args = parseExploreArgs(words);
    beWatched('explore');
    mustDiffer(
      [{ name: '--html', path: args.html }],
      args.what.map((path) => ({ name: 'what is explored', path })),
    );
    const wrong = args.html === undefined ? undefined : wrongToReplace(args.html, PAGE);
    if (wrong !== undefined) throw new UsageError(`--html: ${args.html}: ${wrong}`);
    const status = await run(args, words);
    if (args.what.some(isModule)) endSoon(status);
    return status;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (!(error instanceof UsageError)) throw error;
    for (const line of [...error.before, `bayou explore: ${error.message}`]) say(line);
    return EXIT.usage;
  }
};
