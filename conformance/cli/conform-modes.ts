/** Which options `bayou conform` heeds in which mode. An option that would change nothing is refused, so that a verdict never seems to cover more than was tried. */
import { isPlan } from '../common/plan-json.js';
import type { ConformArgs } from './conform-args.js';

/** An option, or the words without one (`paths`). */
export type ConformOption = keyof ConformArgs;

/** The modes: what is asked for decides which options have an effect. A default run is in one mode for each layer that it does. */
export type Mode =
  | 'scripts'
  | 'plans'
  | '--trace'
  | '--config'
  | '--runs'
  | '--hostile'
  | '--simulate'
  | '--corpus'
  | '--coverage'
  | '--replay'
  | '--real'
  | 'layer 1'
  | 'layers 2 and 3'
  | 'layer 4';

const REPORT = ['json', 'junit'] as const;
const SERIES = ['runs', 'seconds', 'seed', 'from', 'outDir'] as const;
const OF_SCRIPTS = ['flags', 'maxStates', 'jobs', 'failFast', 'shrinkRuns', 'outDir'] as const;

/** The options that each mode heeds, beside those of the report. */
const HEEDED: Readonly<Record<Mode, ReadonlyArray<ConformOption>>> = {
  scripts: ['paths', ...OF_SCRIPTS],
  plans: ['paths', 'jobs', 'failFast', 'outDir'],
  '--trace': ['trace', 'outDir'],
  '--config': ['config'],
  '--runs': ['runs', 'seed', 'from', 'jobs', 'failFast', 'outDir'],
  // A series is one task, and it ends at the first run that diverges.
  '--hostile': ['hostile', 'shrinkRuns', ...SERIES],
  '--simulate': ['simulate', 'shrinkRuns', ...SERIES],
  '--corpus': ['simulate', 'corpus', 'shrinkRuns', ...SERIES],
  '--coverage': ['simulate', 'coverage', ...SERIES],
  '--replay': ['simulate', 'replay', 'outDir'],
  '--real': ['simulate', 'replay', 'real', 'jobs'],
  'layer 1': ['layers', 'failFast'],
  'layers 2 and 3': ['layers', ...OF_SCRIPTS],
  'layer 4': ['layers', 'seed', 'from', 'seconds', 'jobs', 'failFast', 'shrinkRuns', 'outDir'],
};

/** Does this mode heed this option? */
const isHeeded = (mode: Mode, option: ConformOption): boolean => [...REPORT, ...HEEDED[mode]].includes(option);

/** Options that choose a mode by themselves, the first of them that is given. */
const CHOOSING = ['coverage', 'corpus', 'simulate', 'hostile'] as const;

/** The modes that a command line asks for. `given`: is the option on the command line? */
export const modesOf = (
  { paths, layers, real }: Pick<ConformArgs, 'paths' | 'layers' | 'real'>,
  given: (option: ConformOption) => boolean,
): ReadonlyArray<Mode> => {
  if (given('replay')) return [real ? '--real' : '--replay'];
  const chosen = CHOOSING.find(given);
  if (chosen !== undefined) return [`--${chosen}`];
  const asked: ReadonlyArray<Mode> = [
    ...(['config', 'trace', 'runs'] as const).filter(given).map((option): Mode => `--${option}`),
    ...(paths.some((path) => !isPlan(path)) ? (['scripts'] as const) : []),
    ...(paths.some(isPlan) ? (['plans'] as const) : []),
  ];
  if (asked.length > 0) return asked;
  return [
    ...(layers.includes(1) ? (['layer 1'] as const) : []),
    ...(layers.includes(2) || layers.includes(3) ? (['layers 2 and 3'] as const) : []),
    ...(layers.includes(4) ? (['layer 4'] as const) : []),
  ];
};

/** Are there several tasks, since several things are named? `--fail-fast` is for several tasks. */
const areSeveral = ({ config, trace, replay }: ConformArgs): boolean =>
  config.length + replay.length + (trace.length > 0 ? 1 : 0) > 1;

/** An option that was given and has no effect, with the modes that do not heed it; undefined: there is none. */
export const ignoredOption = (
  args: ConformArgs,
  given: ReadonlyArray<ConformOption>,
): { readonly option: ConformOption; readonly by: string } | undefined => {
  const modes = modesOf(args, (option) => given.includes(option));
  const heeds = (one: ConformOption): boolean =>
    modes.some((mode) => isHeeded(mode, one)) || (one === 'failFast' && areSeveral(args));
  const option = given.find((one) => !heeds(one));
  return option === undefined ? undefined : { option, by: modes.join(', ') };
};
