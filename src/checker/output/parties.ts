/** Finds who takes part in a step: those of its arguments that name a part of the state (`c1`, `s0`). Diagrams draw them as lines. */
import type { Counterexample, TraceStep } from '../report.js';

/** The parts of the state that some step of the trace names, in the state's order; `model` where no step names any. */
export const participants = (trace: Counterexample): ReadonlyArray<string> => {
  const named = new Set(trace.steps.flatMap((step) => step.label.args.map(String)));
  const parts = Object.keys(trace.initial).filter((part) => named.has(part));
  return parts.length > 0 ? parts : ['model'];
};

/** The participants of one step, the one who acts first. */
export const partiesOf = (step: TraceStep, all: ReadonlyArray<string>): ReadonlyArray<string> => {
  const parties = step.label.args.map(String).filter((arg) => all.includes(arg));
  return parties.length > 0 ? [...new Set(parties)] : all.slice(0, 1);
};

/** Gives each participant a name that `write` makes of its own. No two have the same. */
export const uniqueNames = (
  all: ReadonlyArray<string>,
  write: (name: string, index: number) => string,
): ReadonlyMap<string, string> => {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  all.forEach((name, index) => {
    let written = write(name, index);
    while (taken.has(written)) written += '_';
    taken.add(written);
    names.set(name, written);
  });
  return names;
};
