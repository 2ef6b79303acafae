/**
 * Audits what a search believes of a model: that its functions depend on their arguments alone, and change none of them.
 *
 * The first calls are made twice: on copies, which must stay as they are, and on the values themselves. Every call is noted, also where each is repeated
 * at once, and repeated after the search: all calls of a small space, and of a large one a sample in a share of the search's time. A repetition gets copies too, on
 * another day, and other random numbers where it asks for any. So no answer depends on which objects a search gives. Nothing is frozen: V8
 * runs a model more slowly once it has seen frozen states.
 */
import type { AuditReport } from '../report.js';
import { builtinsNow, mustLeaveBuiltins, type Builtins } from './builtins.js';
import { elsewhen, runningMs } from './clocks.js';
import { AllKeptValues } from './kept-values.js';
import { comparableText } from './repeated-call.js';
import { incomparableIn } from '../values/incomparable.js';
import { Orders } from './variations.js';
import { spread } from './spread.js';

/** How many of the first calls are made on copies, too. */
const EARLY = 64;
/** Of a small space at most `MOST_NOTED` calls are noted. Together they have at most `MOST_CHARACTERS` characters, so long calls are fewer. */
const MOST_NOTED = 10_000;
const MOST_CHARACTERS = 32 * 2 ** 20;
/** One of `WEIGHED` calls is weighed: its answer is measured in characters. */
const WEIGHED = 256;
/** Of a large space one of `THINNED` noted calls is kept. The next is noted when the number of calls has grown by the factor `RARER`. */
const THINNED = 64;
const RARER = 1.02;
/** Repetitions take at most `MOST_MS` ms. Those of a sample take at most `SHARE` of the search's time, or `LEAST_MS` ms if that is more. */
const MOST_MS = 5_000;
const SHARE = 0.02;
const LEAST_MS = 10;

/** A call to repeat, and the place of the search at the call. A call that was made on copies at once is counted already. */
interface Noted {
  readonly again: () => void;
  readonly place: unknown;
  readonly isCounted: boolean;
}

/** Decides which calls are repeated, and counts them. */
export class Audit {
  runs = 0;
  repeated = 0;
  /** The orders of the model's values; undefined for a model with a `key`, which itself says what is equal. */
  readonly orders: Orders | undefined;
  /** Gives the place of the search, in its own terms. */
  place: () => unknown = () => undefined;
  /** Whether calls are made on copies, too. */
  isEarly = true;
  private isAll = false;
  /** When calls are no longer repeated at once. */
  private until = Infinity;
  private isPaused = false;
  /** The number of the next call to note; 0 while all are noted. */
  private next = 0;
  private most = MOST_NOTED;
  private noted: Noted[] = [];
  private builtins: Builtins | undefined;
  /** The values with which the model begins, as they were given: their one form has no `-0`. */
  private readonly initial: ReadonlyArray<unknown>;
  /** What the model itself keeps where its states are numbers of values. */
  readonly kept = new AllKeptValues();

  constructor(isKeyed: boolean, initial: ReadonlyArray<unknown>) {
    this.orders = isKeyed ? undefined : new Orders();
    this.initial = initial.slice(0, MOST_NOTED);
  }

  /** Whether every call is to be audited. */
  get isOfAll(): boolean {
    return this.isAll;
  }

  /** Starts again for another search. */
  begin(all: boolean): this {
    this.runs = this.repeated = this.next = 0;
    this.most = MOST_NOTED;
    this.noted = [];
    this.isAll = all;
    this.until = Infinity;
    this.isPaused = false;
    this.isEarly = true;
    this.place = () => undefined;
    this.orders?.clear();
    this.builtins = builtinsNow();
    for (const value of this.initial) if (incomparableIn(value) === undefined) this.orders?.meet(value);
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

  /** Repeats at once each call that `run` makes in its first `ms` ms. @throws CheckerError (`model`), and what `run` throws. */
  throughout<T>(run: () => T, ms: number): T {
    const { isAll, until } = this;
    this.isAll = this.isEarly = true;
    this.until = runningMs() + ms;
    try {
      return run();
    } finally {
      this.isAll = isAll;
      this.until = until;
      this.isEarly = isAll || this.runs < EARLY;
    }
  }

  /** Counts a call, and says whether it should be repeated. */
  due(): boolean {
    if (this.isPaused) return false;
    if (this.isAll && runningMs() > this.until) this.isAll = false;
    this.isEarly = ++this.runs < EARLY || this.isAll;
    return this.isAll || this.runs >= this.next;
  }

  /** Repeats a call, or notes it for later. `answer` is what the call gave. */
  take(again: () => void, answer: unknown): void {
    const isCounted = this.isAll || this.runs <= EARLY;
    if (isCounted) this.repeated++;
    if (this.isAll) elsewhen(again);
    // What a function keeps from one call to the next may show only later. So a call that was repeated at once is noted like the others.
    if (this.runs < this.next) return;
    const { noted } = this;
    noted.push({ again, place: this.place(), isCounted });
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
    const until = runningMs() + (this.isOpen ? MOST_MS : Math.max(LEAST_MS, elapsedMs * SHARE));
    const repeat = (): void => {
      for (const { again, place, isCounted } of spread(this.noted)) {
        if (runningMs() > until) break;
        try {
          elsewhen(again);
        } catch (error) {
          at(place);
          throw error;
        }
        if (!isCounted) this.repeated++;
      }
    };
    this.quietly(repeat);
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
