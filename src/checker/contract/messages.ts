/** Requests and replies must be comparable, as states are, in every search: by a key of the model, or by their structure. */
import type { AnyQuery } from '../model.js';
import { oneForm } from '../values/one-form.js';
import { incomparableIn } from '../values/incomparable.js';
import { fault } from './model-faults.js';

/** The names of the keys of messages. */
export type MessageKey = 'requestKey' | 'replyKey';

/** @throws CheckerError (`model`) for a message without a key that cannot be seen into, or that holds a set with two equal members */
export const mustBeComparable = (key: MessageKey, message: unknown): void => {
  const blind = incomparableIn(message);
  if (blind === undefined) return;
  const what = key === 'requestKey' ? 'a request' : 'a reply';
  throw fault(`${what} of a query holds ${blind}, which cannot be compared: leave it out, or give the query a ${key}`);
};

/**
 * Gives a message in the form in which the next part of the query gets it: the one form, unless the query has a key. @throws CheckerError
 * (`model`), as {@link mustBeComparable}
 */
export const toldOn = (query: AnyQuery, key: MessageKey, message: unknown): unknown => {
  if (message === undefined || query[key] !== undefined) return message;
  mustBeComparable(key, message);
  return oneForm(message);
};
