/** Guards each function of a plain model: a guard checks its answers, names it where it throws, and has some calls audited. */
import * as E from 'fp-ts/lib/Either.js';
import type * as t from 'io-ts/lib/index.js';
import type { Label, Model, Property } from '../model.js';
import { optional } from '../optional.js';
import { elsewhen } from './date-and-random.js';
import { type Audit } from './audit.js';
import { again, onCopies, onCopiesToo, twoAnswers, type Same, comparableText } from './repeated-call.js';
import { enter, leave } from './current-call.js';
import { oneForm } from '../values/one-form.js';
import { mustBeSeenInto } from '../values/incomparable.js';
import { decode, isDense, text, yesOrNo } from './codecs.js';
import { actions, fairnessOrNone, finite, label, localShape, optionalText, stateShape, texts, value } from './model-shape.js';
import { inAnyOrder } from './variations.js';
import { drawing, optionalView } from './view-shape.js';
import { fault, threw } from './model-faults.js';

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
const STATE: TypeTest = { is: stateShape.is, codec: stateShape };
export const LOCAL: TypeTest = { is: localShape.is, codec: localShape };
const OPTIONAL_TEXT: TypeTest = { is: isOptionalText, codec: optionalText };
const NUMBER: TypeTest = { is: Number.isFinite, codec: finite };
const FAIRNESS: TypeTest = { is: (u) => isOptionalText(u) || fairnessOrNone.is(u), codec: fairnessOrNone };
const TEXTS: TypeTest = { is: texts.is, codec: texts };
const ACTIONS: TypeTest = { is: (u) => Array.isArray(u) && isDense(u), codec: actions };
const LABEL: TypeTest = { is: isLabel, codec: label };
export const VIEW: TypeTest = { is: optionalView.is, codec: optionalView };

/** Refuses an answer that is not what the function must give. */
const mustReturn = (where: string, { is, codec }: TypeTest, given: unknown): void => {
  const decoded = decode(codec, given);
  // The codec says "missing", as it would of a field. A function gives undefined.
  if (E.isLeft(decoded))
    throw fault(`what ${where} gives: ${given === undefined ? decoded.left.replace(/missing$/, 'undefined') : decoded.left}`);
  if (!is(given)) throw fault(`what ${where} gives is not what it should be`);
};

/** How the calls of a function are audited. Without it they are not. */
export interface CallAudit {
  readonly audit: Audit;
  readonly same?: Same;
  /** Which answers are as good as each other. Default: equal ones. */
  readonly alike?: Same;
  /** Refuses an answer that is not what the search takes it for. @throws CheckerError (`model`). */
  readonly mustBe?: (answer: unknown) => void;
}

/** Any function of a model. */
export type Pure = (...args: never) => unknown;

/**
 * Guards a function of `arity` arguments. The guard runs at each call. So the usual numbers of arguments have guards of their own: a list of
 * arguments costs more than the guard.
 */
export const guarded = <F extends Pure>(where: string, expected: TypeTest, run: F, arity: number, auditing?: CallAudit): F => {
  const { is } = expected;
  const audit = auditing?.audit;
  const { same = comparableText, alike = same, mustBe } = auditing ?? {};
  const of = run as unknown as (...args: ReadonlyArray<unknown>) => unknown;
  const refuse = (given: unknown): void => mustReturn(where, expected, given);
  const looked = (given: unknown, args: ReadonlyArray<unknown>): void => {
    const repeat = (): void => {
      refuse(given);
      mustBe?.(given);
      again({ where, run, args, answer: given, same, alike, orders: audit?.orders });
    };
    audit!.take(repeat, given);
  };
  const one = (a: unknown): unknown => {
    let given: unknown;
    const outer = enter(where, a);
    try {
      given = audit?.isEarly === true ? onCopiesToo({ where, run, args: [a], same }) : of(a);
    } catch (error) {
      throw threw(where, error);
    } finally {
      leave(outer);
    }
    if (!is(given)) refuse(given);
    if (audit?.due() === true) looked(given, [a]);
    return given;
  };
  const two = (a: unknown, b: unknown): unknown => {
    let given: unknown;
    const outer = enter(where, a, b);
    try {
      given = audit?.isEarly === true ? onCopiesToo({ where, run, args: [a, b], same }) : of(a, b);
    } catch (error) {
      throw threw(where, error);
    } finally {
      leave(outer);
    }
    if (!is(given)) refuse(given);
    if (audit?.due() === true) looked(given, [a, b]);
    return given;
  };
  const more = (...args: ReadonlyArray<unknown>): unknown => {
    let given: unknown;
    const outer = enter(where, args);
    try {
      given = audit?.isEarly === true ? onCopiesToo({ where, run, args, same }) : of(...args);
    } catch (error) {
      throw threw(where, error);
    } finally {
      leave(outer);
    }
    if (!is(given)) refuse(given);
    if (audit?.due() === true) looked(given, args);
    return given;
  };
  return (arity === 1 ? one : arity === 2 ? two : more) as unknown as F;
};

