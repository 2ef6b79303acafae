/** What a query's parts tell each other must be told apart, as states are, in every search: by a key of the model's, or by looking into it. */
import type { AnyQuery } from '../model.js';
import { oneForm } from '../values/one-form.js';
import { incomparableIn } from '../values/incomparable.js';
import { fault } from './model-faults.js';

/** The keys of messages; each says of which messages it is. */
export type MessageKey = 'requestKey' | 'replyKey';

/** @throws CheckerError (`model`) for a message without a key that cannot be seen into, or that holds a set with two equal members */
export const mustBeComparable = (key: MessageKey, message: unknown): void => {
  const blind = incomparableIn(message);
  if (blind === undefined) return;
  const what = key === 'requestKey' ? 'a request' : 'a reply';
  throw fault(`${what} of a query holds ${blind}, which cannot be compared: leave it out, or give the query a ${key}`);
};

/** A message as it is told on: in its one form, where the query has no key for it. @throws CheckerError (`model`), as {@link mustBeComparable} */
export const toldOn = (query: AnyQuery, key: MessageKey, message: unknown): unknown => {
  if (message === undefined || query[key] !== undefined) return message;
  mustBeComparable(key, message);
  return oneForm(message);
};
