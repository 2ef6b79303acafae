/** What is said of a model that is not as it should be. */
import { inspect } from 'node:util';
import { CheckerError } from '../error.js';
import { FrozenValueError } from '../values/freeze.js';

/** The fault of a model. */
export const fault = (what: string): CheckerError => new CheckerError('model', what);

/** Something changed a value that is a state's, or a part of one; `now`: what it is by now. */
export const changed = (now: unknown): CheckerError =>
  fault(
    `a part of a state was changed after it was found, and is now ${briefly(now)}: states are immutable values, make a new one`,
  );

const MOST = 160;

/** A value in a few words, on one line: `{ phase: 'elected' }`. */
export const briefly = (value: unknown): string => {
  if (value instanceof Promise) return 'a promise';
  if (typeof value === 'function') return 'a function';
  const text = inspect(value, { depth: 4, breakLength: Infinity, maxArrayLength: 20, maxStringLength: 60 });
  return shortened(text);
};

/** A text that is not too long, on one line. */
export const shortened = (text: string): string => {
  const line = text.replace(/\s+/g, ' ');
  return line.length > MOST ? `${line.slice(0, MOST)} …` : line;
};

/** What a value is, where something else was expected: `"three"`, `a function`, `missing`. */
export const describe = (u: unknown): string => {
  if (u === undefined) return 'missing';
  if (Array.isArray(u)) return u.length === 0 ? 'an empty list' : 'a list';
  if (typeof u === 'object' && u !== null && !(u instanceof Promise)) return 'an object';
  return typeof u === 'string' ? JSON.stringify(u).slice(0, MOST) : briefly(u);
};

/** Where our own code is. */
const OURS = new URL('../..', import.meta.url).href;

/** What was thrown in a model, and where, if that is in code which is not ours. */
export const thrown = (error: unknown): string => {
  if (!(error instanceof Error)) return briefly(error);
  const frames = (error.stack ?? '').split('\n').filter((line) => line.startsWith('    at '));
  const places = frames.map((line) => /(?:\(|at |async )((?:file:\/\/)?\/[^()]+:\d+:\d+)\)?$/.exec(line)?.[1] ?? '');
  const place = places.find((at) => at !== '' && !at.startsWith(OURS));
  const what = shortened(`${error.name}: ${error.message.split('\n')[0] ?? ''}`);
  return place === undefined ? what : `${what} (${place.replace('file://', '')})`;
};

/** What V8 says where something frozen is changed, with the name of the field. */
const FROZEN =
  /^(?:Cannot (?:assign to read only|add|delete|redefine|define) property:? '?([^',]+)'?|Cannot assign to read only)/;

/** The fault of a function that threw. */
export const threw = (where: string, error: unknown): CheckerError => {
  if (error instanceof CheckerError) return error;
  const field = error instanceof TypeError ? FROZEN.exec(error.message)?.[1] : undefined;
  if (error instanceof FrozenValueError)
    return fault(`${where} changes what it is given: ${error.message}; states are immutable values, make a new one`);
  return field === undefined
    ? fault(`${where} threw ${thrown(error)}`)
    : fault(`${where} changes what it is given, at ${field}: states are immutable values, make a new one`);
};
