/** Repeats a call of a model's function on copies of its arguments: the answer must be the same, and the copies must stay as they are. */
import { encode } from '../values/encode.js';
import type { CheckerError } from '../error.js';
import { againstChance, elsewhen } from './date-and-random.js';
import { enter, leave } from './current-call.js';
import { incomparableIn, partsOf } from '../values/incomparable.js';
import { isLike } from '../values/like.js';
import { text } from '../shown/text.js';
import { UNVARIED, blameOrder, copyOf, type Orders, type VariedAnswer, type Variation } from './variations.js';
import { briefly, fault } from './model-faults.js';

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

/**
 * Makes a function that is called often with the same few arguments run on copies of them. Each value is copied once: a copy that is still
 * as it was serves again. @throws CheckerError (`model`) where the function changes them.
 */
export const onKeptCopies = (
  where: string,
  run: (...args: ReadonlyArray<unknown>) => unknown,
): ((...args: ReadonlyArray<unknown>) => unknown) => {
  const kept = new Map<unknown, unknown>();
  const copyFor = (arg: unknown): unknown => {
    if (typeof arg !== 'object' || arg === null) return arg;
    const known = kept.get(arg);
    if (known !== undefined) return known;
    const [copy] = copiesOf([arg], UNVARIED);
    kept.set(arg, copy);
    return copy;
  };
  return (...args) => {
    const copies = args.map(copyFor);
    try {
      return run(...copies);
    } finally {
      if (!args.every((arg, i) => isLike(copies[i], arg))) mustBeAsGiven(where, args, copies);
    }
  };
};

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
