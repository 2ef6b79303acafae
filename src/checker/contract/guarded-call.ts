/** Guards single functions of a model: a guard checks its function's answers, names it where it throws, and has some calls audited. */
import * as E from 'fp-ts/lib/Either.js';
import type * as t from 'io-ts/lib/index.js';
import type { Label } from '../model.js';
import { elsewhen } from './clocks.js';
import { type Audit } from './audit.js';
import { again, onCopiesToo, type Same, comparableText } from './repeated-call.js';
import { enter, leave } from './current-call.js';
import { decode, isDense, text, yesOrNo } from './codecs.js';
import {
  actions,
  fairnessOrNone,
  finite,
  label,
  localShape,
  optionalText,
  statePartsShape,
  stateShape,
  texts,
  value,
} from './model-shape.js';
import { optionalView } from './view-shape.js';
import { briefly, fault, givenBy, threw } from './model-faults.js';

// --- answers ---------------------------------------------------------------------------------------------------------------

/** What a function must give. `is` is a quick test of each answer; `codec` says what is wrong with a bad one. */
export interface TypeTest {
  readonly is: (u: unknown) => boolean;
  readonly codec: t.Mixed;
}

const isLabel = (u: unknown): boolean => {
  if (typeof u !== 'object' || u === null) return false;
  const { family, args } = u as Partial<Label>;
  if (typeof family !== 'string' || !Array.isArray(args)) return false;
  for (const arg of args) if (typeof arg !== 'string' && !Number.isFinite(arg)) return false;
  return true;
};

const isText = (u: unknown): boolean => typeof u === 'string';
const isOptionalText = (u: unknown): boolean => u === undefined || typeof u === 'string';

export const TRUTH: TypeTest = { is: (u) => typeof u === 'boolean', codec: yesOrNo };
export const VALUE: TypeTest = { is: (u) => !(u instanceof Promise), codec: value };
export const TEXT: TypeTest = { is: isText, codec: text };
export const STATE: TypeTest = { is: stateShape.is, codec: stateShape };
export const LOCAL: TypeTest = { is: localShape.is, codec: localShape };
export const OPTIONAL_TEXT: TypeTest = { is: isOptionalText, codec: optionalText };
export const NUMBER: TypeTest = { is: Number.isFinite, codec: finite };
export const FAIRNESS: TypeTest = { is: (u) => isOptionalText(u) || fairnessOrNone.is(u), codec: fairnessOrNone };
export const TEXTS: TypeTest = { is: texts.is, codec: texts };
export const PARTS: TypeTest = { is: statePartsShape.is, codec: statePartsShape };
export const ACTIONS: TypeTest = { is: (u) => Array.isArray(u) && isDense(u), codec: actions };
export const LABEL: TypeTest = { is: isLabel, codec: label };
export const VIEW: TypeTest = { is: optionalView.is, codec: optionalView };

/** Refuses an answer that is not what the function must give. `where` gives the function's name, which may take long to make. */
export const mustReturn = (where: () => string, { is, codec }: TypeTest, given: unknown): void => {
  const decoded = decode(codec, given);
  // The codec says "missing", as it would of a field. A function gives undefined.
  if (E.isLeft(decoded))
    throw fault(`what ${where()} gives: ${given === undefined ? decoded.left.replace(/missing$/, 'undefined') : decoded.left}`);
  if (!is(given)) throw fault(`what ${where()} gives is not what it should be`);
};

/** How the calls of a function are audited. Without it they are not. */
export interface CallAudit {
  readonly audit: Audit;
  readonly same?: Same;
  /** Which answers are as good as each other. Default: equal ones. */
  readonly alike?: Same;
  /** See {@link AuditedCall.isMeasure}. */
  readonly isMeasure?: boolean;
  /** Does a fault tell the value that was given? It may be of no state of the search, or of another one than that where the search is. */
  readonly tellsValue?: boolean;
  /** May the model hold on to what an answer is made of? Then it may change an answer that was given, which no search keeps. */
  readonly isShared?: boolean;
  /** Refuses an answer that is not what the search takes it for. @throws CheckerError (`model`). */
  readonly mustBe?: (answer: unknown) => void;
}

/** Names a function together with the value that it was given, which is its last argument. */
export const ofValue = (where: string, args: ReadonlyArray<unknown>): string => `${where} of ${briefly(args.at(-1))}`;

