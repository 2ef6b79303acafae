/**
 * Which kinds of steps the runs have come by: an event with what it came to. It is no measure of states; it says what a series of runs has never tried, so that
 * nobody takes its silence for a proof.
 */
import { PUT_RESULTS } from '#bayou/core/results.js';
import type { TraceEvent } from '#bayou/core/trace.js';

/**
 * Every kind that there can be. These cannot be:
 * - a put with `ERR_DEP`: the master's clients have no guarantees of writes;
 * - a put refused for what it is: honest ends send none;
 * - a put or a pull answered after a log has failed: its server writes nothing down;
 * - a put too old to be told from a repetition (R3): a thousand others would have to be accepted meanwhile, and no script has as many.
 */
export const KINDS: ReadonlyArray<string> = [
  ...['start fresh', 'start again', 'renewed', 'logFailed', 'kill', 'session', 'merged'],
  ...['link made', 'link cut', 'accept', 'accept a repetition', 'refuse other-replica'],
  ...['answer found', 'answer missing', 'answer behind'],
  ...['pullAsked', 'pullAsked for more', 'pullAnswered', 'pullAnswered in part'],
  ...['asked put', 'asked get', 'asked nobody'],
  ...Object.keys(PUT_RESULTS)
    .map((result) => `put ${result}`)
    .filter((kind) => kind !== 'put ERR_DEP'),
  ...['get value', 'get ERR_KEY', 'get ERR_DEP', 'get ERR_CONN'],
];

/** The kind of an event; undefined: the master's own words. */
export const kindOf = (e: TraceEvent): string | undefined => {
  switch (e.type) {
    case 'start':
      return e.fresh ? 'start fresh' : 'start again';
    case 'link':
      return e.up ? 'link made' : 'link cut';
    case 'accept':
      return e.repeated ? 'accept a repetition' : 'accept';
    case 'refuse':
      return `refuse ${e.reason}`;
    case 'answer':
      return `answer ${e.result}`;
    case 'pullAsked':
      return e.after === null ? 'pullAsked' : 'pullAsked for more';
    case 'pullAnswered':
      return e.upTo === null ? 'pullAnswered' : 'pullAnswered in part';
    case 'asked':
      return e.replica === null ? 'asked nobody' : `asked ${e.op}`;
    case 'putDone':
      return `put ${e.result}`;
    case 'getDone':
      return `get ${e.result}`;
    case 'command':
    case 'result':
      return undefined;
    default:
      return e.type;
  }
};
