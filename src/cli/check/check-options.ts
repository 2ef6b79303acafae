/** The command line of `bayou check`. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { attributeOf, newCommand, path, wholeNumber } from '../../command-line/command-line.js';
import { asVariant } from '../../checked-model/variant-names.js';
import { EXIT } from '../../command-line/exit.js';
import { counted } from '../../core/counted.js';
import { FORMATS, type CheckArgs, type Format } from './check-args.js';
import { FIELD_OPTIONS, gather, said, type Assignment, type OptionValue } from './field-options.js';
import { wrongTogether } from './clash.js';

// --- values ----------------------------------------------------------------------------------------------------------------

const UNITS: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };

/** The least number of bytes. With less, the user has forgotten the unit. */
const LEAST_BYTES = 2 ** 20;

/** Reads `512m` or `4g`; the units are powers of 1,024. */
const memorySize = (text: string): number => {
  const [, digits = '', unit = ''] = /^(\d+(?:\.\d+)?)\s*([kmg]?)b?$/i.exec(text) ?? [];
  const size = Number(digits) * UNITS[unit.toLowerCase()]!;
  // A fraction of a byte: the user has forgotten the unit.
  const isHalf = unit === '' && digits.includes('.');
  if (digits === '' || isHalf) throw new InvalidArgumentError('Use a size such as 512m or 4g.');
  if (size < LEAST_BYTES)
    throw new InvalidArgumentError(
      `That is ${counted(Math.floor(size), 'byte')}, less than a program takes: use a size such as 512m or 4g.`,
    );
  return Math.floor(size);
};

const MAX_SECONDS = 1e6;

/** Reads `30` or `0.5`. */
const seconds = (text: string): number => {
  const value = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : 0;
  if (value > 0 && value <= MAX_SECONDS) return value;
  throw new InvalidArgumentError(`Use a number of seconds above 0, at most ${MAX_SECONDS}.`);
};

const formats = (text: string): ReadonlyArray<Format> =>
  text.split(',').map((name) => {
    const format = FORMATS.find((known) => known === name.trim());
    if (format === undefined) throw new InvalidArgumentError(`Use some of ${FORMATS.join(', ')}, with commas between.`);
    return format;
  });

// --- the command -----------------------------------------------------------------------------------------------------------

const HELP = `
A CONFIG is a file, or the name of one that comes with the package (see --list). Without one: default.
Options that name a bound or a fault override the configuration's field.

A file that ends in .mjs, .js, .cjs or .ts is a model of your own: its default export is a Model or a ComponentModel of
bayou/checker, or a function that gives one (see docs/own-model.md). --set sets the function's parameters, --properties
takes the names of the model's properties, and all options go with it but those that override a field. example:NAME is
one that comes with the package. V1 … are the configurations with that fault.

Exit status: ${EXIT.ok} holds (or fails as the configuration expects); ${EXIT.violated} violated; ${EXIT.usage} usage; ${EXIT.bounded} a limit came first, or
something could not be judged; ${EXIT.vacuous} vacuous (--require-witnesses); ${EXIT.unexpected} not the verdict expected, and nothing violated;
${EXIT.internal} internal error; ${EXIT.interrupted} interrupted.`;

