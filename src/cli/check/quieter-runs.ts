/** Prepares the runs that a search found for showing: finds quieter runs, and further counterexamples. */
import { internedModel } from '../../checker/component-model/interned.js';
import { toModel } from '../../checker/component-model/as-model.js';
import { isNumbered } from '../../checker/contract/merging.js';
import type { ComponentModel, Model } from '../../checker/model.js';
import type { Counterexample, PropertyReport, Report } from '../../checker/report.js';
import { canBeSeveral, severalCounterexamples } from '../../checker/runs/several.js';
import { withFewestSwitches } from '../../checker/runs/switches.js';
import { unlessMerged } from './by-numbers.js';
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

/** Finds counterexamples of the property of this name; none where it has no such property, or its runs have no end. */
type Finder = (name: string) => Promise<ReadonlyArray<Counterexample>>;

const finderIn =
  <S, A>(model: Model<S, A>, args: CheckArgs, hooks: Hooks): Finder =>
  async (name) => {
    const property = model.properties.find((one) => one.name === name);
    if (property === undefined || !canBeSeveral(property)) return [];
    return severalCounterexamples(model, property, args.tracesPerProperty, limitsOf(args, hooks));
  };

/**
 * Finds them in a component model: by numbers of values, which is quick. Where its key takes several values for one number, a run by numbers may be
 * no run of the model. Then it finds them by the values. The first search need not have seen that: it
 * may have stopped before.
 */
const finderByNumbers = (model: ComponentModel, args: CheckArgs, hooks: Hooks): Finder => {
  const numbers = internedModel(model);
  const byNumbers = finderIn(numbers, args, hooks);
  const byValues = finderIn(toModel(model), args, hooks);
  return async (name) => {
    if (isNumbered(numbers)) return byValues(name);
    return (await unlessMerged(numbers, () => byNumbers(name))) ?? byValues(name);
  };
};

const finderOf = ({ model }: CheckedModel, { statistics }: Report, args: CheckArgs, hooks: Hooks): Finder => {
  if (model.level === 'plain') return finderIn(model.model, args, hooks);
  return statistics.byKey === true ? finderIn(toModel(model.model), args, hooks) : finderByNumbers(model.model, args, hooks);
};

const withMore = async (judged: PropertyReport, find: Finder): Promise<PropertyReport> => {
  if (judged.verdict !== 'violated') return judged;
  const [first, ...more] = await find(judged.name);
  return first === undefined ? judged : { ...judged, trace: first, more };
};

/** The report with its runs as they are to be shown. */
export const tell = async (checked: CheckedModel, report: Report, args: CheckArgs, hooks: Hooks): Promise<Report> => {
  const { model } = checked;
  if (args.tracesPerProperty === 1)
    return model.level === 'plain'
      ? withFewestSwitches(model.model, report)
      : withFewestSwitches(internedModel(model.model), report);
  const find = finderOf(checked, report, args, hooks);
  const properties: PropertyReport[] = [];
  for (const judged of report.properties) properties.push(await withMore(judged, find));
  return { ...report, properties };
};
