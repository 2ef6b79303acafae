/** The command line of `bayou check`. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { wholeNumber } from '../../master/options.js';
import { EXIT } from '../exit.js';

// --- types -----------------------------------------------------------------------------------------------------------------

export const FORMATS = ['json', 'text', 'itf', 'mermaid', 'shiviz', 'dot', 'script'] as const;
export type Format = (typeof FORMATS)[number];

/** What the command line says. Fields that it does not mention are absent. */
export interface CheckArgs {
  readonly configs: ReadonlyArray<string>;
  /** Fields of the configuration that the command line overrides, as JSON values, each with the option that did it. */
  readonly overrides: ReadonlyMap<string, { readonly value: unknown; readonly option: string }>;
  readonly list: boolean;
  readonly search: 'auto' | 'bfs' | 'dfs' | 'sweep' | 'simulate';
  readonly symmetry: boolean;
  readonly quotient: boolean;
  readonly keepGoing: boolean;
  readonly requireWitnesses: boolean;
  readonly plain: boolean;
  readonly workers: number;
  /** Bits of a hash; `true`: the default of 64. */
  readonly hashCompaction?: number | true;
  readonly maxMemory?: number;
  readonly maxStates?: number;
  readonly maxDepth?: number;
  readonly maxSeconds?: number;
  readonly seed: number;
  readonly traces: number;
  readonly traceLength: number;
  readonly json: boolean;
  readonly ndjson: boolean;
  readonly outDir?: string;
  readonly checkpoint?: string;
  /** In seconds. */
  readonly checkpointEvery?: number;
  readonly resume?: string;
  /** A path to replay, instead of a search. */
  readonly replay?: string;
  readonly format?: ReadonlyArray<Format>;
}

// --- values ----------------------------------------------------------------------------------------------------------------

const UNITS: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };

/** `512m`, `4g`: powers of 1,024. */
const memorySize = (text: string): number => {
  const [, digits = '', unit = ''] = /^(\d+(?:\.\d+)?)\s*([kmg]?)b?$/i.exec(text) ?? [];
  const size = Number(digits) * UNITS[unit.toLowerCase()]!;
  if (digits === '' || size < 1) throw new InvalidArgumentError('Use a size such as 512m or 4g.');
  return Math.floor(size);
};

const MOST_SECONDS = 1e6;

/** `30`, `0.5`. */
const seconds = (text: string): number => {
  const value = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : 0;
  if (value > 0 && value <= MOST_SECONDS) return value;
  throw new InvalidArgumentError(`Use a number of seconds above 0, at most ${MOST_SECONDS}.`);
};

const formats = (text: string): ReadonlyArray<Format> =>
  text.split(',').map((name) => {
    const format = FORMATS.find((known) => known === name.trim());
    if (format === undefined) throw new InvalidArgumentError(`Use some of ${FORMATS.join(', ')}, with commas between.`);
    return format;
  });

/** A value for a field: JSON where it is JSON, otherwise a text. */
const jsonOrText = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
};

const list = (text: string): unknown => text.split(',').map((item) => item.trim());

// --- options that override a field -----------------------------------------------------------------------------------------

interface FieldOption {
  readonly flag: string;
  readonly field: string;
  readonly value: string;
  readonly about: string;
  readonly read: (text: string) => unknown;
}

const field = (flag: string, name: string, value: string, about: string, read = jsonOrText): FieldOption => ({
  flag,
  field: name,
  value,
  about,
  read,
});

