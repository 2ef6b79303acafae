/** Repeats a call of a model's function on copies of its arguments: the answer must be the same, and the copies must stay as they are. */
import { encode } from '../values/encode.js';
import { CheckerError } from '../error.js';
import { againstChance } from './chance.js';
import { enter, leave } from './current-call.js';
import { incomparableIn, partsOf } from '../values/incomparable.js';
import { isLike } from '../values/like.js';
import { text } from '../shown/text.js';
import { COMPARE, blameVariation, type Orders, type VariedAnswer } from './variations.js';
import { copiesOf, sharedAndNot, UNVARIED } from './varied-copies.js';
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
export interface Call {
  /** The name of the function. */
  readonly where: string;
  readonly run: (...args: never) => unknown;
  readonly args: ReadonlyArray<unknown>;
  readonly same: Same;
}

/** A call, and what it gave. */
export interface AuditedCall extends Call {
  readonly answer: unknown;
  /** Like `same`, but blind to what has no meaning: the order of steps. */
  readonly alike: Same;
  /** The orders of the model's values; undefined for a model with a `key`, which itself says what is equal. */
  readonly orders: Orders | undefined;
  /** The answer is a number by which states are measured. No function of the model is given it. */
  readonly isMeasure?: boolean;
  /** The text of the answer when it was given, where no search keeps what it is made of, and the model may. */
  readonly before?: string | undefined;
}

/** How a repeated call ended. */
type Outcome = { readonly answer: unknown } | { readonly threw: unknown };

const outcomeOf = (run: () => unknown): Outcome => {
  try {
    return { answer: run() };
  } catch (threw) {
    return { threw };
  }
};

const runOn = ({ where, run, args }: Call, copies: ReadonlyArray<unknown>): Outcome => {
  const outer = copies.length > 2 ? enter(where, copies) : enter(where, copies[0], copies[1]);
  const outcome = outcomeOf(() => run(...(copies as never)));
  leave(outer);
  mustBeAsGiven(where, args, copies);
  return outcome;
};

const isSame = (same: Same, one: Outcome, other: Outcome): boolean =>
  'answer' in one && 'answer' in other
    ? (same === comparableText && isLike(one.answer, other.answer)) || same(one.answer) === same(other.answer)
    : 'threw' in one === 'threw' in other;

const said = (outcome: Outcome): string =>
  'threw' in outcome ? `throws ${String(outcome.threw)}` : `gives ${briefly(outcome.answer)}`;

/** Refuses a call that changed its copies. @throws CheckerError (`model`). */
const mustBeAsGiven = (where: string, args: ReadonlyArray<unknown>, copies: ReadonlyArray<unknown>): void => {
  copies.forEach((copy, i) => {
    if (copy === args[i] || typeof copy !== 'object' || isLike(copy, args[i]) || encode(copy) === encode(args[i])) return;
    throw fault(
      `${where} changes what it is given${placeOf(differsAt(args[i], copy))}: states are immutable values, make a new one`,
    );
  });
};

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

/**
 * Calls a function with copies of its arguments, and then with the arguments themselves. A search may give it either: what comes from
 * a table, a checkpoint or another thread is a copy. Gives the answer to the arguments themselves. @throws CheckerError (`model`) where
 * the function changes the copies, or answers otherwise, and what the function throws
 */
export const onCopiesToo = (call: Call): unknown => {
  const { run, args, same } = call;
  const onCopy = outcomeOf(() => onCopies(call.where, run as never, args));
  if ('threw' in onCopy && onCopy.threw instanceof CheckerError) throw onCopy.threw;
  const itself = outcomeOf(() => run(...(args as never)));
  if (!isSame(same, itself, onCopy)) throw toldApart(call, itself, onCopy);
  if ('threw' in itself) throw itself.threw;
  return itself.answer;
};

/**
 * The order in which a call is repeated on arguments of two kinds, to see that its two answers are of these. It is the Thue–Morse sequence, which has no
 * period: a function that counts its calls does not follow it, and one that throws dice follows it once in 65,536 times, or less often.
 */
const IN_TURNS = ['a', 'b', 'b', 'a', 'b', 'a', 'a', 'b', 'b', 'a', 'a', 'b', 'a', 'b', 'b', 'a'] as const;

/** Does a call end on arguments of one kind always in one way, and on arguments of another always in another? */
const isSteady = (call: Call, ends: Readonly<Record<'a' | 'b', { args: () => ReadonlyArray<unknown>; outcome: Outcome }>>) =>
  IN_TURNS.every((kind) => isSame(call.same, runOn(call, ends[kind].args()), ends[kind].outcome));

