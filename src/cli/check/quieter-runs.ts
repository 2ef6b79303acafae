/** Prepares the runs that a search found for showing: finds quieter runs, and further counterexamples. */
import { internedModel } from '../../checker/component-model/interned.js';
import type { Model } from '../../checker/model.js';
import type { PropertyReport, Report } from '../../checker/report.js';
import { canBeSeveral, severalCounterexamples } from '../../checker/runs/several.js';
import { withFewestSwitches } from '../../checker/runs/switches.js';
import type { CheckArgs } from './check-args.js';
import type { Hooks } from './engine.js';
import type { CheckedModel } from '../../checked-model/checked-model.js';

/** Limits of the searches for further counterexamples: those of the search itself. They may take as long, so they show progress, too. */
const limitsOf = (args: CheckArgs, hooks: Hooks) => ({
  ...hooks,
  ...(args.maxStates === undefined ? {} : { maxStates: args.maxStates }),
  ...(args.maxDepth === undefined ? {} : { maxDepth: args.maxDepth }),
  ...(args.maxSeconds === undefined ? {} : { maxMs: args.maxSeconds * 1000 }),
  ...(args.maxMemory === undefined ? {} : { maxMemoryBytes: args.maxMemory }),
});

const withMore = async <S, A>(
  model: Model<S, A>,
  judged: PropertyReport,
  args: CheckArgs,
  hooks: Hooks,
): Promise<PropertyReport> => {
  const property = model.properties.find(({ name }) => name === judged.name);
  if (property === undefined || judged.verdict !== 'violated' || !canBeSeveral(property)) return judged;
  const [first, ...more] = await severalCounterexamples(model, property, args.tracesPerProperty, limitsOf(args, hooks));
  return first === undefined ? judged : { ...judged, trace: first, more };
};

const told = async <S, A>(model: Model<S, A>, report: Report, args: CheckArgs, hooks: Hooks): Promise<Report> => {
  if (args.tracesPerProperty === 1) return withFewestSwitches(model, report);
  const properties: PropertyReport[] = [];
  for (const judged of report.properties) properties.push(await withMore(model, judged, args, hooks));
  return { ...report, properties };
};

/** The report with its runs as they are to be shown. */
export const tell = ({ model }: CheckedModel, report: Report, args: CheckArgs, hooks: Hooks): Promise<Report> =>
  model.level === 'plain' ? told(model.model, report, args, hooks) : told(internedModel(model.model), report, args, hooks);