const FIELD_OPTIONS: ReadonlyArray<FieldOption> = [
  field('--servers', 'servers', 'n', 'how many servers'),
  field('--clients', 'clients', 'n', 'how many clients'),
  field('--keys', 'keys', 'n', 'how many keys'),
  field('--puts', 'puts', 'n', 'how many puts in all'),
  field('--variant', 'variant', 'name', 'FIXED, or the fault V1 … V8'),
  field('--links', 'links', 'topology', 'none, full, chain, ring, or [[0,1],…]'),
  field('--link-changes', 'linkChanges', 'n', 'links broken or made'),
  field('--kills', 'kills', 'n', 'servers killed'),
  field('--blank-restarts', 'blankRestarts', 'n', 'restarts without the log'),
  field('--grain', 'grain', 'name', 'pull, or messages'),
  field('--in-flight', 'inFlight', 'n', 'messages in flight at once'),
  field('--losses', 'losses', 'n', 'messages lost'),
  field('--duplicates', 'duplicates', 'n', 'messages repeated'),
  field('--lost-answers', 'lostAnswers', 'n', 'answers to puts lost'),
  field('--properties', 'properties', 'list', 'which properties, with commas between', list),
];

/** `linkChanges` for `--link-changes`: commander's name of the option. */
const attribute = (flag: string): string => flag.slice(2).replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());