// --- properties ------------------------------------------------------------------------------------------------------------

const guardedProperty = <S, A>(property: Property<S, A>, where: string, audit: Audit): Property<S, A> => {
  const truth = <F extends Pure>(name: string, run: F, arity = 1): F => guarded(`${where}.${name}`, TRUTH, run, arity, { audit });
  switch (property.kind) {
    case 'alwaysStep':
    case 'sometimesStep':
      return { ...property, holds: truth('holds', (s: S, a: A, n: S) => property.holds(s, a, n), 3) };
    case 'leadsTo':
      return { ...property, from: truth('from', (s: S) => property.from(s)), to: truth('to', (s: S) => property.to(s)) };
    case 'noDeadlock':
      return property.final === undefined ? property : { ...property, final: truth('final', (s: S) => property.final!(s)) };
    default:
      return { ...property, holds: truth('holds', (s: S) => property.holds(s)) };
  }
};

// --- the model -------------------------------------------------------------------------------------------------------------

/** Models that are guarded, or made of guarded ones, with their audits. */
const trusted = new WeakMap<object, Audit>();

/** Marks a model as guarded. */
export const trust = <M extends object>(model: M, audit: Audit): M => {
  trusted.set(model, audit);
  return model;
};

/** Gives the audit of a guarded model; undefined for a model without guards. */
export const auditOf = (model: object): Audit | undefined => trusted.get(model);

/** For each guarded model its guarded `next`, but without {@link oneForm} on the result. */
const rawSteps = new WeakMap<object, unknown>();

/** Gives a guarded `next` for a search that makes the one form of states itself. It seldom has to: most states have it. */
export const rawNextOf = <S, A>(model: Model<S, A>): Model<S, A>['next'] =>
  (rawSteps.get(model) as Model<S, A>['next'] | undefined) ?? model.next;

/** Copies fields of a model as own fields. A spread would leave out those that an object of a class has from its prototype. */
export const ownFields = <M extends object, K extends keyof M>(model: M, names: ReadonlyArray<K>): Partial<Pick<M, K>> => {
  const fields: Partial<Pick<M, K>> = {};
  for (const name of names) {
    const field: unknown = model[name];
    if (field !== undefined) fields[name] = (typeof field === 'function' ? field.bind(model) : field) as M[K];
  }
  return fields;
};

/** Gives the one form of an initial state. @throws CheckerError (`model`) where it is incomparable: the form would hide that. */
const comparableForm = <S>(state: S): S => {
  mustBeSeenInto(state);
  return oneForm(state);
};

