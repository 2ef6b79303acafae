/** Counterexamples as Mermaid sequence diagrams: a line for each participant, an arrow for each step between two. */
import { showLabel, type Counterexample, type TraceStep } from '../report.js';
import { participants, partiesOf } from './parties.js';

/** Mermaid ends a statement at `;` and begins an entity at `#`. */
const escape = (text: string): string => text.replace(/[#;]/g, (c) => `#${c.charCodeAt(0)};`).replace(/\n/g, ' ');

const stepLine = (step: TraceStep, all: ReadonlyArray<string>): string => {
  const [from, to] = partiesOf(step, all);
  const text = escape(step.note === undefined ? showLabel(step.label) : `${showLabel(step.label)}: ${step.note}`);
  return to === undefined ? `  Note over ${from}: ${text}` : `  ${from}->>${to}: ${text}`;
};

/** The trace as the text of a Mermaid `sequenceDiagram`; a lasso's cycle stands in a `loop`. */
export const toMermaid = (trace: Counterexample): string => {
  const all = participants(trace);
  const lines = trace.steps.map((step) => stepLine(step, all));
  const loop = trace.loop ?? lines.length;
  const cycle = loop < lines.length ? ['  loop for ever', ...lines.slice(loop).map((line) => `  ${line}`), '  end'] : [];
  const stutter = trace.loop === lines.length ? [`  Note over ${all[0]!}: nothing changes any more`] : [];
  return [
    'sequenceDiagram',
    ...all.map((name) => `  participant ${name}`),
    ...lines.slice(0, loop),
    ...cycle,
    ...stutter,
    '',
  ].join('\n');
};
