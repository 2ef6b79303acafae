/** Puts a guard before each function of a plain model. */
import type { Model, Property } from '../model.js';
import { optional } from '../optional.js';
import { elsewhen } from './clocks.js';
import { type Audit } from './audit.js';
import { again, onCopies, onCopiesToo, twoAnswers, type Same, comparableText } from './repeated-call.js';
import { enter, leave } from './current-call.js';
import {
  ACTIONS,
  FAIRNESS,
  guarded,
  guardedShown,
  LABEL,
  mustReturn,
  NUMBER,
  ofValue,
  OPTIONAL_TEXT,
  PARTS,
  STATE,
  TEXT,
  TEXTS,
  TRUTH,
  VALUE,
  VIEW,
  type CallAudit,
  type Pure,
} from './guarded-call.js';
import { oneForm } from '../values/one-form.js';
import { incomparableIn, mustBeSeenInto } from '../values/incomparable.js';
import { inAnyOrder } from './variations.js';
import { givenBy, threw } from './model-faults.js';

// --- properties ------------------------------------------------------------------------------------------------------------

/** The functions that a property may have. */
interface Predicates<S, A> {
  readonly holds?: (state: S, action: A, next: S) => boolean;
  readonly from?: (state: S) => boolean;
  readonly to?: (state: S) => boolean;
  readonly final?: (state: S) => boolean;
}

