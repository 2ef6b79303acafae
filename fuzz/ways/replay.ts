/** Follows the runs of a report again on their model, as `bayou check --replay` does: each must do to its property what the report says. */
import { follow } from '#bayou/checker/runs/follow.js';
import { toModel } from '#bayou/checker/component-model/as-model.js';
import type { Model } from '#bayou/checker/model.js';
import type { Report } from '#bayou/checker/report.js';
import type { BuiltModel } from '../recipe/recipe.js';
import type { ReportDifference } from './comparison.js';

/** The longest run that is followed: from each state every step with the label is tried. */
const MOST_STEPS = 200;

/** Gives what is otherwise when the first run of a report that is not too long is followed. */
export const differencesOfReplay = (built: BuiltModel, { properties }: Report): ReadonlyArray<ReportDifference> => {
  const told = properties.find(({ trace }) => trace !== undefined && trace.steps.length <= MOST_STEPS);
  if (told?.trace === undefined) return [];
  const { initial, steps, loop } = told.trace;
  const model = built.form === 'plain' ? built.model : (toModel(built.model) as unknown as Model<unknown, unknown>);
  const { refusal, isAsTold } = follow(model, steps, { initial, property: told.name, ...(loop === undefined ? {} : { loop }) });
  if (refusal === undefined && isAsTold === true) return [];
  const what = refusal === undefined ? `replay of ${told.kind}: not as told` : `replay of ${told.kind}: ${refusal.why}`;
  return [{ what, details: `the run for "${told.name}" is not so when it is followed: ${JSON.stringify(told.trace)}` }];
};
