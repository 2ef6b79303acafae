/**
 * An audit of what a search believes of a model: that its functions depend on nothing but what they are given, and change none of it. Each of
 * the first runs, and then some, is done again on a copy that may be changed: the answer must be the same, and so must the copy. Some are
 * done a third time when the search is over, with another clock.
 */
import { encode } from '../plain/encode.js';
import type { Audited } from '../report.js';
import { enter, leave } from './doing.js';
import { blindIn, partsOf } from './seen.js';
import { AS_IT_IS, blameOrder, copyOf, Orders, type Otherwise, type Turn } from './varied.js';
import { briefly, fault } from './words.js';

/** So many runs are done twice while a space is small: of a model without components, and of one with, whose runs are few. */
export const WINDOW = { plain: 4_000, components: 1_000 } as const;
/** After them one in so many. */
const EVERY = 4096;
/** So many runs are done a third time when the search is over, at another time of day. */
const KEPT = 64;

/** Decides which runs are done twice, and counts them. */
export class Audit {
  runs = 0;
  repeated = 0;
  private isPaused = false;
  private readonly window: number;
  private most: number;
  private readonly kept: (() => void)[] = [];
  /** What is known of the orders of the model's values; undefined where it says with a `key` what is equal. */
  readonly orders: Orders | undefined;

  constructor(window: number, isKeyed: boolean) {
    this.window = this.most = window;
    this.orders = isKeyed ? undefined : new Orders();
  }

  /** Begins anew, for a search of a model that begins with some of these values. */
  begin(all: boolean, initial: ReadonlyArray<unknown>): this {
    this.runs = this.repeated = this.kept.length = 0;
    this.orders?.clear();
    for (const value of initial.slice(0, this.window)) if (blindIn(value) === undefined) this.orders?.meet(value);
    this.isPaused = false;
    this.most = all ? Infinity : this.window;
    return this;
  }

  /** Goes through the slices of something that runs the model beside the search: what is run there is not looked at again. */
  *aside<T>(slices: Generator<void, T>): Generator<void, T> {
    for (;;) {
      this.isPaused = true;
      const slice = slices.next();
      this.isPaused = false;
      if (slice.done === true) return slice.value;
      yield;
    }
  }

  /** Whether the run at hand is one to do twice. */
  due(): boolean {
    if (this.isPaused) return false;
    const isDue = this.runs++ < this.most || this.runs % EVERY === 0;
    if (isDue) this.repeated++;
    return isDue;
  }

  /** Keeps a run to be done again at the end, in place of an earlier one where there are enough. */
  keep(run: () => void): void {
    this.kept[this.repeated % KEPT] = run;
  }

  /** Does some of the runs once more, with another clock. @throws CheckerError (`model`). */
  finish(): Audited {
    const runs = this.kept.splice(0);
    elsewhen(() => runs.forEach((run) => run()));
    return this.said();
  }

  /** Whether everything is still looked at. */
  get isThorough(): boolean {
    return this.runs <= this.most;
  }

  said(): Audited {
    return { runs: this.runs, repeated: this.repeated };
  }
}

// --- another time ----------------------------------------------------------------------------------------------------------

const DAY_MS = 86_400_000;

/** Runs something at another time: what looks at a clock gives itself away. */
const elsewhen = <T>(run: () => T): T => {
  const { Date: RealDate } = globalThis;
  const now = (): number => RealDate.now() + DAY_MS;
  const OtherDate = new Proxy(RealDate, {
    construct: (target, args: ReadonlyArray<unknown>, newTarget) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget) as object,
    get: (target, key): unknown => (key === 'now' ? now : Reflect.get(target, key)),
  });
  globalThis.Date = OtherDate;
  try {
    return run();
  } finally {
    globalThis.Date = RealDate;
  }
};

// --- once more -------------------------------------------------------------------------------------------------------------

