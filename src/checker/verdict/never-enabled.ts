/** Which steps of a model were never enabled, by family or one by one. */
import { showLabel } from '../report.js';
import type { Label } from '../model.js';

/** Tells labels apart, also those that are shown alike. */
export const labelKey = ({ family, args }: Label): string => JSON.stringify([family, ...args]);

/**
 * Lists families of which no label was ever enabled, and single labels of the other families. Steps with one label are one step to the reader: if one of
 * them was enabled, the label was.
 */
export const neverEnabledOf = (labels: ReadonlyArray<Label>, isEnabled: (index: number) => boolean): ReadonlyArray<string> => {
  const alive = labels.filter((_, i) => isEnabled(i));
  const families = new Set(alive.map(({ family }) => family));
  const keys = new Set(alive.map(labelKey));
  const never = labels.filter((label) => !keys.has(labelKey(label)));
  return [...new Set(never.map((label) => (families.has(label.family) ? showLabel(label) : label.family)))];
};