/** Tests an answer. What is wrong with it is told of the function that gave it. */
const mustBeSound = (given: unknown, mustBe: CallAudit['mustBe'], where: () => string): void => {
  try {
    mustBe?.(given);
  } catch (error) {
    throw givenBy(where(), error);
  }
};

/** Any function of a model. */
export type Pure = (...args: never) => unknown;

/**
 * Guards a function of `arity` arguments. The guard runs at each call. So the usual numbers of arguments have guards of their own: a list of
 * arguments costs more than the guard.
 */
export const guarded = <F extends Pure>(where: string, expected: TypeTest, run: F, arity: number, auditing?: CallAudit): F => {
  const { is } = expected;
  const audit = auditing?.audit;
  const { same = comparableText, alike = same, mustBe, isMeasure = false, tellsValue = false, isShared = false } = auditing ?? {};
  const of = run as unknown as (...args: ReadonlyArray<unknown>) => unknown;
  const named = (args: ReadonlyArray<unknown>): string => (tellsValue ? ofValue(where, args) : where);
  const refuse = (given: unknown, args: ReadonlyArray<unknown>): void => mustReturn(() => named(args), expected, given);
  const looked = (given: unknown, args: ReadonlyArray<unknown>): void => {
    const before = isShared ? same(given) : undefined;
    const repeat = (): void => {
      refuse(given, args);
      mustBeSound(given, mustBe, () => named(args));
      again({ where, run, args, answer: given, same, alike, orders: audit?.orders, isMeasure, before });
    };
    audit!.take(repeat, given);
  };
  const one = (a: unknown): unknown => {
    let given: unknown;
    const outer = enter(where, a);
    try {
      given = audit?.isEarly === true ? onCopiesToo({ where, run, args: [a], same }) : of(a);
    } catch (error) {
      throw threw(named([a]), error);
    } finally {
      leave(outer);
    }
    if (!is(given)) refuse(given, [a]);
    if (audit?.due() === true) looked(given, [a]);
    return given;
  };
  const two = (a: unknown, b: unknown): unknown => {
    let given: unknown;
    const outer = enter(where, a, b);
    try {
      given = audit?.isEarly === true ? onCopiesToo({ where, run, args: [a, b], same }) : of(a, b);
    } catch (error) {
      throw threw(named([a, b]), error);
    } finally {
      leave(outer);
    }
    if (!is(given)) refuse(given, [a, b]);
    if (audit?.due() === true) looked(given, [a, b]);
    return given;
  };
  const more = (...args: ReadonlyArray<unknown>): unknown => {
    let given: unknown;
    const outer = enter(where, args);
    try {
      given = audit?.isEarly === true ? onCopiesToo({ where, run, args, same }) : of(...args);
    } catch (error) {
      throw threw(named(args), error);
    } finally {
      leave(outer);
    }
    if (!is(given)) refuse(given, args);
    if (audit?.due() === true) looked(given, args);
    return given;
  };
  return (arity === 1 ? one : arity === 2 ? two : more) as unknown as F;
};

// --- answers that are only shown -----------------------------------------------------------------------------------------------

/** Of a function whose answers are only shown so many calls are repeated, and one in `SHOWN_ONE_IN` of those after them. */
const SHOWN_FIRST = 1_000;
const SHOWN_ONE_IN = 64;

/**
 * Guards a function whose answers only name or show something. Calls are repeated at once, on copies, and are not counted: no state depends on them.
 * An answer may go by the order in which sets and maps were filled.
 */
export const guardedShown = <F extends Pure>(where: string, expected: TypeTest, run: F): F => {
  const same = comparableText;
  let calls = 0;
  const shown = (...args: ReadonlyArray<unknown>): unknown => {
    const isRepeated = ++calls <= SHOWN_FIRST || calls % SHOWN_ONE_IN === 0;
    let given: unknown;
    const outer = args.length > 2 ? enter(where, args) : enter(where, args[0], args[1]);
    try {
      given = isRepeated ? onCopiesToo({ where, run, args, same }) : run(...(args as never));
    } catch (error) {
      throw threw(ofValue(where, args), error);
    } finally {
      leave(outer);
    }
    if (!expected.is(given)) mustReturn(() => ofValue(where, args), expected, given);
    if (isRepeated) elsewhen(() => again({ where, run, args, answer: given, same, alike: same, orders: undefined }));
    return given;
  };
  return shown as unknown as F;
};
