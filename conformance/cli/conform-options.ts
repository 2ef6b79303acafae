/** The command line of `bayou conform`. */
import { type Command, InvalidArgumentError } from 'commander';
import { newCommand, notHeeded, path, wholeNumber } from '#bayou/command-line/command-line.js';
import { wordsOfFlags } from '#bayou/master/options.js';
import type { LayerNumber } from '../common/finding.js';
import type { ConformArgs } from './conform-args.js';
import { ignoredOption, type ConformOption } from './conform-modes.js';

const MOST = 999_999_999;

const whole = wholeNumber(0, MOST);
const positive = wholeNumber(1, MOST);

const layers = (text: string): ReadonlyArray<LayerNumber> => {
  if (!/^[1-4](,[1-4])*$/.test(text)) throw new InvalidArgumentError('Use some of 1,2,3,4.');
  return text.split(',').map((n) => Number(n) as LayerNumber);
};

const HELP = `
What it does:
  bayou conform                  a default of all four layers, in under five minutes
  bayou conform FILE|DIR …       these scripts (in a folder: *.script), run on the cluster, judged by layers 2 and 3
  bayou conform FILE.json …      runs by these plans: a script, and faults of network, processes and disks (layer 4)
  bayou conform --trace FILE …   the traces of runs (bayou master --trace FILE), judged by layer 3
  bayou conform --runs N         random runs under faults of network, processes and disks, judged by layer 3 and by a judge
                                 that uses no line of the model
  bayou conform --hostile        the same, one after the other: 20 runs, unless --seconds or --runs says how many; of the first
                                 that diverges the plan is made smaller
  bayou conform --simulate       runs of the same code in a simulated world, under worse faults, each repeated by its seed: for
                                 5 seconds, unless --seconds or --runs says how many
  bayou conform --simulate --corpus DIR
                                 the same, guided: plans that reach something new are kept there, and tried again with changes
  bayou conform --simulate --coverage default
                                 a simulated cluster is led through the transitions of a configuration
  bayou conform --config FILE …  every transition of these configurations (layer 1)

Exit status: 0 conforms; 1 diverges; 2 bad usage; 3 undecided; 70 internal: something could not be tried; 130 interrupted.`;

/** An option as it is written on the command line. */
const nameOf = (name: ConformOption): string =>
  name === 'paths' ? 'FILE' : `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** Refuses options without an effect. */
const refuseIgnored = (command: Command, args: ConformArgs): void => {
  const options = command.options.map((option) => option.attributeName() as ConformOption);
  const given = options.filter((name) => command.getOptionValueSource(name) === 'cli');
  const ignored = ignoredOption(args, [...(args.paths.length > 0 ? (['paths'] as const) : []), ...given]);
  if (ignored !== undefined) command.error(notHeeded(nameOf(ignored.option), ignored.by));
};

const bare = (): Command =>
  newCommand('bayou conform')
    .description('test that the real cluster does only what the model allows')
    .argument('[paths...]', 'scripts, folders of scripts, or plans of runs (.json)')
    .option('--trace <files...>', 'validate the traces of runs; several files are the parts of one run')
    .option('--runs <n>', 'this many random runs', positive)
    .option('--simulate', 'simulated runs: --seconds or --runs says how many (default: for 5 seconds)', false)
    .option('--hostile', 'hostile runs of real processes: --seconds or --runs says how many (default: 20 runs)', false)
    .option('--seconds <n>', 'simulate, or make hostile runs, for so long', positive)
    .option('--coverage <config>', 'lead a simulated cluster through a configuration; say which transitions it took')
    .option('--corpus <dir>', 'simulate plans of this folder, changed, too; keep there what reaches something new', path)
    .option('--replay <files...>', 'simulate by plans that --simulate has written')
    .option('--real', 'with --replay: do the same to real processes, as far as it can be done', false)
    .option('--from <n>', 'begin at this run of the seed', whole, 0)
    .option('--seed <s>', 'which random runs: the same seed, the same scripts', whole, 1)
    .option('--layers <list>', 'of the default, these layers alone, such as 1,3', layers, [1, 2, 3, 4])
    .option('--config <files...>', 'configurations for layer 1: files, or names of bayou check --list')
    .option('--flags <text>', "the master's options for the scripts, in one argument, instead of what their second lines say")
    .option('--max-states <n>', 'most states that layer 2 keeps of a script before it is undecided', positive)
    .option('--jobs <n>', 'clusters that run at the same time', positive, 2)
    .option('--fail-fast', 'stop at the first divergence', false)
    .option('--shrink-runs <n>', 'how often a script that diverges may be run again to make it smaller', whole, 60)
    .option(
      '--out-dir <dir>',
      'where to keep a run that diverges: its trace, and its path for bayou check --replay',
      path,
      'bayou-divergences',
    )
    .option('--json', 'the report as JSON on standard output', false)
    .option('--junit <file>', 'the report as JUnit XML', path)
    .addHelpText('after', HELP);

/** The arguments of a command line that commander has read. */
const argsOf = (command: Command): ConformArgs => {
  const o = command.opts<Partial<Record<ConformOption, unknown>> & { readonly flags?: string }>();
  return {
    paths: command.args,
    trace: (o.trace as ReadonlyArray<string> | undefined) ?? [],
    runs: o.runs as number | undefined,
    simulate: o.simulate as boolean,
    hostile: o.hostile as boolean,
    coverage: o.coverage as string | undefined,
    corpus: o.corpus as string | undefined,
    seconds: o.seconds as number | undefined,
    replay: (o.replay as ReadonlyArray<string> | undefined) ?? [],
    real: o.real as boolean,
    from: o.from as number,
    seed: o.seed as number,
    layers: o.layers as ReadonlyArray<LayerNumber>,
    config: (o.config as ReadonlyArray<string> | undefined) ?? [],
    flags: o.flags === undefined ? undefined : wordsOfFlags(o.flags),
    maxStates: o.maxStates as number | undefined,
    jobs: o.jobs as number,
    failFast: o.failFast as boolean,
    shrinkRuns: o.shrinkRuns as number,
    outDir: o.outDir as string,
    json: o.json as boolean,
    junit: o.junit as string | undefined,
  };
};

/** Reads the arguments after `conform`; commander's own errors are thrown. */
export const parseArgs = (words: ReadonlyArray<string>): ConformArgs => {
  const command = bare().parse([...words], { from: 'user' });
  const args = argsOf(command);
  refuseIgnored(command, args);
  return args;
};

/** The names of all options, for the test that each is heeded or refused in each mode. */
export const optionNames = (): ReadonlyArray<ConformOption> =>
  bare().options.map((option) => option.attributeName() as ConformOption);
