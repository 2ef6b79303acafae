/**
 * The kinds of steps that runs have taken; a kind is an event with its outcome. Kinds do not measure how many states were reached. They show which kinds of steps a series of runs has never taken, so
 * that nobody believes that the series has tried these.
 */
import { PUT_RESULTS } from '#bayou/core/results.js';
import type { TraceEvent } from '#bayou/core/trace.js';

/**
 * All kinds that are possible. These are not:
 * - a put with `ERR_DEP`: the master's clients have no guarantees of writes;
 * - a put that is refused for its value or clock: honest ends send none;
 * - an answer to a put or a pull after the server's log has failed: such a server writes no events;
 * - a put too old to be told from a repetition (R3): a thousand other puts would have to be accepted in between, and no script has so many.
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

/** The kind of an event; undefined for the master's events of its own commands, and for a server that ended by itself: what ends a simulated one is a fault, which its script is told of. */
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
    case 'died':
      return undefined;
    default:
      return e.type;
  }
};
