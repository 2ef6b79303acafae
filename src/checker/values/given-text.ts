/**
 * A value by all that a model can tell of it: its structure, and besides the order in which its sets and maps were filled, and the sign of a zero. Where the
 * model has a key, states are kept as they are given, so that two which are equal by structure may differ to it in these.
 */
import { encode } from './encode.js';

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
