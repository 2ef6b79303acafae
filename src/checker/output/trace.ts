/** A counterexample for people: each step with only what it changed. */
import { showLabel, type Counterexample, type Shown } from '../report.js';

/** The parts of a state that differ from those of the state before; a part that went has the value `(gone)`. */
const changes = (before: Shown, after: Shown): Shown => ({
  ...Object.fromEntries(Object.entries(after).filter(([part, value]) => before[part] !== value)),
  ...Object.fromEntries(Object.keys(before).flatMap((part) => (part in after ? [] : [[part, '(gone)']]))),
});

const partLines = (parts: Shown, indent: string): ReadonlyArray<string> => {
  const width = Math.max(0, ...Object.keys(parts).map((part) => part.length));
  return Object.entries(parts).map(([part, value]) => `${indent}${part.padEnd(width)}  ${value}`);
};

const loopLines = ({ loop, steps }: Counterexample): ReadonlyArray<string> => {
  if (loop === undefined) return [];
  return loop === steps.length
    ? ['Here it stays for ever: no step changes anything.']
    : [`Back at state ${loop}, and so for ever.`];
};

const isLoopStart = ({ loop, steps }: Counterexample, index: number): boolean => loop === index && index < steps.length;

/** The trace as lines: the initial state whole, then for each step its label, its note, and the parts that changed. */
export const traceLines = (trace: Counterexample): ReadonlyArray<string> => {
  const number = (index: number): string => String(index).padStart(String(trace.steps.length).length);
  const mark = (index: number): string => (isLoopStart(trace, index) ? '  (the cycle begins here)' : '');
  const indent = ' '.repeat(number(0).length + 4);
  const steps = trace.steps.flatMap((step, i) => {
    const before = i === 0 ? trace.initial : trace.steps[i - 1]!.state;
    const note = step.note === undefined ? '' : `  (${step.note})`;
    return [`${number(i + 1)}  ${showLabel(step.label)}${note}${mark(i + 1)}`, ...partLines(changes(before, step.state), indent)];
  });
  return [`${number(0)}  initial state${mark(0)}`, ...partLines(trace.initial, indent), ...steps, ...loopLines(trace)];
};
