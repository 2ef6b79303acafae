/**
 * A puller takes in an answer (R9), whole or in parts; the properties that the receipt breaks and witnesses.
 *
 * @module
 * @category What may happen
 */
import { receiptBreaks, receiptShows } from '../checking/judge-step.js';
import type { World } from '../checking/world.js';
import {
  claimFirst,
  kindOf,
  receive,
  receiveLast,
  receiveOther,
  receivePart,
  withArrived,
  type PullContents,
  type AnswerToPull,
} from '../protocol/pulls.js';
import type { Server } from '../protocol/server.js';
import type * as V from '../protocol/vector.js';
import type { Log } from '../protocol/write-log.js';

/** Are answers bounded, so that a pull may come in parts? */
export const isInParts = (world: World): boolean => world.config.partWrites !== 'unbounded';

/** The effect of an answer at the puller. */
export interface ReceiptEffect {
  readonly next: Server;
  readonly violates: ReadonlyArray<string>;
  readonly witnesses: ReadonlyArray<string>;
}

/** The puller takes in a whole answer. V8: it takes only the vector at first. */
export const takeIn = (world: World, puller: Server, answer: PullContents): ReceiptEffect => {
  if (world.rules.variant === 'V8') return { next: claimFirst(world.rules)(puller, answer), violates: [], witnesses: [] };
  return addAll(world, puller, answer, receive(world.rules));
};

/** The puller adds the writes of an answer. `receiving`: the rule by which the puller's state changes, for a whole answer or for its last part. */
const addAll = <A extends PullContents>(
  world: World,
  puller: Server,
  answer: A,
  receiving: (server: Server, answer: A, whole: Log) => Server,
): ReceiptEffect => {
  const { rules, judged } = world;
  const whole = withArrived(puller, answer);
  const after = receiving(puller, answer, whole);
  return {
    next: after,
    violates: receiptBreaks(judged, rules, puller, whole, after),
    witnesses: receiptShows(judged, puller, answer, whole, after),
  };
};

/** The puller takes in an answer that may be a part. V8: it takes the vector with the first part, and so never asks for the next part. */
export const takePart = (
  world: World,
  puller: Server,
  asked: V.Vector,
  pulled: AnswerToPull,
): ReceiptEffect & { readonly note?: string } => {
  const { rules } = world;
  if (rules.variant === 'V8') return addAll(world, puller, pulled, receive(rules));
  switch (kindOf(puller, asked, pulled)) {
    case 'other':
      return { next: receiveOther(puller, pulled), violates: [], witnesses: [], note: 'of no use' };
    case 'part':
      return { next: receivePart(puller, pulled), violates: [], witnesses: [], note: 'a part' };
    case 'last':
      return addAll(world, puller, pulled, receiveLast(rules));
  }
};

/** May the puller take in an answer? V8: not while it has yet to add the writes that it claims. */
export const isFree = (puller: Server): boolean => puller.up && puller.midway === null;
