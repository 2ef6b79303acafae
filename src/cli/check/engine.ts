/** Chooses the search that checks a model: the component engine for safety, the state graph for liveness and for models without components. */
import { toModel } from '../../checker/component-model/as-model.js';
import { check, simulate } from '../../checker/check.js';
import { checkComponents } from '../../checker/factored/check-components.js';
import { checkInParallel } from '../../checker/factored/parallel/check-in-parallel.js';
import { CheckerError } from '../../checker/error.js';
import { thrown } from '../../checker/contract/model-faults.js';
import type { SimulateOptions } from '../../checker/explicit/simulate.js';
import type { ComponentModel, Model } from '../../checker/model.js';
import { internedModel, internedWithReductions } from '../../checker/component-model/interned.js';
import type { CheckOptions, CheckpointOptions } from '../../checker/options.js';
import { isLiveness, type PropertyReport, type Report, type Stop } from '../../checker/report.js';
import { ofTwoSearches } from '../../checker/verdict/conclude.js';
import { UsageError } from '../../command-line/exit.js';
import { isOfSurroundings } from '../../command-line/say.js';
import type { CheckArgs } from './check-args.js';
import { checkpointLine } from './checkpoint-line.js';
import { byWalks } from './walks.js';
import { runLines, type AnyModel, type CheckedModel } from '../../checked-model/checked-model.js';

// --- options ---------------------------------------------------------------------------------------------------------------

/** The options of a search that the caller adds to those of the command line. */
export type Hooks = Pick<CheckOptions, 'signal' | 'onProgress' | 'progressEveryMs'>;

/** The bits of a hash, as many as TLC's: with fewer, a search large enough for hashing would probably miss a state. */
const DEFAULT_HASH_BITS = 64;

type CommonOptions = Omit<CheckOptions, 'search' | keyof CheckpointOptions>;

const optionsOf = ({ bounds, properties }: CheckedModel, args: CheckArgs, hooks: Hooks): CommonOptions => ({
  ...hooks,
  bounds,
  ...(properties === undefined ? {} : { properties }),
  symmetry: args.symmetry,
  normalize: args.quotient,
  keepGoing: args.keepGoing,
  requireWitnesses: args.requireWitnesses,
  witnessTraces: args.witnesses,
  audit: args.audit,
  ...(args.hashCompaction === undefined
    ? {}
    : { hashBits: args.hashCompaction === true ? DEFAULT_HASH_BITS : args.hashCompaction }),
  ...(args.maxStates === undefined ? {} : { maxStates: args.maxStates }),
  ...(args.maxDepth === undefined ? {} : { maxDepth: args.maxDepth }),
  ...(args.maxSeconds === undefined ? {} : { maxMs: args.maxSeconds * 1000 }),
  ...(args.maxMemory === undefined ? {} : { maxMemoryBytes: args.maxMemory }),
});

/** The checkpoint options of a search. Where a second search judges liveness, only the first search is kept in a file. */
const keepingOf = ({ identity }: CheckedModel, { checkpoint, checkpointEvery, resume }: CheckArgs): CheckpointOptions => ({
  configuration: identity,
  ...(checkpoint === undefined ? {} : { checkpoint }),
  ...(checkpointEvery === undefined ? {} : { checkpointEveryMs: checkpointEvery * 1000 }),
  ...(resume === undefined ? {} : { resume }),
});

// --- liveness --------------------------------------------------------------------------------------------------------------

const livenessOf = (model: ComponentModel, properties: CheckedModel['properties']): ReadonlyArray<string> =>
  model.properties.filter(({ name, kind }) => isLiveness(kind) && (properties?.includes(name) ?? true)).map(({ name }) => name);

/** Is a search for liveness worthwhile? Only where the first search came to its end or was told to go on, and no reduction forbids judging liveness. */
const isWorthwhile = (model: ComponentModel, args: CheckArgs, { verdict, stop }: Report): boolean =>
  !(args.symmetry && model.interactions.some(({ fairness }) => fairness !== undefined)) &&
  !args.quotient &&
  verdict !== 'interrupted' &&
  (stop.kind === 'complete' || args.keepGoing);

/** The first report, with the results of the second report for the properties that the second search judged. */
const merged = (first: Report, second: Report, requireWitnesses: boolean): Report => {
  const judged = new Map(second.properties.map((property) => [property.name, property]));
  const properties: ReadonlyArray<PropertyReport> = first.properties.map((property) => judged.get(property.name) ?? property);
  const stop: Stop = first.stop.kind === 'complete' ? second.stop : first.stop;
  return ofTwoSearches(first, second, { properties, stop, judgesLiveness: true }, { requireWitnesses });
};

