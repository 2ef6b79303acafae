/**
 * Checks the arguments of the library's functions before anything is done with them. A caller in JavaScript then gets one line, and not
 * an error from deep inside. The file needs nothing of Node, because browsers load it too.
 */
import { CheckerError } from '../error.js';

/** Says what a value is in a word or two. (`model-faults.ts` does so by Node's `inspect`, which this file cannot use.) */
const describe = (u: unknown): string => {
  if (u === undefined) return 'missing';
  if (u === null) return 'null';
  if (Array.isArray(u)) return u.length === 0 ? 'an empty list' : 'a list';
  if (typeof u === 'string') return JSON.stringify(u.slice(0, 40));
  if (typeof u === 'object') return 'an object without its fields';
  return typeof u === 'number' || typeof u === 'boolean' ? String(u) : `a ${typeof u}`;
};

/** What an argument must be: `is` tests it, `what` says it in words. */
export interface ArgumentTest {
  readonly is: (u: unknown) => boolean;
  readonly what: string;
}

/**
 * Refuses an argument that its expectation does not accept. @throws CheckerError (`option`): `toItf: trace: expected a run, but it is
 * null`.
 */
export const mustTake = (where: string, name: string, { is, what }: ArgumentTest, given: unknown): void => {
  if (!is(given)) throw new CheckerError('option', `${where}: ${name}: expected ${what}, but it is ${describe(given)}`);
};

type Fields = Readonly<Record<string, unknown>>;

/** Says of a field that it is none of these. */
export const noSuchField = (fields: object): string => `there is no such field; the fields are ${Object.keys(fields).join(', ')}`;

/**
 * Refuses an object that has a field other than these: an optional field that is misspelt would be dropped without a word. What is no object is let
 * pass. @throws CheckerError (`option`): `sampleRuns: options: sed: there is no such field; the fields are runs, length, seed, signal`.
 */
export const mustHaveOnly = <T>(where: string, fields: Readonly<Record<keyof T & string, true>>, given: unknown): void => {
  const strange = isObject(given) ? Object.keys(given).find((field) => !Object.hasOwn(fields, field)) : undefined;
  if (strange === undefined) return;
  const name = JSON.stringify(strange).slice(1, -1);
  throw new CheckerError('option', `${where}: ${name}: ${noSuchField(fields)}`);
};

const isObject = (u: unknown): u is Fields => typeof u === 'object' && u !== null && !Array.isArray(u);
const isText = (u: unknown): boolean => typeof u === 'string';
const isLabel = (u: unknown): boolean => isObject(u) && isText(u['family']) && Array.isArray(u['args']);
const isStep = (u: unknown): boolean => isObject(u) && isLabel(u['label']) && isObject(u['state']);
const isRun = (u: unknown): boolean =>
  isObject(u) && isObject(u['initial']) && Array.isArray(u['steps']) && u['steps'].every(isStep);
const isJudged = (u: unknown): boolean =>
  isObject(u) && isText(u['name']) && isText(u['verdict']) && (u['trace'] === undefined || isRun(u['trace']));
const areJudged = (u: unknown): boolean => Array.isArray(u) && u.every(isJudged);
const isStop = (u: unknown): boolean => isObject(u) && isText(u['kind']);
const isVacuity = (u: unknown): boolean =>
  isObject(u) &&
  ['neverEnabled', 'unreached', 'neverTriggered'].every((name) => Array.isArray(u[name])) &&
  (u['perhapsNeverEnabled'] === undefined || Array.isArray(u['perhapsNeverEnabled']));
const isReport = (u: unknown): boolean =>
  isObject(u) &&
  areJudged(u['properties']) &&
  isStop(u['stop']) &&
  isVacuity(u['vacuity']) &&
  ['bounds', 'coverage'].every((name) => Array.isArray(u[name])) &&
  ['counts', 'statistics'].every((name) => isObject(u[name]));

export const AN_OBJECT: ArgumentTest = { is: isObject, what: 'an object' };
export const A_TEXT: ArgumentTest = { is: isText, what: 'a text' };
export const A_LIST: ArgumentTest = { is: Array.isArray, what: 'a list' };
export const A_DENSE_LIST: ArgumentTest = {
  is: (u) => Array.isArray(u) && Object.keys(u).length === u.length,
  what: 'a list without holes',
};
export const A_LABEL: ArgumentTest = { is: isLabel, what: 'a label (family, args)' };
export const A_RUN: ArgumentTest = {
  is: isRun,
  what: 'a run of a model (initial, steps), such as the trace of a property in a report',
};
export const A_REPORT: ArgumentTest = { is: isReport, what: 'a report of a check' };
export const VERDICTS: ArgumentTest = { is: areJudged, what: 'a list of what became of properties' };
export const A_STOP: ArgumentTest = { is: isStop, what: 'why a search stopped (kind)' };
export const A_VACUITY: ArgumentTest = {
  is: isVacuity,
  what: 'lists of what was not reached (neverEnabled, unreached, neverTriggered; perhapsNeverEnabled may be absent)',
};
const isProcess = (u: unknown): boolean => isText(u) || Number.isFinite(u);
const isOperation = (u: unknown): boolean => isObject(u) && Array.isArray(u['before']) && u['before'].every(Array.isArray);
const isProcessHistory = (u: unknown): boolean =>
  isObject(u) &&
  isProcess(u['process']) &&
  Array.isArray(u['done']) &&
  u['done'].every(isOperation) &&
  (u['pending'] === undefined || isOperation(u['pending']));

export const A_HISTORY: ArgumentTest = {
  is: (u) => isObject(u) && Array.isArray(u['processes']) && u['processes'].every(isProcessHistory),
  what: 'a history (emptyHistory, and what invoked and responded make of it)',
};
export const A_PROCESS: ArgumentTest = { is: isProcess, what: 'the name or number of a process' };
export const A_SEQUENTIAL_OBJECT: ArgumentTest = {
  is: (u) => isObject(u) && 'initial' in u && typeof u['apply'] === 'function',
  what: 'a sequential object (initial, apply)',
};
export const ITEMS: ArgumentTest = {
  is: (u) => u !== undefined && u !== null && typeof (u as Partial<Iterable<unknown>>)[Symbol.iterator] === 'function',
  what: 'a list or another iterable',
};
export const A_WHOLE_NUMBER: ArgumentTest = {
  is: (u) => Number.isSafeInteger(u) && (u as number) >= 1,
  what: 'a whole number from 1 on',
};
export const A_COUNT: ArgumentTest = {
  is: (u) => Number.isSafeInteger(u) && (u as number) >= 0,
  what: 'a whole number from 0 on',
};
export const A_SEED: ArgumentTest = { is: Number.isInteger, what: 'a whole number' };
export const A_PATH: ArgumentTest = { is: (u) => Array.isArray(u) && u.every(isObject), what: 'a list of steps' };
export const A_SOURCE: ArgumentTest = {
  is: (u) => isObject(u) && isText(u['module']) && isText(u['name']) && Array.isArray(u['args']),
  what: 'where the model is (module, name, args)',
};