/** Blames a call that ended in two ways on its own inconstancy. */
const inconstant = (where: string, one: Outcome, other: Outcome): CheckerError =>
  'answer' in one && 'answer' in other
    ? twoAnswers(where, one.answer, other.answer)
    : fault(`${where} ${said(one)}, and when it is asked again ${said(other)}`);

/** Blames a call that ended in one way on its arguments, and in another on copies of them. */
const toldApart = (call: Call, itself: Outcome, onCopy: Outcome): CheckerError => {
  const { where, args } = call;
  const copies = (): ReadonlyArray<unknown> => copiesOf(args, UNVARIED);
  return isSteady(call, { a: { args: () => args, outcome: itself }, b: { args: copies, outcome: onCopy } })
    ? fault(`${where} tells a value from an equal one: it ${said(itself)}, and ${said(onCopy)} for a copy; ${COMPARE}`)
    : inconstant(where, itself, onCopy);
};

/** Repeats a call on varied copies, and says how it ended where it ended in another way. @throws CheckerError (`model`). */
const otherwise =
  (again: AuditedCall): VariedAnswer =>
  (variation) => {
    const { args, answer } = again;
    const outcome = runOn(again, copiesOf(args, variation));
    if ('answer' in outcome && again.alike(outcome.answer) === again.alike(answer)) return undefined;
    const a = { args: () => copiesOf(args, UNVARIED), outcome: { answer } };
    const b = { args: () => copiesOf(args, variation), outcome };
    if (!isSteady(again, { a, b })) throw inconstant(again.where, a.outcome, outcome);
    return 'threw' in outcome ? said(outcome) : briefly(outcome.answer);
  };

/** Repeats a call on equal arguments. @throws CheckerError (`model`) where it gives another answer or changes its arguments. */
export const again = (one: AuditedCall): void => againstChance(() => onceMore(one));

const onceMore = (one: AuditedCall): void => {
  const { where, args, answer, same, orders } = one;
  const first = same(answer);
  if (first !== undefined && one.isMeasure !== true) orders?.meet(answer);
  const turned = (orders?.variations(args) ?? [UNVARIED])
    .flatMap((variation) => sharedAndNot(args, variation))
    .map((copies) => runOn(one, copies))
    .find((outcome) => 'threw' in outcome || same(outcome.answer) !== first);
  if (turned === undefined) {
    if (one.before !== undefined && first !== one.before) throw changedSince(where, answer);
    return;
  }
  // The texts of the two answers would tell nothing: the first has become something else since.
  if (same(answer) !== first) throw changesAnswers(where, answer);
  const repeated = runOn(one, copiesOf(args, UNVARIED));
  if ('threw' in repeated || same(repeated.answer) !== first) throw toldApart(one, { answer }, repeated);
  if (!('answer' in turned && one.alike(turned.answer) === one.alike(answer)))
    blameVariation(where, args, answer, orders, otherwise(one));
};

/** Makes the fault of a function that changes what it gave before, as where it fills one list again and again. */
const changesAnswers = (where: string, answer: unknown): CheckerError =>
  fault(
    `${where} changes an answer that it gave before, which is now ${briefly(answer)}: answers are immutable values, make a new one each time`,
  );

/** Says where two answers differ that are cut to one text. */
const differenceOf = (one: unknown, other: unknown): string => {
  if (briefly(one) !== briefly(other) || comparableText(one) === undefined || comparableText(other) === undefined) return '';
  const path = differsAt(one, other).replace(/^\./, '');
  return path === '' ? '' : `, which differ at ${path}`;
};

export const twoAnswers = (where: string, one: unknown, other: unknown): CheckerError =>
  comparableText(one) !== comparableText(other) && text(one) === text(other)
    ? fault(
        `${where} gives objects of two classes of one name for one input, ${briefly(one)}: define a class once, outside of the functions`,
      )
    : fault(
        `${where} gives two answers for one input, ${briefly(one)} and ${briefly(other)}${differenceOf(one, other)}: it must depend on nothing else (a clock, Math.random, a counter …)`,
      );

const placeOf = (path: string): string => (path === '' ? '' : `, at ${path.replace(/^\./, '')}`);

/** Makes the fault of a model that changed what one of its functions gave, whichever function did it. */
const changedSince = (where: string, answer: unknown): CheckerError =>
  fault(
    `a function of the model changes what ${where} gave before, which is now ${briefly(answer)}: answers are immutable values, make a new one each time`,
  );