// --- searches --------------------------------------------------------------------------------------------------------------

type ComponentsOf = Extract<AnyModel, { level: 'components' }>;

/** The report of a search by threads, with its time among the details: where a second search judges liveness, the report has the time of both. */
const withThreads = (report: Report): Report => {
  const { details, elapsedMs } = report.statistics;
  return { ...report, statistics: { ...report.statistics, details: { ...details, 'ms of the threads': elapsedMs } } };
};

const byComponents = async (
  { model, source }: ComponentsOf,
  checked: CheckedModel,
  args: CheckArgs,
  options: CommonOptions,
): Promise<Report> => {
  const kept = { ...options, ...keepingOf(checked, args) };
  const safety =
    args.workers > 1
      ? withThreads(await checkInParallel(source, { ...kept, workers: args.workers }))
      : await checkComponents(model, { ...kept, search: args.search === 'simulate' ? 'bfs' : args.search });
  const liveness = livenessOf(model, checked.properties);
  if (liveness.length === 0 || !isWorthwhile(model, args, safety)) return safety;
  return merged(
    safety,
    await check(args.symmetry ? internedWithReductions(model) : internedModel(model), { ...options, properties: liveness }),
    args.requireWitnesses,
  );
};

const walksOf = ({ seed, traces, traceLength }: CheckArgs): SimulateOptions => ({ seed, traces, traceLength });

const byStates = <S, A>(model: Model<S, A>, checked: CheckedModel, args: CheckArgs, options: CommonOptions): Promise<Report> =>
  args.search === 'simulate'
    ? simulate(model, { ...options, ...walksOf(args) })
    : check(model, {
        ...options,
        ...keepingOf(checked, args),
        search: args.search === 'dfs' || args.search === 'sweep' ? args.search : 'bfs',
      });

const searchBy = (checked: CheckedModel, args: CheckArgs, hooks: Hooks): Promise<Report> => {
  const options = optionsOf(checked, args, hooks);
  if (checked.model.level === 'plain') return byStates(checked.model.model, checked, args, options);
  const { model } = checked.model;
  if (args.search === 'simulate') return byWalks(model, { ...options, ...walksOf(args) });
  return args.plain ? byStates(toModel(model), checked, args, options) : byComponents(checked.model, checked, args, options);
};

// --- what goes with the model ----------------------------------------------------------------------------------------------

/** An option that would be ignored for this user's own model, and so is refused; undefined: there is none. */
const uselessOption = ({ model: { level, model } }: CheckedModel, args: CheckArgs): string | undefined => {
  if (args.symmetry && (model.symmetry ?? []).length === 0) return '--symmetry: the model declares no symmetry';
  if (args.quotient && model.normalize === undefined) return '--quotient: the model has no normalize';
  return level === 'plain' && args.workers > 1
    ? '--workers: for a ComponentModel, and this is a Model: leave the option out, or write the model from components'
    : undefined;
};

/** The checker's names of options, each with the command line's name for it. */
const FLAGS: ReadonlyArray<readonly [RegExp, string]> = [
  [/^hashBits:/, '--hash-compaction:'],
  [/^maxDepth:/, '--max-depth:'],
  [/^search:/, '--search:'],
];

const inFlags = (message: string): string => FLAGS.reduce((text, [option, flag]) => text.replace(option, flag), message);

/** Checks the model as the command line says. @throws UsageError when the options do not fit the model, or one's own model is at fault. */
export const search = async (checked: CheckedModel, args: CheckArgs, hooks: Hooks): Promise<Report> => {
  const { config, source, model } = checked;
  const useless = config === undefined ? uselessOption(checked, args) : undefined;
  if (useless !== undefined) throw new UsageError(`${source}: ${useless}`);
  try {
    return await searchBy(checked, args, hooks);
  } catch (error) {
    const kept = error instanceof CheckerError ? checkpointLine(error.message, args) : undefined;
    if (kept !== undefined) throw new UsageError(kept);
    if (error instanceof CheckerError && (config === undefined || error.code !== 'model'))
      throw new UsageError(`${config === undefined ? source : model.model.name}: ${inFlags(error.message)}`, runLines(error));
    if (config === undefined && !isOfSurroundings(error))
      throw new UsageError(`${source}: the model went wrong while it was checked: ${thrown(error)}`);
    throw error;
  }
};
