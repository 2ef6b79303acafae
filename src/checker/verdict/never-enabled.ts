/** Which steps of a model were never enabled, by family or one by one. */
import { showLabel } from '../report.js';
import type { Label } from '../model.js';

/** Lists families of which no label was ever enabled, and single labels of the other families. */
export const neverEnabledOf = (labels: ReadonlyArray<Label>, isEnabled: (index: number) => boolean): ReadonlyArray<string> => {
  const alive = new Set(labels.filter((_, i) => isEnabled(i)).map(({ family }) => family));
  const families = new Set(labels.map(({ family }) => family).filter((family) => !alive.has(family)));
  const single = labels.filter(({ family }, i) => alive.has(family) && !isEnabled(i));
  return [...families, ...single.map(showLabel)];
};
