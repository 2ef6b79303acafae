/**
 * The call of a model's function that is under way, kept where another thread can read it. A thread cannot stop a function that does not
 * come back, and it serves no signal and no timer meanwhile. So another thread has to watch.
 */
import { encode } from '../values/encode.js';
import { incomparableIn } from '../values/incomparable.js';
import { briefly, fault } from './model-faults.js';

/**
 * The number of the current call. It is 0 where there is none, {@link LOADING} or {@link MAKING} before the search, and less than these
 * between two turns of the search.
 */
let current: Float64Array = new Float64Array(1);
let calls = 0;
/** The number of the call that is known not to come back; -1 where none is known. */
let endless = -1;
/**
 * The function and the arguments of the endless call, once the search has reached it. A search that begins anew, to find the path there,
 * reaches the same call under another number.
 */
let endlessCall: string | undefined;

/** Stand for the loading of a model's module, and for the call of its function that gives the model. */
export const LOADING = -1;
export const MAKING = -2;

/** Numbers below this one stand for the turns between slices of a search. What a model has started beside its functions runs there. */
const BETWEEN_TURNS = -3;
let turns = 0;

/** Shares the number of the current call with another thread, in the first 8 bytes. */
export const shareCurrentCall = (buffer: SharedArrayBuffer): void => {
  current = new Float64Array(buffer, 0, 1);
};

/** Declares a call endless, because an earlier process never came beyond it. When the search reaches it, the model is at fault. */
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

/**
 * Begins a call, and returns the number that {@link leave} takes at its end. It runs before every call of the model, so it takes no list
 * of arguments: a list costs time.
 */
export const enter = (where: string, one: unknown, two?: unknown, named?: unknown): number => {
  const outer = current[0]!;
  calls++;
  if (endless >= 0) mustComeBack(where, [one, two], named);
  current[0] = calls;
  return outer;
};

/** Gives the number of the call that was begun last. */
export const callNumber = (): number => calls;

/** Begins something other than a call: {@link LOADING} or {@link MAKING}. */
export const begin = (what: typeof LOADING | typeof MAKING): number => {
  const outer = current[0]!;
  current[0] = what;
  return outer;
};

/** Begins a turn of the event loop, in which a search lets others run. */
export const beginTurn = (): number => {
  const outer = current[0]!;
  current[0] = BETWEEN_TURNS - ++turns;
  return outer;
};

/** Ends a call. `outer` is what {@link enter} returned. */
export const leave = (outer: number): void => {
  current[0] = outer;
};
