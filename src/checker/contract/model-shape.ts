/** The codecs for models of the checker's interface. A codec says which field is wrong, and how. */
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts/lib/index.js';
import type { ComponentModel, Fairness, Model } from '../model.js';
import { isHole } from '../values/incomparable.js';
import { describe } from './model-faults.js';

// --- codecs ----------------------------------------------------------------------------------------------------------------

/** Makes a codec whose name and whose failure say in words what was expected. */
export const described = <A>(expected: string, is: t.Is<A>): t.Type<A> =>
  new t.Type(
    expected,
    is,
    (u, c) => (is(u) ? t.success(u) : t.failure(u, c, `expected ${expected}, but it is ${describe(u)}`)),
    (a) => a,
  );

type Fields = Readonly<Record<string, t.Mixed>>;

/** A promise has fields that nobody means: what is wrong is that it is a promise. */
const isRecord = (u: unknown): u is Readonly<Record<string, unknown>> =>
  typeof u === 'object' && u !== null && !Array.isArray(u) && !(u instanceof Promise);

const within = (context: t.Context, key: string, codec: t.Mixed, value: unknown): t.Context =>
  t.appendContext(context, key, codec, value);

/** Says what is wrong with the fields of an object. An unknown field may be a required one that is misspelt. */
const wrongFields = (u: Readonly<Record<string, unknown>>, c: t.Context, required: Fields, optional: Fields): t.Errors => {
  const known: Fields = { ...required, ...optional };
  const wrong = Object.entries(known).flatMap(([field, codec]) => {
    if (u[field] === undefined && Object.hasOwn(optional, field)) return [];
    const valid = codec.validate(u[field], within(c, field, codec, u[field]));
    return E.isLeft(valid) ? valid.left : [];
  });
  const unknown = Object.keys(u).filter((field) => !Object.hasOwn(known, field));
  const fields = Object.keys(known).join(', ');
  return [
    ...unknown.map((field) => ({
      value: u[field],
      context: within(c, field, t.undefined, u[field]),
      message: `there is no such field; the fields are ${fields}`,
    })),
    ...wrong,
  ];
};

/** An object with these fields and no other. */
export const object = (name: string, required: Fields, optional: Fields = {}): t.Mixed =>
  new t.Type(
    name,
    isRecord,
    (u, c) => {
      if (!isRecord(u)) return t.failure(u, c, `expected ${name}, but it is ${describe(u)}`);
      const wrong = wrongFields(u, c, required, optional);
      return wrong.length > 0 ? t.failures([...wrong]) : t.success(u);
    },
    (u) => u,
  );

/** Tests that a list has no holes. */
export const isDense = (list: ReadonlyArray<unknown>): boolean => {
  for (let at = 0; at < list.length; at++) if (isHole(list, at)) return false;
  return true;
};

/** A list of at least `least` items, no two of which have the same field `unique`. */
export const listOf = (item: t.Mixed, least = 0, unique?: string): t.Mixed =>
  new t.Type<unknown>(
    'a list',
    Array.isArray,
    (u, c) => {
      if (!Array.isArray(u) || u.length < least)
        return t.failure(u, c, `expected a list${least > 0 ? ` of at least ${least}` : ''}, but it is ${describe(u)}`);
      const items = u as ReadonlyArray<unknown>;
      if (!isDense(items)) return t.failure(u, c, 'expected a list without holes, but it has some');
      const wrong = items.flatMap((value, i) => {
        const valid = item.validate(value, within(c, String(i), item, value));
        return E.isLeft(valid) ? valid.left : [];
      });
      if (wrong.length > 0 || unique === undefined) return wrong.length > 0 ? t.failures(wrong) : t.success(u);
      const names = items.map((value) => (value as Readonly<Record<string, unknown>>)[unique]);
      const twice = names.find((name, i) => names.indexOf(name) !== i);
      return twice === undefined ? t.success(u) : t.failure(u, c, `two have the ${unique} ${describe(twice)}`);
    },
    (u) => u,
  );

const missingKind = (expected: string, u: object): string => {
  const fields = Object.keys(u);
  return `expected ${expected}, but it is missing${fields.length === 0 ? '' : ` (what is there: ${fields.join(', ')})`}`;
};

/** An object whose `kind` says which fields it has. */
export const byKind = (name: string, cases: Readonly<Record<string, t.Mixed>>): t.Mixed => {
  const kind = described(
    `one of ${Object.keys(cases).join(', ')}`,
    (u): u is string => typeof u === 'string' && Object.hasOwn(cases, u),
  );
  return new t.Type<unknown>(
    name,
    isRecord,
    (u, c) => {
      if (!isRecord(u)) return t.failure(u, c, `expected ${name}, but it is ${describe(u)}`);
      const inKind = within(c, 'kind', kind, u['kind']);
      // It may be there under another name.
      if (u['kind'] === undefined) return t.failure(u['kind'], inKind, missingKind(kind.name, u));
      const chosen = kind.validate(u['kind'], inKind);
      return E.isLeft(chosen) ? chosen : cases[chosen.right]!.validate(u, c);
    },
    (u) => u,
  );
};

// --- the parts of a model --------------------------------------------------------------------------------------------------

export const pure = described('a function', (u): u is () => unknown => typeof u === 'function');
export const text = described('a text', t.string.is);
export const name = described('a text with something in it', (u): u is string => typeof u === 'string' && /\S/.test(u));
export const oneOf = (...choices: ReadonlyArray<string>): t.Mixed =>
  described(`one of ${choices.join(', ')}`, (u): u is string => typeof u === 'string' && choices.includes(u));
export const yesOrNo = described('true or false', t.boolean.is);
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
export const learned = listOf(object('a way', { next: t.unknown }, remarks));

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
export const texts = described('an object with a text for each part', t.record(t.string, t.string).is);

// --- decoding --------------------------------------------------------------------------------------------------------------

const MOST_COMPLAINTS = 3;

/** `properties[0].holds` */
const pathOf = (context: t.Context): string =>
  context
    .map(({ key }) => (/^\d+$/.test(key) ? `[${key}]` : key))
    .filter((key) => key !== '')
    .join('.')
    .replaceAll('.[', '[');

/** Says in one line what is wrong. */
export const complaintOf = (errors: t.Errors): string => {
  const lines = errors.slice(0, MOST_COMPLAINTS).map(({ context, message, value }) => {
    const path = pathOf(context);
    return `${path === '' ? '' : `${path}: `}${message ?? `${describe(value)} is wrong here`}`;
  });
  return [...lines, ...(errors.length > lines.length ? [`and ${errors.length - lines.length} more`] : [])].join('; ');
};

/** Decodes a value, or says in one line what is wrong with it. */
export const decode = (codec: t.Mixed, u: unknown): E.Either<string, unknown> => {
  const decoded = codec.decode(u);
  return E.isLeft(decoded) ? E.left(complaintOf(decoded.left)) : decoded;
};

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
