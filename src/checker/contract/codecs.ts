/** Codecs of which the shapes of models, of actors and of options are made. A codec says which field is wrong, and how. */
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts/lib/index.js';
import { isHole } from '../values/incomparable.js';
import { noSuchField } from './argument-checks.js';
import { describe } from './model-faults.js';

// --- codecs ----------------------------------------------------------------------------------------------------------------

/** A codec that takes exactly what its test says. */
class Described<A> extends t.Type<A> {
  constructor(expected: string, is: t.Is<A>) {
    super(
      expected,
      is,
      (u, c) => (is(u) ? t.success(u) : t.failure(u, c, this.complaint(u))),
      (a) => a,
    );
  }

  complaint(u: unknown): string {
    return `expected ${this.name}, but it is ${describe(u)}`;
  }
}

/** Makes a codec whose name and whose failure say in words what was expected. */
export const described = <A>(expected: string, is: t.Is<A>): t.Type<A> => new Described(expected, is);

export type Fields = Readonly<Record<string, t.Mixed>>;

/** A promise has fields that nobody means: what is wrong is that it is a promise. */
export const isRecord = (u: unknown): u is Readonly<Record<string, unknown>> =>
  typeof u === 'object' && u !== null && !Array.isArray(u) && !(u instanceof Promise);

const within = (context: t.Context, key: string, codec: t.Mixed, value: unknown): t.Context =>
  t.appendContext(context, key, codec, value);

const NOTHING_WRONG: t.Errors = [];

/** Says what is wrong with a part of a value. The place of a part that is tested at once is made only where it is wrong. */
const wrongPart = (context: t.Context, key: string, codec: t.Mixed, part: unknown): t.Errors => {
  if (codec instanceof Described)
    return codec.is(part)
      ? NOTHING_WRONG
      : [{ value: part, context: within(context, key, codec, part), message: codec.complaint(part) }];
  const valid = codec.validate(part, within(context, key, codec, part));
  return E.isLeft(valid) ? valid.left : NOTHING_WRONG;
};

/** Says what is wrong with the fields of an object. An unknown field may be a required one that is misspelt. */
const wrongFields = (u: Readonly<Record<string, unknown>>, c: t.Context, known: Fields, optional: Fields): t.Errors => {
  const wrong: t.ValidationError[] = [];
  for (const field of Object.keys(known)) {
    if (u[field] === undefined && Object.hasOwn(optional, field)) continue;
    wrong.push(...wrongPart(c, field, known[field]!, u[field]));
  }
  const unknown = Object.keys(u).filter((field) => !Object.hasOwn(known, field));
  if (unknown.length === 0) return wrong;
  return [
    ...unknown.map((field) => ({
      value: u[field],
      context: within(c, field, t.undefined, u[field]),
      message: noSuchField(known),
    })),
    ...wrong,
  ];
};

/** An object with these fields and no other. */
export const object = (name: string, required: Fields, optional: Fields = {}): t.Mixed => {
  const known: Fields = { ...required, ...optional };
  return new t.Type(
    name,
    isRecord,
    (u, c) => {
      if (!isRecord(u)) return t.failure(u, c, `expected ${name}, but it is ${describe(u)}`);
      const wrong = wrongFields(u, c, known, optional);
      return wrong.length > 0 ? t.failures([...wrong]) : t.success(u);
    },
    (u) => u,
  );
};

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
      const wrong = items.flatMap((value, i) => wrongPart(c, String(i), item, value));
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

export const pure = described('a function', (u): u is () => unknown => typeof u === 'function');
export const text = described('a text', t.string.is);

/** An object with a text in each field, whatever the fields are. */
export const textsByName = (expected: string): t.Type<Readonly<Record<string, string>>> =>
  new t.Type(
    expected,
    (u): u is Readonly<Record<string, string>> => !(u instanceof Promise) && t.record(t.string, t.string).is(u),
    (u, c) => {
      if (!isRecord(u)) return t.failure(u, c, `expected ${expected}, but it is ${describe(u)}`);
      const wrong = Object.entries(u).flatMap(([field, value]) => {
        const valid = text.validate(value, within(c, field, text, value));
        return E.isLeft(valid) ? valid.left : [];
      });
      return wrong.length > 0 ? t.failures(wrong) : t.success(u as Readonly<Record<string, string>>);
    },
    (a) => a,
  );

export const name = described('a text with something in it', (u): u is string => typeof u === 'string' && /\S/.test(u));
export const oneOf = (...choices: ReadonlyArray<string>): t.Mixed =>
  described(`one of ${choices.join(', ')}`, (u): u is string => typeof u === 'string' && choices.includes(u));
export const yesOrNo = described('true or false', t.boolean.is);

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
