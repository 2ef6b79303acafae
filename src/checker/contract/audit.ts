/**
 * Audits what a search believes of a model: that its functions depend on their arguments alone, and change none of them.
 *
 * The first calls get copies, and the copies must stay as they are. Every call is noted, and repeated after the search: all calls of a small
 * space, and of a large one a sample in a share of the search's time. A repetition gets copies too, on another day, and other random numbers
 * where it asks for any. Nothing is frozen: V8 runs a model more slowly once it has seen frozen states.
 */
import { encode } from '../values/encode.js';
import type { AuditReport } from '../report.js';
import type { CheckerError } from '../error.js';
import { builtinsNow, mustLeaveBuiltins, type Builtins } from './builtins.js';
import { againstChance, elsewhen } from './date-and-random.js';
import { enter, leave } from './current-call.js';
import { incomparableIn, partsOf } from '../values/incomparable.js';
import { text } from '../shown/text.js';
import { UNVARIED, blameOrder, copyOf, Orders, type VariedAnswer, type Variation } from './variations.js';
import { briefly, fault } from './model-faults.js';
import { spread } from './spread.js';

/** How many of the first calls get copies. */
const EARLY = 64;
/** Of a small space at most `MOST_NOTED` calls are noted. Together they have at most `MOST_CHARACTERS` characters, so long calls are fewer. */
const MOST_NOTED = 20_000;
const MOST_CHARACTERS = 32 * 2 ** 20;
/** One of `WEIGHED` calls is weighed: its answer is measured in characters. */
const WEIGHED = 256;
/** Of a large space one of `THINNED` noted calls is kept. The next is noted when the number of calls has grown by the factor `RARER`. */
const THINNED = 64;
const RARER = 1.02;
/** Repetitions take at most `MOST_MS` ms. Those of a sample take at most `SHARE` of the search's time, or `LEAST_MS` ms if that is more. */
const MOST_MS = 1_000;
const SHARE = 0.02;
const LEAST_MS = 10;

/** A call to repeat, and the place of the search at the call. */
interface Noted {
  readonly again: () => void;
  readonly place: unknown;
}

/** Decides which calls are repeated, and counts them. */
export class Audit {
  runs = 0;
  repeated = 0;
  /** The orders of the model's values; undefined for a model with a `key`, which itself says what is equal. */
  readonly orders: Orders | undefined;
  /** Gives the place of the search, in its own terms. */
  place: () => unknown = () => undefined;
  /** Whether calls get copies. */
  isEarly = true;
  private isAll = false;
  private isPaused = false;
  /** The number of the next call to note; 0 while all are noted. */
  private next = 0;
  private most = MOST_NOTED;
  private noted: Noted[] = [];
  private builtins: Builtins | undefined;

  constructor(isKeyed: boolean) {
    this.orders = isKeyed ? undefined : new Orders();
  }

  /** Starts again for another search, whose model begins with these values. */
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

  /**
   * Drives slices of work that calls the model beside the search. Their calls are not audited. They may come to states that the search has not, so that
   * here, too, a model may change what JavaScript comes with.
   *
   * @throws CheckerError (`model`) where it did, and what the slices throw.
   */
  *aside<T>(slices: Generator<void, T>): Generator<void, T> {
    try {
      for (;;) {
        this.isPaused = true;
        const slice = slices.next();
        this.isPaused = false;
        if (slice.done === true) return slice.value;
        yield;
      }
    } finally {
      this.isPaused = false;
      this.mustBeIntact();
    }
  }

  /** Does the same for work that does not pause. */
  quietly(run: () => void): void {
    this.isPaused = true;
    run();
    this.isPaused = false;
  }

  /** Prepares for a second search, which looks for the run to a fault. Of a small space each call is then repeated at once. */
  againAtOnce(): void {
    this.isAll = this.isEarly = this.isOpen;
    this.noted = [];
  }

  /** Counts a call, and says whether it should be repeated. */
  due(): boolean {
    if (this.isPaused) return false;
    this.isEarly = ++this.runs < EARLY || this.isAll;
    return this.runs >= this.next;
  }

  /** Repeats a call, or notes it for later. `answer` is what the call gave. */
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

  /** Whether all calls so far are noted. */
  get isOpen(): boolean {
    return this.next === 0;
  }

  /**
   * Repeats the noted calls. `elapsedMs` is the time of the search. @throws CheckerError (`model`), after `at` was given the place of the
   * fault.
   */
  finish(elapsedMs: number, at: (place: unknown) => void): AuditReport {
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

  /** Refuses a model that changed a builtin of JavaScript during the search. @throws CheckerError (`model`). */
  mustBeIntact(): void {
    if (this.builtins !== undefined) mustLeaveBuiltins(this.builtins, 'a function of the model');
  }

  said(): AuditReport {
    return { runs: this.runs, repeated: this.repeated };
  }

  private weigh(answer: unknown): void {
    const length = comparableText(answer)?.length ?? 0;
    this.most = Math.min(this.most, Math.max(EARLY, Math.floor(MOST_CHARACTERS / (length + 1))));
  }
}

// --- once more -------------------------------------------------------------------------------------------------------------

/** Gives the path of the first difference between two values. */
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

/** Gives the text by which an answer is compared; undefined where it cannot be compared. */
export type Same = (answer: unknown) => string | undefined;

/** Gives a text of any comparable value. */
export const comparableText: Same = (answer) => (incomparableIn(answer) === undefined ? encode(answer) : undefined);

/** A call of one of a model's functions. */
export interface AuditedCall {
  /** The name of the function. */
  readonly where: string;
  readonly run: (...args: never) => unknown;
  readonly args: ReadonlyArray<unknown>;
  readonly answer: unknown;
  readonly same: Same;
  /** Like `same`, but blind to what has no meaning: the order of steps. */
  readonly alike: Same;
  /** The orders of the model's values; undefined for a model with a `key`, which itself says what is equal. */
  readonly orders: Orders | undefined;
}

/** How a repeated call ended. */
type Outcome = { readonly answer: unknown } | { readonly threw: unknown };

const runOn = ({ where, run, args }: AuditedCall, copies: ReadonlyArray<unknown>): Outcome => {
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

/** Refuses a call that changed its copies. @throws CheckerError (`model`). */
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

/** Calls a function with copies of its arguments. @throws CheckerError (`model`) where it changes them. */
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

/** Repeats a call on varied copies, and says how it ended where it ended in another way. */
const otherwise =
  (again: AuditedCall): VariedAnswer =>
  (turn) => {
    const outcome = runOn(again, copiesOf(again.args, turn));
    if ('threw' in outcome) return `throws ${String(outcome.threw)}`;
    return again.alike(outcome.answer) === again.alike(again.answer) ? undefined : briefly(outcome.answer);
  };

/** Repeats a call on equal arguments. @throws CheckerError (`model`) where it gives another answer or changes its arguments. */
export const again = (one: AuditedCall): void => againstChance(() => onceMore(one));

const onceMore = (one: AuditedCall): void => {
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

/** Evaluates a predicate again whose value decides a property. @throws CheckerError (`model`) where the second value is another. */
export const mustStay = (property: string, answer: boolean, ask: () => boolean): void =>
  elsewhen(() =>
    againstChance(() => {
      if (ask() !== answer) throw twoAnswers(`"${property}"`, answer, !answer);
    }),
  );

const placeOf = (path: string): string => (path === '' ? '' : `, at ${path.replace(/^\./, '')}`);
