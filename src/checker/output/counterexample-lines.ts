/** Prints a counterexample for people: each step with only what it changed. */
import { A_RUN, mustTake } from '../contract/argument-checks.js';
import { showLabel, type Counterexample, type ShownState, type StarvedClass, type TraceStep } from '../report.js';

/** Characters that a terminal would act on or reorder. An escape (`\u001b`) stands for each. */
// eslint-disable-next-line no-control-regex -- These are meant.
const UNSHOWN = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Puts a text on one line that a terminal shows as it is. */
export const oneLine = (text: string): string =>
  text
    .replace(/\s*[\n\r\u2028\u2029]\s*/g, ' ')
    .replace(UNSHOWN, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** Gives the parts of a state that differ from those before, by what changed in them. A part that went has `(gone)`. */
const changes = (before: ShownState, { state, changed = {} }: TraceStep): ShownState => ({
  ...Object.fromEntries(
    Object.entries(state)
      .filter(([part, value]) => !Object.hasOwn(before, part) || before[part] !== value)
      .map(([part, value]) => [part, Object.hasOwn(changed, part) ? changed[part]! : value]),
  ),
  ...Object.fromEntries(Object.keys(before).flatMap((part) => (Object.hasOwn(state, part) ? [] : [[part, '(gone)']]))),
});

const partLines = (parts: ShownState, indent: string): ReadonlyArray<string> => {
  const named = Object.entries(parts).map(([part, value]) => [oneLine(part), oneLine(value)] as const);
  const width = Math.max(0, ...named.map(([part]) => part.length));
  return named.map(([part, value]) => `${indent}${part.padEnd(width)}  ${value}`);
};

const loopLines = ({ loop, steps }: Counterexample): ReadonlyArray<string> => {
  if (loop === undefined) return [];
  return loop === steps.length
    ? ['Here it stays for ever: no step changes anything.']
    : [`Back at state ${loop}, and so for ever.`];
};

/** At most `MOST_STARVED` starved classes are named. */
const MOST_STARVED = 4;

/** Says what is never done in a cycle although it could be, and which fairness would rule that out. */
const starvedLine = ({ name, fairness, enabled, of }: StarvedClass): string => {
  const isAlways = enabled === of;
  const when = isAlways ? 'all the time' : `in ${enabled} of its ${of} states`;
  const what = fairness === 'none' ? oneLine(name) : `"${oneLine(name)}", which is weakly fair`;
  return `Never done in the cycle, though it can be ${when}: ${what}. ${isAlways ? 'Weak' : 'Strong'} fairness would forbid this run.`;
};

const starvedLines = ({ starved = [] }: Counterexample): ReadonlyArray<string> => [
  ...starved.slice(0, MOST_STARVED).map(starvedLine),
  ...(starved.length > MOST_STARVED ? [`And ${starved.length - MOST_STARVED} more that can be done and never are.`] : []),
];

const isLoopStart = ({ loop, steps }: Counterexample, index: number): boolean => loop === index && index < steps.length;

/** Prints a step's label and its note. */
export const stepText = ({ label, note }: Pick<TraceStep, 'label' | 'note'>): string =>
  oneLine(note === undefined ? showLabel(label) : `${showLabel(label)}  (${note})`);

/** Prints the parts that a step changed, a line for each. */
export const changeLines = (before: ShownState, step: TraceStep, indent: string): ReadonlyArray<string> =>
  partLines(changes(before, step), indent);

/** Prints all parts of a state, a line for each. */
export const stateLines = (state: ShownState, indent: string): ReadonlyArray<string> => partLines(state, indent);

/** The trace as lines: the initial state whole, then for each step its label, its note, and the parts that changed. */
export const traceLines = (trace: Counterexample): ReadonlyArray<string> => {
  mustTake('traceLines', 'trace', A_RUN, trace);
  const number = (index: number): string => String(index).padStart(String(trace.steps.length).length);
  const mark = (index: number): string => (isLoopStart(trace, index) ? '  (the cycle begins here)' : '');
  const indent = ' '.repeat(number(0).length + 4);
  const steps = trace.steps.flatMap((step, i) => {
    const before = i === 0 ? trace.initial : trace.steps[i - 1]!.state;
    return [`${number(i + 1)}  ${stepText(step)}${mark(i + 1)}`, ...changeLines(before, step, indent)];
  });
  return [
    `${number(0)}  initial state${mark(0)}`,
    ...stateLines(trace.initial, indent),
    ...steps,
    ...loopLines(trace),
    ...starvedLines(trace),
  ];
};
