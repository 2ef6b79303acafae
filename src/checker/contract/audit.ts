/**
 * An audit of what a search believes of a model: that its functions depend on nothing but what they are given, and change none of it. Each of
 * the first runs, and then some, is done again on a copy that may be changed: the answer must be the same, and so must the copy. Some are
 * done a third time when the search is over, with another clock.
 */
import { encode } from '../plain/encode.js';
import type { Audited } from '../report.js';
import { thaw } from './freeze.js';
import { blindIn, partsOf } from './seen.js';
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
  private readonly window: number;
  private most: number;
  private readonly kept: (() => void)[] = [];

  constructor(window: number) {
    this.window = this.most = window;
  }

  /** Begins anew, for a search. */
  begin(all: boolean): this {
    this.runs = this.repeated = this.kept.length = 0;
    this.most = all ? Infinity : this.window;
    return this;
  }

  /** Whether the run at hand is one to do twice. */
  due(): boolean {
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

/**
 * Does a run again. `where`: what the function is called.
 *
 * @throws CheckerError (`model`) where it gives another answer or changes what it was given.
 */
export const again = (
  where: string,
  run: (...args: never) => unknown,
  args: ReadonlyArray<unknown>,
  answer: unknown,
  same: Same,
): void => {
  const first = same(answer);
  const copies = args.map((arg) => (blindIn(arg) === undefined ? thaw(arg) : arg));
  let other: unknown;
  try {
    other = run(...(copies as never));
  } catch (error) {
    throw fault(`${where} gives ${briefly(answer)}, and when it is asked again throws ${String(error)}`);
  }
  copies.forEach((copy, i) => {
    if (copy === args[i] || typeof copy !== 'object' || encode(copy) === encode(args[i])) return;
    throw fault(
      `${where} changes what it is given${placeOf(differsAt(args[i], copy))}: states are immutable values, make a new one`,
    );
  });
  const second = same(other);
  if (first === second) return;
  throw fault(
    `${where} gives two answers for one input, ${briefly(answer)} and ${briefly(other)}: it must depend on nothing else (a clock, Math.random, a counter …)`,
  );
};

const placeOf = (path: string): string => (path === '' ? '' : `, at ${path.replace(/^\./, '')}`);
