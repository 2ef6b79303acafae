/** The faults of a model, and the texts of values, of types and of errors that the faults quote. */
import { inspect } from 'node:util';
import { CheckerError } from '../error.js';
import { FrozenValueError } from '../values/freeze.js';

/** Makes the error for a model that breaks its contract. */
export const fault = (what: string): CheckerError => new CheckerError('model', what);

/** Makes the error for a state, or a part of one, that somebody changed. `now` is the value after the change. */
export const changed = (now: unknown): CheckerError =>
  fault(
    `a part of a state was changed after it was found, and is now ${briefly(now)}: states are immutable values, make a new one`,
  );

const MOST = 160;

/** Prints a value. A value may bring a function of its own for that, which may be at fault. */
const inspected = (value: unknown): string => {
  try {
    return inspect(value, { depth: 4, breakLength: Infinity, maxArrayLength: 20, maxStringLength: 60 });
  } catch {
    return 'a value that cannot be shown';
  }
};

/** Prints a value in a few words, on one line: `{ phase: 'elected' }`. */
export const briefly = (value: unknown): string => {
  if (value instanceof Promise) return 'a promise';
  if (typeof value === 'function') return 'a function';
  return shortened(inspected(value));
};

/** Puts a text on one line, and cuts it where it is too long. */
export const shortened = (text: string): string => {
  const line = text.replace(/\s+/g, ' ');
  return line.length > MOST ? `${line.slice(0, MOST)} …` : line;
};

/** Says what a value is, for an error that expected another: `"three"`, `a function`, `missing`. */
export const describe = (u: unknown): string => {
  if (u === undefined) return 'missing';
  if (Array.isArray(u)) return u.length === 0 ? 'an empty list' : 'a list';
  if (typeof u === 'object' && u !== null && !(u instanceof Promise)) return 'an object';
  return typeof u === 'string' ? JSON.stringify(u).slice(0, MOST) : briefly(u);
};

/** The folder of the project's own code. {@link thrown} leaves its frames out, since a user looks for the line of the model. */
const OURS = new URL('../..', import.meta.url).href;

/** Prints what a model threw, with the first line of a stack that is in the model's code. */
export const thrown = (error: unknown): string => {
  if (!(error instanceof Error)) return briefly(error);
  const frames = (error.stack ?? '').split('\n').filter((line) => line.startsWith('    at '));
  const places = frames.map((line) => /(?:\(|at |async )((?:file:\/\/)?\/[^()]+:\d+:\d+)\)?$/.exec(line)?.[1] ?? '');
  const place = places.find((at) => at !== '' && !at.startsWith(OURS));
  const what = shortened(`${error.name}: ${error.message.split('\n')[0] ?? ''}`);
  return place === undefined ? what : `${what} (${place.replace('file://', '')})`;
};

/** Says of a state that cannot be compared which function gave it: the fault's run ends in the state before it. Other errors stay as they are. */
export const givenBy = (where: string, error: unknown): unknown =>
  error instanceof CheckerError && error.code === 'model' && error.message.startsWith('a state ')
    ? fault(`what ${where} gives: ${error.message}`)
    : error;

/** The message of V8 for a change to a frozen value. It has the name of the field. */
const FROZEN =
  /^(?:Cannot (?:assign to read only|add|delete|redefine|define) property:? '?([^',]+)'?|Cannot assign to read only)/;

/** Makes the fault of a model's function that threw. A change to a frozen value gets a message of its own. */
export const threw = (where: string, error: unknown): CheckerError => {
  if (error instanceof CheckerError) return error;
  const field = error instanceof TypeError ? FROZEN.exec(error.message)?.[1] : undefined;
  if (error instanceof FrozenValueError)
    return fault(`${where} changes what it is given: ${error.message}; states are immutable values, make a new one`);
  return field === undefined
    ? fault(`${where} threw ${thrown(error)}`)
    : fault(`${where} changes what it is given, at ${field}: states are immutable values, make a new one`);
};