const guardedProperty = <S, A>(given: Property<S, A>, where: string, audit: Audit): Property<S, A> => {
  const property = { ...given, ...ownFields(given as Predicates<S, A>, ['holds', 'from', 'to', 'final']) } as Property<S, A>;
  const truth = <F extends Pure>(name: string, run: F, arity = 1): F => guarded(`${where}.${name}`, TRUTH, run, arity, { audit });
  switch (property.kind) {
    case 'alwaysStep':
    case 'sometimesStep':
      return { ...property, holds: truth('holds', property.holds, 3) };
    case 'leadsTo':
      return { ...property, from: truth('from', property.from), to: truth('to', property.to) };
    case 'noDeadlock':
      return property.final === undefined ? property : { ...property, final: truth('final', property.final) };
    default:
      return { ...property, holds: truth('holds', property.holds) };
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

/** For guarded models that users keep, how each is made once more. */
const makers = new WeakMap<object, () => object>();

/**
 * Makes a guarded model that users keep. Each of its searches gets one of its own: what one remembers, and the calls that it noted for its audit, are no
 * matter of another one.
 */
export const remade = <M extends object>(make: () => M): M => {
  const model = make();
  makers.set(model, make);
  return model;
};

/** Gives the model for one search: a new one of a model that users keep. */
export const forOneSearch = <M extends object>(model: M): M => ((makers.get(model) as (() => M) | undefined) ?? (() => model))();

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

/** All fields of a model. They are read once: a model that is changed while a search runs, even by its own functions, would be two models. */
const FIELDS = [
  ...(['name', 'initial', 'actions', 'next', 'label', 'properties', 'families', 'fleeting', 'key', 'show', 'parts'] as const),
  ...(['note', 'view', 'boundary', 'progress', 'fairness', 'normalize', 'symmetry'] as const),
];

/** In so many lists of actions it is looked whether an action cannot be compared, and then in one of `LISTS_ONE_IN`. */
const FIRST_LISTS = 10_000;
const LISTS_ONE_IN = 64;

/** Has actions audited that cannot be compared, such as functions: they are known by what they do. It begins with the first that comes up. */
const withOpaqueActions = <S, A>(
  model: Model<S, A>,
  listed: Model<S, A>['actions'],
  audit: Audit,
  sameState: Same,
): Model<S, A>['actions'] => {
  let isOpaque = false;
  let lists = 0;
  const holdsOpaque = (list: ReadonlyArray<A>): boolean =>
    (++lists <= FIRST_LISTS || lists % LISTS_ONE_IN === 0) && list.some((action) => incomparableIn(action) !== undefined);
  const stepsOf = (state: S): ReadonlyArray<unknown> =>
    model.actions(state).map((action) => [model.label(action), model.next(state, action)]);
  const texts = (steps: unknown): ReadonlyArray<string> =>
    (steps as ReadonlyArray<readonly [unknown, S | undefined]>).map(
      ([label, after]) => `${comparableText(label) ?? ''} ${sameState(after) ?? ''}`,
    );
  const same: Same = (steps) => texts(steps).join('\n');
  const alike: Same = (steps) => [...texts(steps)].sort().join('\n');
  return (state) => {
    const list = listed(state);
    isOpaque ||= holdsOpaque(list);
    if (!isOpaque || !audit.due()) return list;
    const answer = stepsOf(state);
    audit.take(() => again({ where: 'actions', run: stepsOf, args: [state], answer, same, alike, orders: audit.orders }), answer);
    return list;
  };
};

/** Gives the model with a guard before each function. */
// eslint-disable-next-line max-lines-per-function -- a guard for each function of a model, as the interface lists them.
export const guardedModel = <S, A>(given: Model<S, A>, audit: Audit): Model<S, A> => {
  if (auditOf(given) !== undefined) return given;
  const model: Model<S, A> = { ...given, ...ownFields(given, FIELDS) };
  const { key, show, view, note, parts, boundary, progress, fairness, symmetry, normalize } = model;
  const auditing: CallAudit = { audit };
  const keyed = (state: S): string => model.key!(state);
  const keyOf = key && guarded('key', TEXT, keyed, 1, { audit, tellsValue: true });
  /** A key that is not the same each time would blame the function whose answers it compares. */
  const sameKey = (state: S): string => {
    try {
      const text = onCopies('key', keyed as never, [state]);
      if (!TEXT.is(text)) mustReturn(() => ofValue('key', [state]), TEXT, text);
      elsewhen(() => {
        const other = keyed(state);
        if (other !== text) throw twoAnswers('key', text, other);
      });
      return text as string;
    } catch (error) {
      throw threw(ofValue('key', [state]), error);
    }
  };
  const sameState: Same = (state) => (state === undefined || keyOf === undefined ? comparableText(state) : sameKey(state as S));
  const isKeyed = keyOf !== undefined;
  const mustBe = isKeyed ? undefined : mustBeSeenInto;
  const { next: run } = model;
  /** Has a step audited, and refuses a state that cannot be compared. */
  const looked = (state: S, action: A, after: S | undefined): void => {
    const { orders } = audit;
    const repeat = (): void => {
      try {
        mustBe?.(after);
      } catch (error) {
        throw givenBy('next', error);
      }
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
        : run(state, action);
    } catch (error) {
      throw threw('next', error);
    } finally {
      leave(outer);
    }
    if (after instanceof Promise) mustReturn(() => 'next', VALUE, after);
    if (audit.due()) looked(state, action, after);
    return after;
  };
  const listed = guarded('actions', ACTIONS, model.actions, 1, {
    audit,
    isShared: true,
    same: (list) => comparableText(list) ?? `${(list as ReadonlyArray<unknown>).length} actions`,
    alike: (list) => (comparableText(list) === undefined ? 'actions' : inAnyOrder(list as ReadonlyArray<unknown>)),
  });
  const actions = withOpaqueActions(model, listed, audit, sameState);
  const nextInOneForm = (state: S, action: A): S | undefined => oneForm(next(state, action));
  const wrapped: Model<S, A> = {
    ...model,
    initial: isKeyed ? [...model.initial] : model.initial.map(comparableForm),
    actions,
    next: isKeyed ? next : nextInOneForm,
    label: guardedShown('label', LABEL, model.label),
    properties: model.properties.map((property, i) => guardedProperty(property, `properties[${i}]`, audit)),
    ...optional('key', keyOf),
    ...optional('view', view && guardedShown('view', VIEW, view)),
    ...optional('show', show && guardedShown('show', TEXTS, show)),
    ...optional('parts', parts && guardedShown('parts', PARTS, parts)),
    ...optional('note', note && guardedShown('note', OPTIONAL_TEXT, note)),
    ...optional('progress', progress && guarded('progress', NUMBER, progress, 1, { audit, isMeasure: true, tellsValue: true })),
    ...optional('boundary', boundary && guarded('boundary', TRUTH, boundary, 1, auditing)),
    ...optional('fairness', fairness && guarded('fairness', FAIRNESS, fairness, 1, auditing)),
    ...optional(
      'normalize',
      normalize &&
        guarded('normalize', STATE, normalize, 1, {
          audit,
          tellsValue: true,
          same: sameState,
          ...optional('mustBe', mustBe),
        }),
    ),
    ...optional(
      'symmetry',
      symmetry?.map((permutation, i) =>
        guarded(`symmetry[${i}]`, STATE, permutation, 1, {
          audit,
          tellsValue: true,
          same: sameState,
          ...optional('mustBe', mustBe),
        }),
      ),
    ),
  };
  rawSteps.set(wrapped, next);
  return trust(wrapped, audit);
};
