/** The operations of `report.ts` for a program that was given a report. They check their arguments. */
import { A_LABEL, A_STOP, A_VACUITY, mustTake, VERDICTS } from '../contract/argument-checks.js';
import type { Label } from '../model.js';
import * as report from '../report.js';
import type { PropertyReport, Stop, Vacuity, Verdict } from '../report.js';

/** A label as people write it: `Put c1 s0 k1`. @throws CheckerError (`option`) for what is no label. */
export const showLabel = (label: Label): string => {
  mustTake('showLabel', 'label', A_LABEL, label);
  return report.showLabel(label);
};

/** Whether anything in it would make "holds" say little. @throws CheckerError (`option`) for what is no vacuity. */
export const isVacuous = (vacuity: Vacuity): boolean => {
  mustTake('isVacuous', 'vacuity', A_VACUITY, vacuity);
  return report.isVacuous(vacuity);
};

/**
 * The verdict that follows from the properties' verdicts and the way in which the search ended. Where nothing was judged, nothing holds.
 *
 * @throws CheckerError (`option`) for what is no part of a report.
 */
export const verdictOf = (
  properties: ReadonlyArray<PropertyReport>,
  stop: Stop,
  vacuity: Vacuity,
  requireWitnesses: boolean,
): Verdict => {
  mustTake('verdictOf', 'properties', VERDICTS, properties);
  mustTake('verdictOf', 'stop', A_STOP, stop);
  mustTake('verdictOf', 'vacuity', A_VACUITY, vacuity);
  return report.verdictOf(properties, stop, vacuity, requireWitnesses);
};
