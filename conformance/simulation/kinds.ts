/**
 * Which kinds of steps the runs have come by: an event with what it came to. It is no measure of states; it says what a series of runs has never tried, so that
 * nobody takes its silence for a proof.
 */
import { PUT_RESULTS } from '#bayou/core/results.js';
import type { TraceEvent } from '#bayou/core/trace.js';

/**
 * Every kind that there can be: the master's clients have no guarantees of writes, honest ends send nothing that is refused for what it is, a server whose log
 * has failed writes nothing down, and a put is too old to be told from a repetition (R3) only when a thousand others were accepted meanwhile, which is more than a script has.
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
