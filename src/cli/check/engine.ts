/** Which search checks a configuration's model: the component engine for safety, the state graph for liveness. */
import { toModel } from '../../checker/adapt.js';
import { check, simulate } from '../../checker/check.js';
import { checkComponents } from '../../checker/component/check.js';
import { checkInParallel, type ModelSource } from '../../checker/component/parallel.js';
import { CheckerError } from '../../checker/component/error.js';
import type { ComponentModel } from '../../checker/interface.js';
import { internedModel } from '../../checker/interned.js';
import { isLiveness, verdictOf, type CheckOptions, type PropertyReport, type Report, type Stop } from '../../checker/report.js';
import type { Config } from '../../model/config.js';
import { UsageError } from '../exit.js';
import type { CheckArgs } from './options.js';

// --- options ---------------------------------------------------------------------------------------------------------------

/** What the caller adds to the options of the command line. */
export interface Hooks extends Pick<CheckOptions, 'signal' | 'onProgress' | 'progressEveryMs' | 'bounds'> {
  /** Of which the model is: threads build it for themselves, and a checkpoint of another is refused. */
  readonly config: Config;
}

/** As many as TLC keeps: with fewer, a search worth hashing would be likely to miss a state. */
const DEFAULT_HASH_BITS = 64;

const optionsOf = (args: CheckArgs, { config: _, ...hooks }: Hooks): Omit<CheckOptions, 'search'> => ({
  ...hooks,
  symmetry: args.symmetry,
  normalize: args.quotient,
  keepGoing: args.keepGoing,
  requireWitnesses: args.requireWitnesses,
  ...(args.hashCompaction === undefined
    ? {}
    : { hashBits: args.hashCompaction === true ? DEFAULT_HASH_BITS : args.hashCompaction }),
  ...(args.maxStates === undefined ? {} : { maxStates: args.maxStates }),
  ...(args.maxDepth === undefined ? {} : { maxDepth: args.maxDepth }),
  ...(args.maxSeconds === undefined ? {} : { maxMs: args.maxSeconds * 1000 }),
  ...(args.maxMemory === undefined ? {} : { maxMemoryBytes: args.maxMemory }),
});

// --- liveness --------------------------------------------------------------------------------------------------------------

const livenessOf = (model: ComponentModel): ReadonlyArray<string> =>
  model.properties.filter(({ kind }) => isLiveness(kind)).map(({ name }) => name);

/** Safety came out well, and nothing stands in the way of judging liveness. */
const isWorthwhile = (args: CheckArgs, { verdict, stop }: Report): boolean =>
  !args.symmetry && !args.quotient && verdict !== 'interrupted' && (stop.kind === 'complete' || args.keepGoing);

/** The properties of the first report, those that the second one judges replaced by what it says. */
const merged = (first: Report, second: Report, requireWitnesses: boolean): Report => {
  const judged = new Map(second.properties.map((property) => [property.name, property]));
  const properties: ReadonlyArray<PropertyReport> = first.properties.map((property) => judged.get(property.name) ?? property);
  const vacuity = { ...first.vacuity, neverTriggered: second.vacuity.neverTriggered };
  const stop: Stop = first.stop.kind === 'complete' ? second.stop : first.stop;
  return {
    ...first,
    stop,
    properties,
    vacuity,
    verdict: verdictOf(properties, stop, vacuity, requireWitnesses),
    statistics: {
      ...first.statistics,
      elapsedMs: first.statistics.elapsedMs + second.statistics.elapsedMs,
      peakBytes: Math.max(first.statistics.peakBytes, second.statistics.peakBytes),
      engine: `${first.statistics.engine}; liveness on the state graph`,
    },
  };
};

// --- searches --------------------------------------------------------------------------------------------------------------

/** What two configurations that are checked alike have in common: not their names, nor what they are for. */
const identityOf = ({ name: _name, about: _about, expect: _expect, ...rest }: Config): string => JSON.stringify(rest);

/** Where a thread finds the model. */
const sourceOf = (config: Config): ModelSource => ({
  module: new URL('../../model/system.js', import.meta.url).href,
  name: 'bayou',
  args: [config],
});

const byComponents = async (model: ComponentModel, args: CheckArgs, hooks: Hooks): Promise<Report> => {
  const options = optionsOf(args, hooks);
  const configuration = identityOf(hooks.config);
  const safety =
    args.workers > 1
      ? await checkInParallel(sourceOf(hooks.config), { ...options, configuration, workers: args.workers })
      : await checkComponents(model, {
          ...options,
          configuration,
          search: args.search === 'simulate' ? 'bfs' : args.search,
          ...(args.checkpoint === undefined ? {} : { checkpoint: args.checkpoint }),
          ...(args.resume === undefined ? {} : { resume: args.resume }),
        });
  const liveness = livenessOf(model);
  if (liveness.length === 0 || !isWorthwhile(args, safety)) return safety;
  return merged(safety, await check(internedModel(model), { ...options, properties: liveness }), args.requireWitnesses);
};

const byWalks = (model: ComponentModel, args: CheckArgs, hooks: Hooks): Promise<Report> => {
  const { seed, traces, traceLength } = args;
  return simulate(internedModel(model), { ...optionsOf(args, hooks), seed, traces, traceLength });
};

/** What the checker calls an option, and what the command line does. */
const FLAGS: ReadonlyArray<readonly [RegExp, string]> = [
  [/^hashBits:/, '--hash-compaction:'],
  [/^maxDepth:/, '--max-depth:'],
  [/^search:/, '--search:'],
];

const inFlags = (message: string): string => FLAGS.reduce((text, [option, flag]) => text.replace(option, flag), message);

const searchBy = (model: ComponentModel, args: CheckArgs, hooks: Hooks): Promise<Report> => {
  if (args.search === 'simulate') return byWalks(model, args, hooks);
  if (!args.plain) return byComponents(model, args, hooks);
  return check(toModel(model), { ...optionsOf(args, hooks), search: args.search === 'dfs' ? 'dfs' : 'bfs' });
};

/** Checks the model as the command line says. @throws UsageError when the options do not fit the model. */
export const search = async (model: ComponentModel, args: CheckArgs, hooks: Hooks): Promise<Report> => {
  try {
    return await searchBy(model, args, hooks);
  } catch (error) {
    if (error instanceof CheckerError && error.code !== 'model')
      throw new UsageError(`${hooks.config.name}: ${inFlags(error.message)}`);
    throw error;
  }
};