const bare = (name = 'bayou check'): Command => {
  const command = newCommand(name)
    .description('check the model of a configuration, or one of your own: every property, over every reachable state')
    .argument('[config...]', 'configurations (files, or names of those that come with the package), and modules with models')
    .option('--list', 'list the configurations and the examples that come with the package', false);
  for (const { flag, value, about, read } of FIELD_OPTIONS) command.option(`${flag} <${value}>`, about, said(read));
  return command
    .option(
      '--set <name=value>',
      'override any other field of a configuration, or set a parameter of a model of your own; may be repeated',
      gather,
    )
    .addOption(
      new Option('--search <order>', 'the order of the search')
        .choices(['auto', 'bfs', 'dfs', 'sweep', 'simulate'])
        .default('auto'),
    )
    .option('--symmetry', 'take states that differ by interchangeable clients and keys for one', false)
    .option('--quotient', 'use the quotient, where the configuration has one', false)
    .option('--keep-going', 'go on after a violation, until every property is judged', false)
    .option('--require-witnesses', 'fail where a witness is not reached or an action never enabled', false)
    .option('--witnesses', 'show a run to each witness that is reached', false)
    .option('--deadlock', 'judge deadlock too, where a model of your own has no property for it', false)
    .option('--audit', 'audit all that the search believes of the model, however large the space is', false)
    .option(
      '--traces-per-property <n>',
      'show so many counterexamples of each property of safety, as different as can be',
      wholeNumber(1, 100),
      1,
    )
    .option('--sample <n>', 'search nothing: show so many random runs in which nothing breaks', wholeNumber(1, 1000))
    .option('--step', 'search nothing: step through the model by hand', false)
    .option('--plain', 'use the plain, slow search: the oracle of the fast one', false)
    .option('--workers <n>', 'search with so many threads', wholeNumber(1, 64), 1)
    .option(
      '--hash-compaction [bits]',
      'keep a hash of each state (default: 64 bits), not the state: a state may be missed, and the verdict says how likely',
      wholeNumber(8, 64),
    )
    .option('--max-memory <size>', 'stop at this much memory: 512m, 4g', memorySize)
    .option('--max-states <n>', 'stop at so many states', wholeNumber(1))
    .option('--max-depth <n>', 'go no further than so many steps', wholeNumber(1))
    .option('--max-seconds <n>', 'stop after so many seconds', wholeNumber(1))
    .option('--checkpoint <file>', 'where the search stops before its end, write what a later run needs to go on', path)
    .option('--checkpoint-every <n>', 'write it also every so many seconds: a run that is killed is not lost', seconds)
    .option('--resume <file>', 'go on from such a file: the same configuration and options, to the same totals', path)
    .option('--seed <n>', 'seed of --search simulate and of --sample', wholeNumber(0), 1)
    .option('--traces <n>', 'random walks of --search simulate', wholeNumber(1), 1000)
    .option('--trace-length <n>', 'steps of a random run at most', wholeNumber(1), 100)
    .option(
      '--replay <file>',
      'replay a path on the model: of bayou conform, or of --format json; the configuration or the model is named in the file',
      path,
    )
    .option('--json', 'print the report as one line of JSON for each configuration', false)
    .option('--ndjson', 'print progress and report as lines of JSON', false)
    .option('--out-dir <dir>', 'write each counterexample there (with --witnesses and --sample: each run)', path)
    .option('--format <list>', `as what: ${FORMATS.join(', ')}; default: all but dot`, formats)
    .addHelpText('after', HELP);
};

type Raw = Omit<CheckArgs, 'configs' | 'fields' | 'sets' | 'overrides'> & { readonly set?: ReadonlyArray<Assignment> };

/**
 * Reads the command line. `name`: the command that a mistake is said of. @throws CommanderError for usage (it has been printed), also after
 * `--help`.
 */
export const parseCheckArgs = (words: ReadonlyArray<string>, name = 'bayou check'): CheckArgs => {
  const command = bare(name).parse(words, { from: 'user' });
  const { set: sets = [], ...raw } = command.opts<Raw & Readonly<Record<string, unknown>>>();
  const fields = new Map<string, OptionValue>();
  const overrides = new Map<string, { value: unknown; option: string }>();
  for (const { flag, field } of FIELD_OPTIONS) {
    const value = raw[attributeOf(flag)] as OptionValue | undefined;
    if (value === undefined) continue;
    fields.set(field, value);
    overrides.set(field, { value: value.value, option: flag });
  }
  for (const [field, { value }] of sets)
    overrides.set(field, { value: field === 'variant' ? asVariant(value) : value, option: `--set ${field}` });
  const given = command.options.filter((option) => command.getOptionValueSource(option.attributeName()) === 'cli');
  const flags = given.map(({ long, flags: text }) => long ?? text);
  const args = { ...raw, configs: command.args, fields, sets, overrides };
  const wrong = wrongTogether(args, flags);
  if (wrong !== undefined) command.error(wrong);
  return args;
};

/** The long names of all options, for the test that a repeated command has every option. */
export const optionNames = (): ReadonlyArray<string> => bare().options.map(({ long, flags }) => long ?? flags);
