/** Draws counterexamples as Mermaid sequence diagrams: a line for each participant, an arrow for each step between two. */
import { A_RUN, mustHaveOnly, mustTake } from '../contract/argument-checks.js';
import { showLabel, type Counterexample, type ShownState, type TraceStep } from '../report.js';
import { participants, partiesOf, uniqueNames } from './parties.js';

/**
 * A text with Mermaid's entities in place of what it may take for syntax: `;` ends a statement, `#` begins an entity, `%%` a comment,
 * `<` markup, `:` and `,` part its texts. A new line ends a statement whatever is done to it, so it becomes a space.
 */
const escape = (text: string): string =>
  text.replace(/[\n\r\u2028\u2029]+/g, ' ').replace(/[#;%<>:,"'`\\{}[\]()+-]/g, (c) => `#${c.charCodeAt(0)};`);

/** Escapes a message. It may have more in it than a name: only what ends it or begins something else is escaped. */
const escapeMessage = (text: string): string =>
  text.replace(/[\n\r\u2028\u2029]+/g, ' ').replace(/[#;%<>\\]/g, (c) => `#${c.charCodeAt(0)};`);

/** Names such as `c1` and `s0` are ids as they are. Others may be words of Mermaid's language, so an id stands before them. */
const ID = /^[a-z]{1,2}\d+$/i;

type Ids = ReadonlyMap<string, string>;

const stepLine = (step: TraceStep, all: ReadonlyArray<string>, ids: Ids): string => {
  const [from, to] = partiesOf(step, all).map((name) => ids.get(name)!);
  const text = escapeMessage(step.note === undefined ? showLabel(step.label) : `${showLabel(step.label)}: ${step.note}`);
  return to === undefined ? `  Note over ${from}: ${text}` : `  ${from}->>${to}: ${text}`;
};

const participantLine = (name: string, id: string): string =>
  name === id ? `  participant ${id}` : `  participant ${id} as ${escape(name)}`;

/** What a diagram says beside the steps. */
export interface MermaidWords {
  /** Whose run it is: the model's name. Said above it. */
  readonly title: string;
  /** The property that the run breaks or reaches, said below it. */
  readonly property: string;
}

/** The most characters of a state in a note: nobody reads more of it there. */
const MOST_IN_NOTE = 160;

const shortened = (text: string): string => (text.length <= MOST_IN_NOTE ? text : `${text.slice(0, MOST_IN_NOTE)}…`);

/**
 * Writes a note for each participant that the step has changed, with its new state. Where no participant is a part of the state, one note has all
 * the parts that changed.
 */
const stateLines = (before: ShownState, { state }: TraceStep, all: ReadonlyArray<string>, ids: Ids): ReadonlyArray<string> => {
  const note = (name: string, text: string): string =>
    `  Note right of ${ids.get(name)!}: ${escapeMessage(shortened(text)) || ' '}`;
  const changed = Object.keys(state).filter((part) => state[part] !== before[part]);
  if (all.some((name) => Object.hasOwn(state, name)))
    return all.filter((name) => changed.includes(name)).map((name) => note(name, state[name]!));
  return changed.length === 0 ? [] : [note(all[0]!, changed.map((part) => `${part}: ${state[part]!}`).join(', '))];
};

/**
 * The trace as the text of a Mermaid `sequenceDiagram`; a lasso's cycle stands in a `loop`. With `words` it says whose run it is, which property, and after
 * each step a note of what it changed.
 */
export const toMermaid = (trace: Counterexample, words?: MermaidWords): string => {
  mustTake('toMermaid', 'trace', A_RUN, trace);
  mustHaveOnly<MermaidWords>('toMermaid: words', { title: true, property: true }, words);
  const all = participants(trace);
  const ids = uniqueNames(all, (name, index) => (ID.test(name) ? name : `party_${index}`));
  const lines = trace.steps.map((step, i) => [
    stepLine(step, all, ids),
    ...(words === undefined ? [] : stateLines(trace.steps[i - 1]?.state ?? trace.initial, step, all, ids)),
  ]);
  const loop = trace.loop ?? lines.length;
  const cycle =
    loop < lines.length
      ? [
          '  loop for ever',
          ...lines
            .slice(loop)
            .flat()
            .map((line) => `  ${line}`),
          '  end',
        ]
      : [];
  const [first, last] = [ids.get(all[0]!)!, ids.get(all.at(-1)!)!];
  const over = first === last ? first : `${first},${last}`;
  const noteOver = (text: string | undefined): ReadonlyArray<string> =>
    text === undefined ? [] : [`  Note over ${over}: ${escapeMessage(text)}`];
  const stutter = trace.loop === lines.length ? [`  Note over ${ids.get(all[0]!)!}: nothing changes any more`] : [];
  return [
    'sequenceDiagram',
    ...all.map((name) => participantLine(name, ids.get(name)!)),
    ...noteOver(words?.title),
    ...lines.slice(0, loop).flat(),
    ...cycle,
    ...stutter,
    ...noteOver(words?.property),
    '',
  ].join('\n');
};
