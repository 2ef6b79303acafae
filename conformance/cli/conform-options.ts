/** The command line of `bayou conform`. */
import { type Command, InvalidArgumentError } from 'commander';
import { newCommand, path, wholeNumber } from '#bayou/command-line/command-line.js';
import type { LayerNumber } from '../common/finding.js';

/** The parsed command line. */
export interface ConformArgs {
  readonly paths: ReadonlyArray<string>;
  readonly trace: ReadonlyArray<string>;
  readonly runs: number | undefined;
  /** Do simulated runs alone. */
  readonly simulate: boolean;
  /** Do hostile runs of real processes alone. */
  readonly hostile: boolean;
  /** The configuration through which a simulated cluster is led: a file, or a name. */
  readonly coverage: string | undefined;
  /** The folder in which plans are kept whose runs reach new steps; later runs vary them. */
  readonly corpus: string | undefined;
  /** How long a series of runs goes on, in seconds. */
  readonly seconds: number | undefined;
  /** Files with plans of simulated runs to run again; `real`: on real processes. */
  readonly replay: ReadonlyArray<string>;
  readonly real: boolean;
  readonly from: number;
  readonly seed: number;
  readonly layers: ReadonlyArray<LayerNumber>;
  readonly config: ReadonlyArray<string>;
  readonly flags: ReadonlyArray<string> | undefined;
  readonly maxStates: number | undefined;
  readonly jobs: number;
  readonly json: boolean;
  readonly junit: string | undefined;
  /** Stop at the first divergence. */
  readonly failFast: boolean;
  /** The most further runs that make a diverging script or plan smaller. */
  readonly shrinkRuns: number;
  /** The folder for the traces of runs that diverge, and for their paths, which `bayou check --replay` takes. */
  readonly outDir: string;
}

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
  bayou conform --hostile        the same, one after the other; of the first that diverges the plan is made smaller
  bayou conform --simulate       runs of the same code in a simulated world, under worse faults, each repeated by its seed
  bayou conform --simulate --corpus DIR
                                 the same, guided: plans that reach something new are kept there, and tried again with changes
  bayou conform --simulate --coverage default
                                 a simulated cluster is led through the transitions of a configuration
  bayou conform --config FILE …  every transition of these configurations (layer 1)

Exit status: 0 conforms; 1 diverges; 2 bad usage; 3 undecided; 70 internal: something could not be tried; 130 interrupted.`;

/** A mode of the command: the options that choose it, and the options that it would ignore. */
interface Mode {
  readonly chosenBy: string;
  readonly ignores: ReadonlyArray<keyof ConformArgs>;
}

/** The options that choose other trials than a mode's. */
const OTHERS = ['paths', 'trace', 'config', 'layers', 'flags', 'maxStates'] as const;

/** The mode of the given options. Each given option has an effect in it, or is refused. */
const modeOf = (given: (name: keyof ConformArgs) => boolean): Mode => {
  if (given('replay'))
    return { chosenBy: '--replay', ignores: [...OTHERS, 'runs', 'seconds', 'seed', 'from', 'coverage', 'corpus', 'hostile'] };
  if (given('coverage')) return { chosenBy: '--coverage', ignores: [...OTHERS, 'hostile', 'real', 'corpus'] };
  if (given('corpus')) return { chosenBy: '--corpus', ignores: [...OTHERS, 'hostile', 'real'] };
  if (given('simulate')) return { chosenBy: '--simulate', ignores: [...OTHERS, 'hostile', 'real'] };
  if (given('hostile')) return { chosenBy: '--hostile', ignores: [...OTHERS, 'real'] };
  const chosen = (['paths', 'trace', 'config', 'runs'] as const).find(given);
  if (chosen === undefined) return { chosenBy: 'the default', ignores: ['real'] };
  return { chosenBy: nameOf(chosen), ignores: ['layers', 'seconds', 'real'] };
};

/** An option as it is written on the command line. */
const nameOf = (name: keyof ConformArgs): string =>
  name === 'paths' ? 'FILE' : `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** Refuses options without an effect, so that a verdict never seems to cover more than was tried. */
const refuseIgnored = (command: Command): void => {
  const given = (name: keyof ConformArgs): boolean =>
    name === 'paths' ? command.args.length > 0 : command.getOptionValueSource(name) === 'cli';
  const { chosenBy, ignores } = modeOf(given);
  const ignored = ignores.find(given);
  if (ignored !== undefined) command.error(`${nameOf(ignored)} is not heeded by ${chosenBy}; leave it out`);
};

/** Reads the arguments after `conform`; commander's own errors are thrown. */
export const parseArgs = (args: ReadonlyArray<string>): ConformArgs => {
  const command = newCommand('bayou conform')
    .description('test that the real cluster does only what the model allows')
    .argument('[paths...]', 'scripts, folders of scripts, or plans of runs (.json)')
    .option('--trace <files...>', 'validate the traces of runs; several files are the parts of one run')
    .option('--runs <n>', 'this many random runs', positive)
    .option('--simulate', 'simulated runs: --seconds or --runs says how many', false)
    .option('--hostile', 'hostile runs of real processes: --seconds or --runs says how many', false)
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
  command.parse([...args], { from: 'user' });
  refuseIgnored(command);
  const o = command.opts<Partial<Record<keyof ConformArgs, unknown>> & { readonly flags?: string }>();
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
    flags: o.flags?.split(/\s+/).filter((word) => word !== ''),
    maxStates: o.maxStates as number | undefined,
    jobs: o.jobs as number,
    failFast: o.failFast as boolean,
    shrinkRuns: o.shrinkRuns as number,
    outDir: o.outDir as string,
    json: o.json as boolean,
    junit: o.junit as string | undefined,
  };
};