/** Where two values differ first. */
const differsAt = (one: unknown, other: unknown): string => {
  let [a, b, path] = [one, other, ''];
  for (;;) {
    const [left, right] = [partsOf({ value: a, path }), partsOf({ value: b, path })];
    const at = left.findIndex(({ value, path: to }, i) => right[i]?.path !== to || encode(value) !== encode(right[i].value));
    if (at === -1) return left.length === right.length ? path : right[left.length]!.path;
    if (right[at]?.path !== left[at]!.path) return left[at]!.path;
    [a, b, path] = [left[at]!.value, right[at].value, left[at]!.path];
  }
};

/** How an answer is compared; undefined where it cannot be. */
export type Same = (answer: unknown) => string | undefined;

/** A text of whatever can be seen. */
export const seenText: Same = (answer) => (blindIn(answer) === undefined ? encode(answer) : undefined);

/** A run of one of a model's functions. */
export interface Run {
  /** What the function is called. */
  readonly where: string;
  readonly run: (...args: never) => unknown;
  readonly args: ReadonlyArray<unknown>;
  readonly answer: unknown;
  readonly same: Same;
  /** The same, but for what means nothing: the order of steps. */
  readonly alike: Same;
  /** What is known of the orders of the model's values; undefined where the model says with a `key` what is equal. */
  readonly orders: Orders | undefined;
}

/** What comes of running it on other arguments. */
type Outcome = { readonly answer: unknown } | { readonly threw: unknown };

const runOn = ({ where, run, args }: Run, copies: ReadonlyArray<unknown>): Outcome => {
  let outcome: Outcome;
  const outer = copies.length > 2 ? enter(where, copies) : enter(where, copies[0], copies[1]);
  try {
    outcome = { answer: run(...(copies as never)) };
  } catch (threw) {
    outcome = { threw };
  } finally {
    leave(outer);
  }
  copies.forEach((copy, i) => {
    if (copy === args[i] || typeof copy !== 'object' || encode(copy) === encode(args[i])) return;
    throw fault(
      `${where} changes what it is given${placeOf(differsAt(args[i], copy))}: states are immutable values, make a new one`,
    );
  });
  return outcome;
};

const copiesOf = (args: ReadonlyArray<unknown>, turn: Turn): ReadonlyArray<unknown> =>
  args.map((arg) => (blindIn(arg) === undefined ? copyOf(arg, turn) : arg));

/** How it goes for copies that are turned, where that is not as it went. */
const otherwise =
  (again: Run): Otherwise =>
  (turn) => {
    const outcome = runOn(again, copiesOf(again.args, turn));
    if ('threw' in outcome) return `throws ${String(outcome.threw)}`;
    return again.alike(outcome.answer) === again.alike(again.answer) ? undefined : briefly(outcome.answer);
  };

/**
 * Does a run again, on equal values that may be changed.
 *
 * @throws CheckerError (`model`) where it gives another answer or changes what it was given.
 */
export const again = (one: Run): void => {
  const { where, args, answer, same, orders } = one;
  const first = same(answer);
  if (first !== undefined) orders?.meet(answer);
  const turned = runOn(one, copiesOf(args, orders?.turn ?? AS_IT_IS));
  if ('answer' in turned && same(turned.answer) === first) return;
  const repeated = orders === undefined ? turned : runOn(one, copiesOf(args, AS_IT_IS));
  if ('threw' in repeated)
    throw fault(`${where} gives ${briefly(answer)}, and when it is asked again throws ${String(repeated.threw)}`);
  if (same(repeated.answer) !== first)
    throw fault(
      `${where} gives two answers for one input, ${briefly(answer)} and ${briefly(repeated.answer)}: it must depend on nothing else (a clock, Math.random, a counter …)`,
    );
  if (orders !== undefined && !('answer' in turned && one.alike(turned.answer) === one.alike(answer)))
    blameOrder(where, args, answer, orders, otherwise(one));
};

const placeOf = (path: string): string => (path === '' ? '' : `, at ${path.replace(/^\./, '')}`);
