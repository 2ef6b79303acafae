/** The command line of `bayou explore`. */
import type { Command } from 'commander';
import { attributeOf, newCommand, notHeeded, path, wholeNumber } from '../../command-line/command-line.js';
import type { CheckArgs } from '../check/check-args.js';
import { FIELD_OPTIONS } from '../check/field-options.js';
import { parseCheckArgs } from '../check/check-options.js';
import { EXIT } from '../../command-line/exit.js';
import { wordsOfFlags } from '../../master/options.js';

/** The options and the source of the command line. */
export interface ExploreArgs {
  readonly what: ReadonlyArray<string>;
  /** Where the page is written; undefined: it is served. */
  readonly html?: string;
  /** The server's port; 0: any that is free. */
  readonly port: number;
  /** Shall the browser be opened? */
  readonly open: boolean;
  /** Options of the master with which a script is run. */
  readonly flags?: ReadonlyArray<string>;
  /** The arguments of `bayou check` for the model. */
  readonly check: CheckArgs;
  /** The options on the command line, such as `--port`. */
  readonly given: ReadonlyArray<string>;
}

/** The default time of a search for a counterexample, in seconds. */
const SEARCH_SECONDS = 20;

const NAME = 'bayou explore';

const HELP = `
What to explore:
  CONFIG              a configuration, by its file or its name (bayou check --list): its shortest counterexample, or, where nothing is
                      violated, the model to step through
  my-model.mjs        a model of your own, or example:NAME
  FILE.script         a script of the master language: it is run on a cluster first, and its run is shown beside the model
  FILE.ndjson …       the trace of such a run (bayou master --trace FILE)
  FILE.json           a path of bayou conform, a counterexample of bayou check --format json, or the plan of a simulated run that
                      bayou conform --simulate kept: it is simulated again

Exit status: ${EXIT.ok} the page was shown, or written; ${EXIT.usage} usage; ${EXIT.interrupted} interrupted.`;

interface Raw {
  readonly html?: string;
  readonly port: number;
  readonly open: boolean;
  readonly flags?: ReadonlyArray<string>;
  readonly maxSeconds: number;
  readonly maxStates?: number;
  readonly set?: ReadonlyArray<string>;
  readonly [field: string]: unknown;
}

const bare = (): Command => {
  const command = newCommand(NAME)
    .description('see it: a model, a counterexample or a real run, step by step, on a page in the browser')
    .argument(
      '[what...]',
      'a configuration, a model of your own, a script, a trace, a path or a counterexample (default: default)',
    )
    .option('--html <file>', 'write the page to a file that opens from disk, instead of showing it', path)
    .option('--port <n>', 'the port of the page on 127.0.0.1; 0: any that is free', wholeNumber(0, 65_535), 0)
    .option('--open', 'open the page in the browser too', false)
    .option('--flags <options>', 'options of bayou master for a script, in one text', wordsOfFlags)
    .option('--max-seconds <n>', 'look for a counterexample no longer', wholeNumber(1), SEARCH_SECONDS)
    .option('--max-states <n>', 'look at no more states', wholeNumber(1))
    .option(
      '--set <name=value>',
      'override any field of a configuration, or set a parameter of a model of your own',
      (text: string, before: ReadonlyArray<string> | undefined) => [...(before ?? []), text],
    );
  for (const { flag, value, about } of FIELD_OPTIONS) command.option(`${flag} <${value}>`, about);
  return command.addHelpText('after', HELP);
};

/** The words that say the same to `bayou check`. */
const checkWords = (raw: Raw): ReadonlyArray<string> => [
  ...FIELD_OPTIONS.flatMap(({ flag }) => {
    const value = raw[attributeOf(flag)];
    return typeof value === 'string' ? [`${flag}=${value}`] : [];
  }),
  ...(raw.set ?? []).map((assignment) => `--set=${assignment}`),
  `--max-seconds=${raw.maxSeconds}`,
  ...(raw.maxStates === undefined ? [] : [`--max-states=${raw.maxStates}`]),
];

/** Options of a page that is shown, and not written. */
const OF_SHOWING = ['--port', '--open'];

/** Reads the words after `explore`. @throws CommanderError for usage (it has been printed), also after `--help`. */
export const parseExploreArgs = (words: ReadonlyArray<string>): ExploreArgs => {
  const command = bare().parse(words, { from: 'user' });
  const raw = command.opts<Raw>();
  const { html, port, open, flags } = raw;
  const given = command.options
    .filter((option) => command.getOptionValueSource(option.attributeName()) === 'cli')
    .map((option) => option.long ?? option.flags);
  const ignored = html === undefined ? undefined : given.find((flag) => OF_SHOWING.includes(flag));
  if (ignored !== undefined) command.error(notHeeded(ignored, '--html'));
  return {
    what: command.args.length === 0 ? ['default'] : command.args,
    port,
    open,
    ...(html === undefined ? {} : { html }),
    ...(flags === undefined ? {} : { flags }),
    check: parseCheckArgs(checkWords(raw), NAME),
    given,
  };
};
