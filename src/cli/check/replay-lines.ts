/** The lines of a replay about a step that the model does not take, about a property that the run breaks, and about how the replay ends. */
import type { Break, Refusal } from '../../checker/component-model/replay.js';
import { showLabel } from '../../checker/report.js';
import { counted } from '../../core/counted.js';

/** Why the model does not take a step of a path file, and what it would have allowed; `event` says where the step was recorded. */
export const refusalLines = (refusal: Refusal, file: string, event = ''): ReadonlyArray<string> => {
  const { label, why, differences, enabled, step } = refusal;
  const what = label === undefined ? 'what was seen then' : showLabel(label);
  const at = `${what} (step ${step + 1} of ${file}${event})`;
  const could = enabled.length === 0 ? [] : [`  it allows here: ${enabled.join('; ')}; …`];
  if (why !== 'otherwise')
    return [`The model refuses ${at}: ${why === 'unknown' ? 'it has no such step' : 'it cannot be taken here'}`, ...could];
  const width = Math.max(...differences.map(({ name }) => name.length));
  return [
    `The model refuses ${at}:`,
    ...differences.flatMap(({ name, seen, allowed }) => [
      `  ${name.padEnd(width)}  seen:    ${seen === '' ? '(nothing)' : seen}`,
      `  ${''.padEnd(width)}  allowed: ${allowed.map((text) => (text === '' ? '(nothing)' : text)).join('  |  ')}`,
    ]),
  ];
};

/** The last line of a replay whose run the model takes for `steps` steps; `then` says what it does not take. */
export const divergesLine = (steps: number, then: string): string =>
  `diverges: the model takes ${counted(steps, 'step')} of the run, and not ${then}`;

/** The last lines of a replay in which the model takes every step: the properties that the run breaks, and the verdict. `end`: how the run ends. */
export const takenLines = (steps: number, broken: ReadonlyArray<Break>, end = ''): ReadonlyArray<string> => {
  const taken = `the model takes every one of ${counted(steps, 'step')}${end}`;
  return [
    ...broken.map(brokenLine),
    broken.length > 0
      ? `violated: ${taken}; ${counted(broken.length, 'property', 'properties')} broken`
      : `${taken}; no property is broken on the way`,
  ];
};

/** A property that the run breaks, and when. */
export const brokenLine = ({ property, rule, after, forEver }: Break): string =>
  `Violated ${forEver === true ? 'for ever' : `after step ${after}`}: ${property}${rule === undefined ? '' : ` [${rule}]`}`;
