/** Counterexamples in the Informal Trace Format of Apalache and Quint (Apalache's ADR 015). */
import { showLabel, type Counterexample, type Shown } from '../report.js';

/** The variable in which Quint's traces say which action was taken. */
const ACTION = 'mbt::actionTaken';
const NOTE = 'note';

const stateOf = (state: Shown, index: number, action: string, note: string): Readonly<Record<string, unknown>> => ({
  '#meta': { index },
  ...state,
  [ACTION]: action,
  [NOTE]: note,
});

/**
 * The trace as an ITF document. Every variable is a text, as the model shows it. Of a lasso the last state repeats the state at `loop`.
 * @param source what was checked, for the document's `#meta`.
 */
export const toItf = (trace: Counterexample, source: string, description: string): unknown => ({
  '#meta': {
    format: 'ITF',
    'format-description': 'https://apalache-mc.org/docs/adr/015adr-trace.html',
    source,
    description,
    status: 'violation',
  },
  vars: [...Object.keys(trace.initial), ACTION, NOTE],
  states: [
    stateOf(trace.initial, 0, 'init', ''),
    ...trace.steps.map((step, i) => stateOf(step.state, i + 1, showLabel(step.label), step.note ?? '')),
  ],
  ...(trace.loop === undefined ? {} : { loop: trace.loop }),
});
