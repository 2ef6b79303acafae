/**
 * A value by all that a model can tell of it: its structure, and besides the order in which its sets and maps were filled, and the sign of a zero. Where the
 * model has a key, states are kept as they are given, so that two which are equal by structure may differ to it in these.
 */
import { encode } from './encode.js';
import { incomparableHere, incomparableIn } from './incomparable.js';

/** The orders and the signs, in the order in which the structure is gone through. */
const marksOf = (value: unknown): string => {
  if (Object.is(value, -0)) return '-';
  if (typeof value !== 'object' || value === null || value instanceof Date) return '';
  if (value instanceof Set) return `{${[...value].map(givenText).join()}}`;
  if (value instanceof Map) return `{${[...value].map(([key, part]) => `${givenText(key)}:${givenText(part)}`).join()}}`;
  const names = Object.keys(value);
  if (!Array.isArray(value)) names.sort();
  const marks = names.map((name) => marksOf((value as Readonly<Record<string, unknown>>)[name]));
  return marks.every((mark) => mark === '') ? '' : `[${marks.join()}]`;
};

/** A text that two values share where a model can tell no difference between them, but for the order of fields. */
export const givenText = (value: unknown): string => {
  const marks = marksOf(value);
  return marks === '' ? encode(value) : `${encode(value)} ${marks}`;
};

/** Something that cannot be seen into: it has no text. */
export class Incomparable extends Error {}

/**
 * {@link givenText} of states that share most of their parts: the text of each part is made once. A part that is changed later keeps the text that it
 * had; whoever runs the model looks for that.
 *
 * @returns a function that throws {@link Incomparable} for a state in which something cannot be seen.
 */
export const givenTexts = (): ((state: unknown) => string) => {
  const known = new WeakMap<object, string>();
  const whole = (value: unknown): string => {
    if (incomparableIn(value) !== undefined) throw new Incomparable();
    return givenText(value);
  };
  const ofPart = (part: unknown): string => {
    if (typeof part !== 'object' || part === null) return whole(part);
    const text = known.get(part) ?? whole(part);
    known.set(part, text);
    return text;
  };
  return (state) => {
    if (!Array.isArray(state) || incomparableHere(state) !== undefined) return whole(state);
    let out = '';
    for (const part of state as ReadonlyArray<unknown>) {
      const text = ofPart(part);
      out += `${text.length}:${text}`;
    }
    return out;
  };
};
