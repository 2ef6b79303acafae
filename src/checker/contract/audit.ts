/**
 * An audit of what a search believes of a model: that its functions depend on nothing but what they are given, and change none of it.
 *
 * The first runs are given copies, which must stay as they are. Every run is noted, and done again when the search is over: all of them where the
 * space is small, a sample of them in a share of the time where it is large. What is done again is given copies too, at another time
 * of day, and other numbers where it asks for random ones. (Nothing is frozen: V8 would run a model more slowly that has seen frozen states.)
 */
import { encode } from '../values/encode.js';
import type { Audited } from '../report.js';
import type { CheckerError } from '../error.js';
import { builtinsNow, mustLeaveBuiltins, type Builtins } from './builtins.js';
import { againstChance, elsewhen } from './date-and-random.js';
import { enter, leave } from './current-call.js';
import { incomparableIn, partsOf } from '../values/incomparable.js';
import { text } from '../shown/text.js';
import { UNVARIED, blameOrder, copyOf, Orders, type AnswerUnder, type Variation } from './variations.js';
import { briefly, fault } from './model-faults.js';

/** How many runs are given copies from the first. */
const EARLY = 64;
/** So many runs are noted while a space is small; fewer where they are of so many characters that this is the most of them. */
const MOST_NOTED = 20_000;
const MOST_CHARACTERS = 32 * 2 ** 20;
/** How often a run is weighed. */
const WEIGHED = 256;
/** Of a space that is large one in so many of the runs noted is kept, and then one whenever there are so many times as many as at the last. */
const THINNED = 64;
const RARER = 1.02;
/** All that was noted is done again in so many milliseconds at most; of a sample, so much as fits in this share of the search's time. */
const MOST_MS = 1_000;
const SHARE = 0.02;
const LEAST_MS = 10;

/** A run to be done again, and where the search was. */
interface Noted {
  readonly again: () => void;
  readonly place: unknown;
}

/** Decides which runs are done twice, and counts them. */
export class Audit {
  runs = 0;
  repeated = 0;
  /** What is known of the orders of the model's values; undefined where it says with a `key` what is equal. */
  readonly orders: Orders | undefined;
  /** Where the search is, in its own words. */
  place: () => unknown = () => undefined;
  /** Whether runs are given copies. */
  isEarly = true;
  private isAll = false;
  private isPaused = false;
  /** From how many runs on one is noted; 0 while all are. */
  private next = 0;
  private most = MOST_NOTED;
  private noted: Noted[] = [];
  private builtins: Builtins | undefined;

  constructor(isKeyed: boolean) {
    this.orders = isKeyed ? undefined : new Orders();
  }

