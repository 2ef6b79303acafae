/** The one command that repeats a check. It is made from the parsed arguments, so that it parses to the same arguments. */
import { shellWord } from '../shell-word.js';
import { FIELD_OPTIONS } from './field-options.js';
import type { CheckArgs } from './check-args.js';

type Words = (args: CheckArgs) => ReadonlyArray<string>;

/** An option with a value; one that begins with a dash would be taken for an option if it stood alone. */
const valued = (flag: string, value: string): ReadonlyArray<string> =>
  value === '' || value.startsWith('-') ? [`${flag}=${value}`] : [flag, value];

const flag =
  (name: string, of: (args: CheckArgs) => boolean): Words =>
  (args) =>
    of(args) ? [name] : [];

/** An option with a value. It is left out where it has none, or has its default, `unsaid`. */
const option =
  (name: string, of: (args: CheckArgs) => string | number | undefined, unsaid?: string | number): Words =>
  (args) => {
    const value = of(args);
    return value === undefined || value === unsaid ? [] : valued(name, String(value));
  };

/** Each option's words. A test parses them back, and sees to it that every option of the command is here. */
const OPTIONS: ReadonlyArray<Words> = [
  ...FIELD_OPTIONS.map(({ flag: name, field }) => option(name, ({ fields }) => fields.get(field)?.text)),
  ({ sets }) => sets.flatMap(([name, { text }]) => ['--set', `${name}=${text}`]),
  flag('--list', ({ list }) => list),
  option('--search', ({ search }) => search, 'auto'),
  flag('--symmetry', ({ symmetry }) => symmetry),
  flag('--quotient', ({ quotient }) => quotient),
  flag('--keep-going', ({ keepGoing }) => keepGoing),
  flag('--require-witnesses', ({ requireWitnesses }) => requireWitnesses),
  flag('--witnesses', ({ witnesses }) => witnesses),
  flag('--deadlock', ({ deadlock }) => deadlock),
  flag('--audit', ({ audit }) => audit),
  option('--traces-per-property', ({ tracesPerProperty }) => tracesPerProperty, 1),
  option('--sample', ({ sample }) => sample),
  flag('--step', ({ step }) => step),
  flag('--plain', ({ plain }) => plain),
  option('--workers', ({ workers }) => workers, 1),
  ({ hashCompaction: bits }) => {
    if (bits === undefined) return [];
    return bits === true ? ['--hash-compaction'] : ['--hash-compaction', String(bits)];
  },
  option('--max-memory', ({ maxMemory }) => maxMemory),
  option('--max-states', ({ maxStates }) => maxStates),
  option('--max-depth', ({ maxDepth }) => maxDepth),
  option('--max-seconds', ({ maxSeconds }) => maxSeconds),
  option('--checkpoint', ({ checkpoint }) => checkpoint),
  option('--checkpoint-every', ({ checkpointEvery }) => checkpointEvery),
  option('--resume', ({ resume }) => resume),
  option('--seed', ({ seed }) => seed, 1),
  option('--traces', ({ traces }) => traces, 1000),
  option('--trace-length', ({ traceLength }) => traceLength, 100),
  option('--replay', ({ replay }) => replay),
  flag('--json', ({ json }) => json),
  flag('--ndjson', ({ ndjson }) => ndjson),
  option('--out-dir', ({ outDir }) => outDir),
  option('--format', ({ format }) => format?.join(',')),
];

/** The words that repeat these arguments for one configuration: every option, and no other configuration. */
export const repeatWords = (args: CheckArgs, source: string): ReadonlyArray<string> => {
  const options = OPTIONS.flatMap((words) => words(args));
  // A source that begins with a dash goes after `--`, and `--` goes after the options.
  return source.startsWith('-') ? [...options, '--', source] : [source, ...options];
};

/** The command that repeats these arguments for one configuration, as one line for a shell. */
export const repeatCommand = (args: CheckArgs, source: string): string =>
  ['npx bayou check', ...repeatWords(args, source).map(shellWord)].join(' ');
