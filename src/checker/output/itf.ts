/** Counterexamples in the Informal Trace Format of Apalache and Quint (Apalache's ADR 015). */
import { A_RUN, A_TEXT, mustTake } from '../contract/argument-checks.js';
import { showLabel, type Counterexample, type ShownState } from '../report.js';
import { isReserved, type PlainValue } from '../shown/value.js';

/** The variable in which Quint's traces say which action was taken, and our variable for the note. */
const ACTION = 'mbt::actionTaken';
const NOTE = 'note';

/** A state as a trace has it: values where there are any, else texts. */
interface Keyframe {
  readonly parts: Readonly<Record<string, PlainValue>>;
  readonly action: string;
  readonly note: string;
}

const partsOf = (state: ShownState, values: Readonly<Record<string, PlainValue>> | undefined): Keyframe['parts'] =>
  values ?? state;

const framesOf = (trace: Counterexample): ReadonlyArray<Keyframe> => [
  { parts: partsOf(trace.initial, trace.values), action: 'init', note: '' },
  ...trace.steps.map(({ label, note = '', state, values }) => ({
    parts: partsOf(state, values),
    action: showLabel(label),
    note,
  })),
];

// --- variables -------------------------------------------------------------------------------------------------------------

/** Makes a name that is not taken, and that readers of the format do not reserve. */
const free = (name: string, taken: ReadonlySet<string>): string => {
  let found = isReserved(name) ? `part ${name}` : name;
  while (taken.has(found)) found += '_';
  return found;
};

/** Gives a variable for each part that some state has, by the part's name. */
const variablesOf = (frames: ReadonlyArray<Keyframe>): ReadonlyMap<string, string> => {
  const parts = [...new Set(frames.flatMap((frame) => Object.keys(frame.parts)))];
  const taken = new Set(parts.filter((part) => !isReserved(part)));
  const names = new Map<string, string>();
  for (const part of parts) {
    const name = isReserved(part) ? free(part, taken) : part;
    taken.add(name);
    names.set(part, name);
  }
  return names;
};

// --- values ----------------------------------------------------------------------------------------------------------------

/** Writes a number. An integer is `#bigint` in the format whatever its size, and the format has no fractions. */
const number = (value: number): PlainValue =>
  Number.isInteger(value) ? { '#bigint': BigInt(value).toString() } : { '#unserializable': String(value) };

const isList = Array.isArray as (value: unknown) => value is ReadonlyArray<PlainValue>;

const itfValue = (value: PlainValue): PlainValue => {
  if (typeof value === 'number') return number(value);
  if (typeof value !== 'object') return value;
  if (isList(value)) return value.map(itfValue);
  const fields = Object.entries(value) as ReadonlyArray<readonly [string, PlainValue]>;
  const [[name, inner] = ['', '']] = fields;
  if (name === '#bigint' || name === '#unserializable') return value;
  if (name === '#map')
    return { '#map': (inner as ReadonlyArray<readonly [PlainValue, PlainValue]>).map(([k, v]) => [itfValue(k), itfValue(v)]) };
  return Object.fromEntries(fields.map(([field, of]) => [field, itfValue(of)]));
};

/** The value of a variable in a state without such a part. */
const ABSENT: PlainValue = { '#unserializable': 'absent' };

// --- the document ----------------------------------------------------------------------------------------------------------

/**
 * The trace as an ITF document, for `JSON.stringify`. Each part of the state is a variable with its value; every state has every variable
 * (`absent` where it has no such part). A part whose name the format's readers keep for themselves (`#meta`) is called `part #meta`, and
 * the two variables that are added, `mbt::actionTaken` and `note`, end in `_` where the model has parts of these names. A lasso
 * has `loop`, the index of the state to which the last one leads back.
 *
 * @param source what was checked, for the document's `#meta`.
 */
export const toItf = (trace: Counterexample, source: string, description: string): unknown => {
  mustTake('toItf', 'trace', A_RUN, trace);
  mustTake('toItf', 'source', A_TEXT, source);
  mustTake('toItf', 'description', A_TEXT, description);
  const frames = framesOf(trace);
  const names = variablesOf(frames);
  const taken = new Set(names.values());
  const [action, note] = [free(ACTION, taken), free(NOTE, taken)];
  return {
    '#meta': {
      format: 'ITF',
      'format-description': 'https://apalache-mc.org/docs/adr/015adr-trace.html',
      source,
      description,
      status: 'violation',
    },
    vars: [...names.values(), action, note],
    states: frames.map((frame, index) => ({
      '#meta': { index },
      ...Object.fromEntries(
        Array.from(names, ([part, name]) => [name, Object.hasOwn(frame.parts, part) ? itfValue(frame.parts[part]!) : ABSENT]),
      ),
      [action]: frame.action,
      [note]: frame.note,
    })),
    ...(trace.loop === undefined ? {} : { loop: trace.loop }),
  };
};
