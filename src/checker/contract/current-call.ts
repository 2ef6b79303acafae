/**
 * Which run of a model's functions is under way, where another thread can see it. A function that does not come back cannot be stopped by
 * the thread that runs it, nor can a signal or a clock be heeded there; so somebody else must look.
 */
import { encode } from '../values/encode.js';
import { incomparableIn } from '../values/incomparable.js';
import { briefly, fault } from './model-faults.js';

/** The number of the run, 0 where none is; {@link LOADING} and {@link MAKING} are what comes before, and what is below them comes between. */
let current: Float64Array = new Float64Array(1);
let calls = 0;
/** The number of the run that is known not to come back; -1: none is. */
let endless = -1;
/** Its function and arguments, once it was reached: a search that begins anew, to find the path there, reaches it under another number. */
let endlessCall: string | undefined;

/** Numbers for the loading of a model's module, and for its function that gives the model. */
export const LOADING = -1;
export const MAKING = -2;

/** Numbers below this one are for what runs between the turns of a search: what a model began beside its functions. */
export const BETWEEN_TURNS = -3;
let turns = 0;

/** Lets another thread see the number of the run, in the first 8 bytes. */
export const shareCurrentCall = (buffer: SharedArrayBuffer): void => {
  current = new Float64Array(buffer, 0, 1);
};

/** Takes a run for one that does not come back: an earlier process never came beyond it. It is a fault of the model then. */
export const takeForEndless = (run: number): void => {
  endless = run;
};

const textOf = (where: string, args: ReadonlyArray<unknown>): string =>
  `${where} ${incomparableIn(args) === undefined ? encode(args) : ''}`;

const mustComeBack = (where: string, args: ReadonlyArray<unknown>, on: unknown): void => {
  if (calls === endless) endlessCall = textOf(where, args);
  if (endlessCall === undefined || endlessCall !== textOf(where, args)) return;
  throw fault(`${where} does not come back${on === undefined ? '' : ` from ${briefly(on)}`}`);
};

/** A run begins. Gives what is to be told {@link leave} when it is over. It runs before every run of the model, so that it takes no list of arguments. */
export const enter = (where: string, one: unknown, two?: unknown, named?: unknown): number => {
  const outer = current[0]!;
  calls++;
  if (endless >= 0) mustComeBack(where, [one, two], named);
  current[0] = calls;
  return outer;
};

/** Something other than a run begins: {@link LOADING} or {@link MAKING}. */
export const begin = (what: typeof LOADING | typeof MAKING): number => {
  const outer = current[0]!;
  current[0] = what;
  return outer;
};

/** A search lets others have their turn. */
export const beginTurn = (): number => {
  const outer = current[0]!;
  current[0] = BETWEEN_TURNS - ++turns;
  return outer;
};

/** A run is over. */
export const leave = (outer: number): void => {
  current[0] = outer;
};