/** Gives the model with a guard before each function. */
// eslint-disable-next-line max-lines-per-function -- a guard for each function of a model, as the interface lists them.
export const guardedModel = <S, A>(model: Model<S, A>, audit: Audit): Model<S, A> => {
  if (auditOf(model) !== undefined) return model;
  const { key, show, view, note, boundary, progress, fairness, symmetry, normalize } = model;
  const auditing: CallAudit = { audit };
  const keyed = (state: S): string => model.key!(state);
  const keyOf = key && guarded('key', TEXT, keyed, 1, auditing);
  /** A key that is not the same each time would blame the function whose answers it compares. */
  const sameKey = (state: S): string => {
    try {
      const text = onCopies('key', keyed as never, [state]) as string;
      const other = elsewhen(() => keyed(state));
      if (other !== text) throw twoAnswers('key', text, other);
      return text;
    } catch (error) {
      throw threw('key', error);
    }
  };
  const sameState: Same = (state) => (state === undefined || keyOf === undefined ? comparableText(state) : sameKey(state as S));
  const isKeyed = keyOf !== undefined;
  const mustBe = isKeyed ? undefined : mustBeSeenInto;
  const run = (state: S, action: A): S | undefined => model.next(state, action);
  /** Has a step audited, and refuses a state that cannot be compared. */
  const looked = (state: S, action: A, after: S | undefined): void => {
    const { orders } = audit;
    const repeat = (): void => {
      mustBe?.(after);
      again({ where: 'next', run, args: [state, action], answer: after, same: sameState, alike: sameState, orders });
    };
    audit.take(repeat, after);
  };
  // `next` runs most, so it has a guard of its own. It need not look for a promise inside a state: a comparison refuses one.
  const next = (state: S, action: A): S | undefined => {
    let after: S | undefined;
    const outer = enter('next', state, action, action);
    try {
      after = audit.isEarly
        ? (onCopiesToo({ where: 'next', run, args: [state, action], same: sameState }) as S | undefined)
        : model.next(state, action);
    } catch (error) {
      throw threw('next', error);
    } finally {
      leave(outer);
    }
    if (after instanceof Promise) mustReturn('next', VALUE, after);
    if (audit.due()) looked(state, action, after);
    return after;
  };
  const nextInOneForm = (state: S, action: A): S | undefined => oneForm(next(state, action));
  const wrapped: Model<S, A> = {
    ...model,
    ...ownFields(model, ['name', 'families', 'parts', 'fleeting']),
    initial: isKeyed ? model.initial : model.initial.map(comparableForm),
    actions: guarded('actions', ACTIONS, (state: S) => model.actions(state), 1, {
      audit,
      same: (list) => comparableText(list) ?? `${(list as ReadonlyArray<unknown>).length} actions`,
      alike: (list) => (comparableText(list) === undefined ? 'actions' : inAnyOrder(list as ReadonlyArray<unknown>)),
    }),
    next: isKeyed ? next : nextInOneForm,
    label: guarded('label', LABEL, (action: A) => model.label(action), 1),
    properties: model.properties.map((property, i) => guardedProperty(property, `properties[${i}]`, audit)),
    ...optional('key', keyOf),
    ...optional(
      'view',
      view &&
        guarded(
          'view',
          VIEW,
          drawing((part: string, of: unknown) => model.view!(part, of)),
          2,
        ),
    ),
    ...optional('show', show && guarded('show', TEXTS, (state: S) => model.show!(state), 1)),
    ...optional(
      'note',
      note && guarded('note', OPTIONAL_TEXT, (state: S, action: A, after: S) => model.note!(state, action, after), 3),
    ),
    ...optional('progress', progress && guarded('progress', NUMBER, (state: S) => model.progress!(state), 1, auditing)),
    ...optional('boundary', boundary && guarded('boundary', TRUTH, (state: S) => model.boundary!(state), 1, auditing)),
    ...optional('fairness', fairness && guarded('fairness', FAIRNESS, (action: A) => model.fairness!(action), 1, auditing)),
    ...optional(
      'normalize',
      normalize &&
        guarded('normalize', STATE, (state: S) => model.normalize!(state), 1, {
          audit,
          same: sameState,
          ...optional('mustBe', mustBe),
        }),
    ),
    ...optional(
      'symmetry',
      symmetry?.map((permutation, i) =>
        guarded(`symmetry[${i}]`, STATE, permutation, 1, { audit, same: sameState, ...optional('mustBe', mustBe) }),
      ),
    ),
  };
  rawSteps.set(wrapped, next);
  return trust(wrapped, audit);
};
