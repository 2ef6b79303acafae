/**
 * Gives values one text where a model cannot tell them apart: by structure, by the order in which sets and maps were filled, and by the
 * sign of a zero. A model with a key has its states kept as it made them, so two states that are equal by structure may differ to it in
 * the rest.
 */
import { encode } from './encode.js';
import { incomparableHere, incomparableIn } from './incomparable.js';

/** The orders and the signs, in the order in which the structure is walked. */
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

/** Gives two values the same text where a model can tell no difference between them, the order of fields left out. */
export const givenText = (value: unknown): string => {
  const marks = marksOf(value);
  return marks === '' ? encode(value) : `${encode(value)} ${marks}`;
};

/** Thrown for a value that is incomparable and so has no text. */
export class Incomparable extends Error {}

/**
 * Makes {@link givenText} for states that share most of their parts: the text of each part is made once. A part that is changed later
 * keeps its old text. The caller, who runs the model, watches for changes.
 *
 * @param byIdentity an incomparable value gets a text of its own. Two of them are then never the same, even if a model can tell no difference.
 * @returns a function that throws {@link Incomparable} for a state with something incomparable in it, unless it goes by identity.
 */
export const givenTexts = (byIdentity = false): ((state: unknown) => string) => {
  const known = new WeakMap<object, string>();
  const numbers = new Map<unknown, number>();
  const numbered = (value: unknown): string => {
    const number = numbers.get(value) ?? numbers.size;
    numbers.set(value, number);
    return `#${number}`;
  };
  const whole = (value: unknown): string => {
    if (incomparableIn(value) === undefined) return givenText(value);
    if (!byIdentity) throw new Incomparable();
    return numbered(value);
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
