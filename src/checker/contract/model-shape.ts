/** The codecs for models of the checker's interface. A codec says which field is wrong, and how. */
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts/lib/index.js';
import type { ComponentModel, Fairness, Model } from '../model.js';
import {
  byKind,
  decode,
  isRecord,
  type Fields,
  described,
  listOf,
  name,
  object,
  pure,
  text,
  textsByName,
  yesOrNo,
} from './codecs.js';
import { describe } from './model-faults.js';

// --- the parts of a model --------------------------------------------------------------------------------------------------

const index = described('an index, from 0', (u): u is number => Number.isInteger(u) && (u as number) >= 0);

export const label = object('a label', {
  family: text,
  args: listOf(described('a text or a finite number', (u): u is string | number => typeof u === 'string' || Number.isFinite(u))),
});

const property = (kind: string, required: Fields, optional: Fields = {}): t.Mixed =>
  object('a property', { name, kind: t.literal(kind), ...required }, { rule: text, impossible: text, ...optional });

const cases = (of: Readonly<Record<string, readonly [required: Fields, optional?: Fields]>>): t.Mixed =>
  byKind(
    'a property',
    Object.fromEntries(Object.entries(of).map(([kind, [required, optional]]) => [kind, property(kind, required, optional)])),
  );

const holds: readonly [Fields] = [{ holds: pure }];

const plainProperty = cases({
  always: holds,
  alwaysStep: holds,
  sometimes: holds,
  sometimesStep: holds,
  eventually: holds,
  eventuallyAlways: holds,
  leadsTo: [{ from: pure, to: pure }],
  noDeadlock: [{}, { final: pure }],
});

const plainModel = object(
  'a Model',
  { name, initial: listOf(t.unknown, 1), actions: pure, next: pure, label: pure, properties: listOf(plainProperty, 1, 'name') },
  {
    boundary: pure,
    progress: pure,
    key: pure,
    show: pure,
    parts: pure,
    view: pure,
    note: pure,
    families: listOf(text),
    fairness: pure,
    symmetry: listOf(pure),
    normalize: pure,
    fleeting: text,
  },
);

const isFairness = (u: unknown): boolean =>
  typeof u === 'string' ||
  (isRecord(u) && Object.keys(u).length === 2 && typeof u['name'] === 'string' && typeof u['strong'] === 'boolean');

const strength = object('{ name, strong }', { name: text, strong: yesOrNo });

/** A fairness class. Of an object it says which of its fields is wrong. */
const fairnessAs = <A>(expected: string, is: t.Is<A>): t.Type<A> => {
  const all = described(expected, is);
  return new t.Type(
    expected,
    is,
    (u, c) => (isRecord(u) && !is(u) ? (strength.validate(u, c) as t.Validation<A>) : all.validate(u, c)),
    (a) => a,
  );
};

const fairness = fairnessAs('the name of a class, or { name, strong }', (u): u is Fairness => isFairness(u));

const slot = object('a slot', { kind: text, name, initial: t.unknown });
const predicate = object('a predicate', { slots: listOf(slot), holds: pure });
/** Without predicates the property would be true of everything, and judge nothing. */
const predicates = listOf(predicate, 1);

const componentProperty = cases({
  always: [{ over: predicates }],
  // Without predicates nothing is reached, and the report says so.
  sometimes: [{ over: listOf(predicate) }],
  eventually: [{ over: predicates }],
  eventuallyAlways: [{ over: predicates }],
  alwaysStep: [{}],
  sometimesStep: [{}],
  leadsTo: [{ from: predicates, to: predicates }],
  noDeadlock: [{}, { final: predicates }],
});

const componentModel = object(
  'a ComponentModel',
  {
    name,
    slots: listOf(slot, 1, 'name'),
    interactions: listOf(
      object(
        'an interaction',
        { label, slots: listOf(slot, 1), writes: listOf(index), step: pure },
        {
          guard: predicate,
          fairness,
          query: object('a query', { request: pure, reply: pure, receive: pure }, { requestKey: pure, replyKey: pure }),
        },
      ),
    ),
    properties: listOf(componentProperty, 1, 'name'),
  },
  {
    initial: listOf(described('an object with values by the names of slots', isRecord), 1),
    boundary: listOf(predicate),
    key: pure,
    show: pure,
    view: pure,
    progress: pure,
    symmetry: listOf(object('a permutation', { name: text, slotTo: listOf(index), apply: pure })),
    normalize: pure,
  },
);

const remarks = { note: text, violates: listOf(text), witnesses: listOf(text) };

/** What a step of a component model, or the last part of a query, may give. */
export const outcomes = listOf(object('an outcome', { next: listOf(t.unknown) }, remarks));
const way = object('a way', { next: t.unknown }, remarks);
const next = described('an object with next', (u): u is object => isRecord(u) && 'next' in u);
/** A codec of objects takes a field that is missing for one that is undefined, which `next` may be. */
const wayWithNext = new t.Type(
  'a way',
  (u): u is unknown => next.is(u) && way.is(u),
  (u, c): t.Validation<unknown> => {
    const validated = way.validate(u, c);
    return E.isLeft(validated) || next.is(u) ? validated : next.validate(u, c);
  },
  (a) => a,
);
export const learned = listOf(wayWithNext);

const isState = (u: unknown): boolean => typeof u !== 'function' && typeof u !== 'symbol' && !(u instanceof Promise);

/** What a function may give that may give any value. An `async` function is not pure, so a promise is none. */
export const value = described('a value', (u): u is unknown => !(u instanceof Promise));
/** What a map of states may give. A value of a component may be undefined too. */
export const stateShape = described('a state', (u): u is unknown => u !== undefined && isState(u));
export const localShape = described('a value', (u): u is unknown => isState(u));
export const actions = listOf(value);
export const fairnessOrNone = fairnessAs(
  'the name of a class, { name, strong }, or undefined',
  (u): u is Fairness | undefined => u === undefined || isFairness(u),
);
export const finite = described('a finite number', (u): u is number => Number.isFinite(u));
export const optionalText = described('a text, or undefined', t.union([t.string, t.undefined]).is);
export const statePartsShape = described(
  'an object with the parts of a state, by name',
  (u): u is Readonly<Record<string, unknown>> => typeof u === 'object' && u !== null && !(u instanceof Promise),
);
export const texts = textsByName('an object with a text for each part');

// --- decoding --------------------------------------------------------------------------------------------------------------

const EXPECTED =
  'a Model (name, initial, actions, next, label, properties) or a ComponentModel (name, slots, interactions, properties)';

/** A model at one of the two levels. */
export type DecodedModel =
  | { readonly level: 'plain'; readonly model: Model<unknown, unknown> }
  | { readonly level: 'components'; readonly model: ComponentModel };

/** Decodes a model. Its fields show which level it has. A failure is one line that says what is wrong. */
export const decodeModel = (u: unknown): E.Either<string, DecodedModel> => {
  const has = (...fields: ReadonlyArray<string>): boolean => isRecord(u) && fields.some((field) => field in u);
  if (has('slots', 'interactions')) {
    const decoded = decode(componentModel, u);
    return E.isLeft(decoded) ? decoded : E.right({ level: 'components', model: u as ComponentModel });
  }
  if (!has('initial', 'actions', 'next')) return E.left(`expected ${EXPECTED}, but it is ${describe(u)} without their fields`);
  const decoded = decode(plainModel, u);
  return E.isLeft(decoded) ? decoded : E.right({ level: 'plain', model: u as Model<unknown, unknown> });
};