const assignment = (text: string): readonly [string, unknown] => {
  const [, name, value] = /^(\w+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new InvalidArgumentError('Use FIELD=VALUE.');
  return [name, jsonOrText(value)];
};

const gather = (
  text: string,
  before: ReadonlyArray<readonly [string, unknown]> = [],
): ReadonlyArray<readonly [string, unknown]> => [...before, assignment(text)];

// --- the command -----------------------------------------------------------------------------------------------------------

const HELP = `
A CONFIG is a file, or the name of one that comes with the package (see --list). Without one: default.
Options that name a bound or a fault override the configuration's field.

A file that ends in .mjs, .js, .cjs or .ts is a model of your own: its default export is a Model or a ComponentModel of
bayou/checker, or a function that gives one (see docs/own-model.md). All options but those that override a field and
--replay go with it; --properties takes the names of its properties.

Exit status: ${EXIT.ok} holds (or fails as the configuration expects); ${EXIT.violated} violated; ${EXIT.usage} usage; ${EXIT.bounded} a limit came first, or
something could not be judged; ${EXIT.vacuous} vacuous (--require-witnesses); ${EXIT.unexpected} not the verdict expected, and nothing violated;
${EXIT.internal} internal error; ${EXIT.interrupted} interrupted.`;

const bare = (): Command => {
  const command = new Command('bayou check')
    .description('check the model of a configuration, or one of your own: every property, over every reachable state')
    .argument('[config...]', 'configurations (files, or names of those that come with the package), and modules with models')
    .option('--list', 'list the configurations that come with the package', false);
  for (const { flag, value, about, read } of FIELD_OPTIONS) command.option(`${flag} <${value}>`, about, read);
  return command
    .option('--set <field=value>', 'override any other field; may be repeated', gather)
    .addOption(
      new Option('--search <order>', 'the order of the search')
        .choices(['auto', 'bfs', 'dfs', 'sweep', 'simulate'])
        .default('auto'),
    )
    .option('--symmetry', 'take states that differ by interchangeable clients and keys for one', false)
    .option('--quotient', 'use the quotient, where the configuration has one', false)
    .option('--keep-going', 'go on after a violation, until every property is judged', false)
    .option('--require-witnesses', 'fail where a witness is not reached or an action never enabled', false)
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
    .option('--checkpoint <file>', 'where the search stops before its end, write what a later run needs to go on')
    .option('--checkpoint-every <n>', 'write it also every so many seconds: a run that is killed is not lost', seconds)
    .option('--resume <file>', 'go on from such a file: the same configuration and options, to the same totals')
    .option('--seed <n>', 'seed of --search simulate', wholeNumber(0), 1)
    .option('--traces <n>', 'random walks of --search simulate', wholeNumber(1), 1000)
    .option('--trace-length <n>', 'steps of a random walk at most', wholeNumber(1), 100)
    .option(
      '--replay <file>',
      'replay a path on the model: of bayou conform, or of --format json; the configuration is in the file',
    )
    .option('--json', 'print the report as one line of JSON for each configuration', false)
    .option('--ndjson', 'print progress and report as lines of JSON', false)
    .option('--out-dir <dir>', 'write each counterexample there')
    .option('--format <list>', `as what: ${FORMATS.join(', ')}; default: all but dot`, formats)
    .addHelpText('after', HELP)
    .exitOverride();
};

type Raw = Omit<CheckArgs, 'configs' | 'overrides'> & { readonly set?: ReadonlyArray<readonly [string, unknown]> };

/** The options that go with `--replay`, beside those that override a field. */
const WITH_REPLAY = new Set(['--replay', '--json', '--set', ...FIELD_OPTIONS.map(({ flag }) => flag)]);

/** Options that only a search at random has a use for, and those that it has none for. */
const OF_WALKS = ['--seed', '--traces', '--trace-length'];
const NOT_OF_WALKS = ['--symmetry', '--quotient', '--plain', '--max-depth'];

/** Options that were given and would be ignored, if any: each says something that is then not so. */
const ignoredBy = (raw: Raw, configs: number, given: ReadonlyArray<string>): string | undefined => {
  const among = (flags: ReadonlyArray<string>): string => given.filter((flag) => flags.includes(flag)).join(', ');
  if (raw.list && (configs > 0 || given.length > 1)) return '--list stands alone: it lists what comes with the package';
  if (raw.replay !== undefined) {
    const strange = [...(configs > 0 ? ['a configuration'] : []), ...given.filter((flag) => !WITH_REPLAY.has(flag))];
    if (strange.length === 0) return undefined;
    return `--replay searches nothing: it goes with --json and with options that override a field, not with ${strange.join(', ')}`;
  }
  const [walks, others] = [among(OF_WALKS), among(NOT_OF_WALKS)];
  if (raw.search !== 'simulate' && walks !== '') return `${walks}: for --search simulate alone`;
  if (raw.search === 'simulate' && others !== '') return `${others}: not for --search simulate, which walks at random`;
  return raw.search === 'sweep' && raw.plain ? '--search sweep goes by components: not with --plain' : undefined;
};

/** What of the options does not go together, if anything. */
const clashOf = (raw: Raw, configs: number): string | undefined => {
  const slow = raw.plain || raw.search === 'dfs' || raw.search === 'simulate';
  const keeps = raw.checkpoint !== undefined || raw.resume !== undefined;
  if (raw.format !== undefined && raw.outDir === undefined) return '--format needs --out-dir, the folder to write to';
  if (raw.json && raw.ndjson) return '--json and --ndjson exclude each other';
  if (keeps && configs > 1) return '--checkpoint and --resume are for one configuration at a time';
  if (keeps && raw.search === 'simulate') return '--checkpoint and --resume are for searches that end, not for --search simulate';
  if (raw.checkpointEvery !== undefined && raw.checkpoint === undefined)
    return '--checkpoint-every needs --checkpoint, the file to write';
  if (raw.hashCompaction !== undefined && (raw.workers > 1 || raw.search === 'sweep' || raw.search === 'simulate'))
    return '--hash-compaction is for --search bfs and dfs by one thread';
  if (raw.workers > 1 && (slow || raw.search === 'sweep')) return '--workers is for --search bfs, without --plain';
  return undefined;
};

/** Reads the command line. @throws CommanderError for usage (it has been printed), also after `--help`. */
export const parseArgs = (args: ReadonlyArray<string>): CheckArgs => {
  const command = bare().parse(args, { from: 'user' });
  const raw = command.opts<Raw & Readonly<Record<string, unknown>>>();
  const overrides = new Map<string, { value: unknown; option: string }>();
  for (const { flag, field: name } of FIELD_OPTIONS) {
    const value = raw[attribute(flag)];
    if (value !== undefined) overrides.set(name, { value, option: flag });
  }
  for (const [name, value] of raw.set ?? []) overrides.set(name, { value, option: `--set ${name}` });
  const given = command.options.filter((option) => command.getOptionValueSource(option.attributeName()) === 'cli');
  const flags = given.map(({ long, flags: text }) => long ?? text);
  const clash = ignoredBy(raw, command.args.length, flags) ?? clashOf(raw, command.args.length);
  if (clash !== undefined) command.error(`error: ${clash}`);
  return { ...raw, configs: command.args, overrides };
};