  /** Begins anew, for a search of a model that begins with some of these values. */
  begin(all: boolean, initial: ReadonlyArray<unknown>): this {
    this.runs = this.repeated = this.next = 0;
    this.most = MOST_NOTED;
    this.noted = [];
    this.isAll = all;
    this.isPaused = false;
    this.isEarly = true;
    this.place = () => undefined;
    this.orders?.clear();
    this.builtins = builtinsNow();
    for (const value of initial.slice(0, MOST_NOTED)) if (incomparableIn(value) === undefined) this.orders?.meet(value);
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

  /** The same for what does not pause. */
  quietly(run: () => void): void {
    this.isPaused = true;
    run();
    this.isPaused = false;
  }

  /** A search begins again, to find the run to where a fault came up: where the space is small each run is done again at once. */
  againAtOnce(): void {
    this.isAll = this.isEarly = this.isOpen;
    this.noted = [];
  }

  /** Counts a run; whether it is one to do twice. */
  due(): boolean {
    if (this.isPaused) return false;
    this.isEarly = ++this.runs < EARLY || this.isAll;
    return this.runs >= this.next;
  }

  /** Does a run again, or notes how that is done. `answer`: what it gave. */
  take(again: () => void, answer: unknown): void {
    if (this.isAll) {
      this.repeated++;
      elsewhen(again);
      return;
    }
    const { noted } = this;
    noted.push({ again, place: this.place() });
    if (noted.length % WEIGHED === 1) this.weigh(answer);
    if (this.isOpen && noted.length < this.most) return;
    if (this.isOpen) this.noted = noted.filter((_, i) => i % THINNED === 0);
    this.next = Math.ceil(this.runs * RARER);
  }

  /** Whether every run is still noted. */
  get isOpen(): boolean {
    return this.next === 0;
  }

  /** Does runs that were noted once more. `elapsedMs`: what the search took. @throws CheckerError (`model`), after `at` was told where. */
  finish(elapsedMs: number, at: (place: unknown) => void): Audited {
    this.mustBeIntact();
    const until = performance.now() + (this.isOpen ? MOST_MS : Math.max(LEAST_MS, elapsedMs * SHARE));
    const repeat = (): void => {
      for (const { again, place } of spread(this.noted)) {
        if (performance.now() > until) break;
        try {
          again();
        } catch (error) {
          at(place);
          throw error;
        }
        this.repeated++;
      }
    };
    this.quietly(() => elsewhen(repeat));
    this.noted = [];
    return this.said();
  }

  /** Refuses a model that changed what JavaScript comes with while it was searched. @throws CheckerError (`model`). */
  mustBeIntact(): void {
    if (this.builtins !== undefined) mustLeaveBuiltins(this.builtins, 'a function of the model');
  }

  said(): Audited {
    return { runs: this.runs, repeated: this.repeated };
  }

  private weigh(answer: unknown): void {
    const length = comparableText(answer)?.length ?? 0;
    this.most = Math.min(this.most, Math.max(EARLY, Math.floor(MOST_CHARACTERS / (length + 1))));
  }
}

/** The same in an order in which whatever part of it comes first is from everywhere. */
const spread = <T>(items: ReadonlyArray<T>): ReadonlyArray<T> =>
  [...items.keys()].sort((a, b) => reversed(a) - reversed(b)).map((i) => items[i]!);

/** A number with its bits in the other order. */
const reversed = (n: number): number => {
  let bits = 0;
  for (let i = 0; i < 16; i++) bits = (bits << 1) | ((n >>> i) & 1);
  return bits;
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
export const comparableText: Same = (answer) => (incomparableIn(answer) === undefined ? encode(answer) : undefined);

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
  mustBeAsGiven(where, args, copies);
  return outcome;
};

/** Refuses copies that are not any more what they were made of. @throws CheckerError (`model`). */
const mustBeAsGiven = (where: string, args: ReadonlyArray<unknown>, copies: ReadonlyArray<unknown>): void => {
  copies.forEach((copy, i) => {
    if (copy === args[i] || typeof copy !== 'object' || encode(copy) === encode(args[i])) return;
    throw fault(
      `${where} changes what it is given${placeOf(differsAt(args[i], copy))}: states are immutable values, make a new one`,
    );
  });
};

const copiesOf = (args: ReadonlyArray<unknown>, variation: Variation): ReadonlyArray<unknown> =>
  args.map((arg) => (incomparableIn(arg) === undefined ? copyOf(arg, variation) : arg));

/** Runs a function on copies of what it is given. @throws CheckerError (`model`) where it changes these. */
export const onCopies = (
  where: string,
  run: (...args: ReadonlyArray<unknown>) => unknown,
  args: ReadonlyArray<unknown>,
): unknown => {
  const copies = copiesOf(args, UNVARIED);
  try {
    return run(...copies);
  } finally {
    mustBeAsGiven(where, args, copies);
  }
};

/** How it goes for copies that are turned, where that is not as it went. */
const otherwise =
  (again: Run): AnswerUnder =>
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
export const again = (one: Run): void => againstChance(() => onceMore(one));

const onceMore = (one: Run): void => {
  const { where, args, answer, same, orders } = one;
  const first = same(answer);
  if (first !== undefined) orders?.meet(answer);
  const turned = runOn(one, copiesOf(args, orders?.variation ?? UNVARIED));
  if ('answer' in turned && same(turned.answer) === first) return;
  const repeated = orders === undefined ? turned : runOn(one, copiesOf(args, UNVARIED));
  if ('threw' in repeated)
    throw fault(`${where} gives ${briefly(answer)}, and when it is asked again throws ${String(repeated.threw)}`);
  if (same(repeated.answer) !== first) throw twoAnswers(where, answer, repeated.answer);
  if (orders !== undefined && !('answer' in turned && one.alike(turned.answer) === one.alike(answer)))
    blameOrder(where, args, answer, orders, otherwise(one));
};

export const twoAnswers = (where: string, one: unknown, other: unknown): CheckerError =>
  comparableText(one) !== comparableText(other) && text(one) === text(other)
    ? fault(
        `${where} gives objects of two classes of one name for one input, ${briefly(one)}: define a class once, outside of the functions`,
      )
    : fault(
        `${where} gives two answers for one input, ${briefly(one)} and ${briefly(other)}: it must depend on nothing else (a clock, Math.random, a counter …)`,
      );

/** Asks again what decides a property. @throws CheckerError (`model`) where the answer is another. */
export const mustStay = (property: string, answer: boolean, ask: () => boolean): void =>
  elsewhen(() =>
    againstChance(() => {
      if (ask() !== answer) throw twoAnswers(`"${property}"`, answer, !answer);
    }),
  );

const placeOf = (path: string): string => (path === '' ? '' : `, at ${path.replace(/^\./, '')}`);
