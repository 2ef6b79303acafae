/** The master's command line. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { ANTI_ENTROPY_MS, REQUEST_MS } from '../net/net-limits.js';
import { LOG_LEVELS } from '../net/logger.js';
import { attributeOf, host, newCommand, path, wholeNumber, wrongInWords } from '../command-line/command-line.js';

/** The options of the command line. */
export interface MasterOptions {
  /** The script's file; undefined: standard input. */
  readonly script: string | undefined;
  readonly antiEntropyMs: number;
  readonly dataDir: string | undefined;
  readonly fsync: boolean;
  readonly memory: boolean;
  readonly logLevel: string;
  readonly logFile: string | undefined;
  readonly host: string;
  readonly ports: readonly [number, number] | undefined;
  readonly timeoutMs: number;
  readonly trace: string | undefined;
}

const portRange = (text: string): readonly [number, number] => {
  const [, a, b] = /^(\d{1,5})-(\d{1,5})$/.exec(text) ?? [];
  const [from, to] = [Number(a), Number(b)];
  if (!(from >= 1 && from <= to && to <= 65_535)) throw new InvalidArgumentError('Use FROM-TO, both from 1 to 65535.');
  return [from, to];
};

/** The command, its options and its help; `run` gets what was said. */
export const masterCommand = (name: string, run: (options: MasterOptions) => Promise<void>): Command =>
  newCommand(name)
    .description('run a script of the master language on a cluster of separate processes over TCP')
    .argument('[script]', 'the script; standard input where there is none')
    .option('--anti-entropy-ms <ms>', 'period of background pulls; 0: none', wholeNumber(0, 3_600_000), ANTI_ENTROPY_MS)
    .option('--data-dir <dir>', 'where the servers keep their logs; default: a folder that goes with the run', path)
    .addOption(
      new Option('--memory', 'keep the logs in memory: a killed server comes back empty, as a new replica')
        .default(false)
        .conflicts(['fsync', 'dataDir']),
    )
    .option('--fsync', 'acknowledge only what survives the death of the machine', false)
    .option('--ports <from-to>', 'ports for the processes; default: any that are free', portRange)
    .option('--host <address>', 'the address to listen on', host, '127.0.0.1')
    .option('--timeout-ms <ms>', 'how long a command may wait for a process', wholeNumber(100, 3_600_000), REQUEST_MS)
    .option('--trace <file>', 'write every command and every event of every process there, as NDJSON', path)
    .addOption(new Option('--log-level <level>', 'what the processes log').choices(LOG_LEVELS).default('warn'))
    .option('--log-file <file>', 'where they log; default: standard error', path)
    .addHelpText(
      'after',
      '\nExit status: 0 done; 1 some line was bad input; 2 bad usage; 3 the cluster failed at some command; 130 interrupted.',
    )
    .action((script: string | undefined, options: Omit<MasterOptions, 'script'>) => run({ ...options, script }));

// --- options that another command hands on ---------------------------------------------------------------------------------

/** Options of the master that a command sets itself where it runs a script and compares the run. */
const SET_BY_RUNS = ['--trace'];

/** The words of options that stand in one text. */
export const wordsOfFlags = (text: string): ReadonlyArray<string> => text.split(/\s+/).filter((word) => word !== '');

/** Why options of the master cannot be handed on to the run of a script, in one line; undefined: they can. */
export const wrongInFlags = (words: ReadonlyArray<string>): string | undefined => {
  const command = masterCommand('bayou master', () => Promise.resolve());
  const wrong = wrongInWords(command, words);
  if (wrong !== undefined) return wrong;
  const [word] = command.args;
  if (word !== undefined) return `'${word}' is no option of bayou master`;
  const set = command.options.find(
    ({ long }) => SET_BY_RUNS.includes(long ?? '') && command.getOptionValueSource(attributeOf(long ?? '')) === 'cli',
  );
  return set === undefined ? undefined : `${set.long}: the run itself sets it; leave it out`;
};
