/** What the fields of an object of options must be. A wrong one is told with its place, what was expected there, and what is there. */
import {
  isAnyArrayBuffer,
  isBoxedPrimitive,
  isDate,
  isMap,
  isPromise,
  isRegExp,
  isSet,
  isWeakMap,
  isWeakSet,
} from 'node:util/types';
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts/lib/index.js';
import { isRecord, whatIs } from './core/codec.js';

export type Plain = Readonly<Record<string, unknown>>;

/** What has things in it, and no field: it would pass for an object in which nothing is said. */
const NO_FIELDS: ReadonlyArray<readonly [is: (u: unknown) => boolean, name: string]> = [
  [isAnyArrayBuffer, 'an array buffer'],
  [isDate, 'a date'],
  [isMap, 'a map'],
  [isPromise, 'a promise'],
  [isRegExp, 'a regular expression'],
  [isSet, 'a set'],
  [isWeakMap, 'a weak map'],
  [isWeakSet, 'a weak set'],
  // Their every byte or character is a field.
  [(u) => ArrayBuffer.isView(u), 'an array of bytes or numbers'],
  [isBoxedPrimitive, 'a value in an object'],
];

/** Is it an object with fields that can be looked at? */
export const isObject = (u: unknown): u is Plain => isRecord(u) && !NO_FIELDS.some(([is]) => is(u));

/** What a value is: also of one that is an object, and no object with fields. */
export const whatItIs = (u: unknown): string => NO_FIELDS.find(([is]) => is(u))?.[1] ?? whatIs(u);

/** A codec of a field, whose failure says what was expected and what it is, or `but`, in words. */
export const field = <A>(expected: string, is: t.Is<A>, but: (u: unknown) => string = whatItIs): t.Type<A> =>
  new t.Type(
    expected,
    is,
    (u, c) => (is(u) ? t.success(u) : t.failure(u, c, `expected ${expected}, but it is ${but(u)}`)),
    (a) => a,
  );

/** Of what nobody is to read in a line. */
export const hidden = (u: unknown): string => (u === undefined ? whatIs(u) : 'not');

const MAX_SHOWN = 64;

/** A name that somebody gave to a field, in a line. */
export const shown = (name: string): string => JSON.stringify(name.slice(0, MAX_SHOWN)).slice(1, -1);

export type OptionFields = Readonly<Record<string, t.Mixed>>;

/** The failure of the first field that is wrong. OptionFields that `fields` does not name are let alone. */
const wrongFieldIn = (
  fields: OptionFields,
  needed: ReadonlyArray<string>,
  o: Plain,
  c: t.Context,
): t.Validation<never> | undefined => {
  for (const [name, codec] of Object.entries(fields)) {
    if (o[name] === undefined && !needed.includes(name)) continue;
    const validated = codec.validate(o[name], t.appendContext(c, name, codec, o[name]));
    if (E.isLeft(validated)) return validated;
  }
  return undefined;
};

/** An object with these fields, of which some are needed. `hasOthers`: it may have others, which nobody reads. */
export const objectOf = (
  expected: string,
  fields: OptionFields,
  needed: ReadonlyArray<string>,
  hasOthers: boolean,
): t.Type<Plain> =>
  new t.Type(
    expected,
    isObject,
    (u, c) => {
      if (!isObject(u)) return t.failure(u, c, `expected ${expected}, but it is ${whatItIs(u)}`);
      const unknown = hasOthers ? undefined : Object.keys(u).find((name) => !Object.hasOwn(fields, name));
      if (unknown !== undefined)
        return t.failure(u, c, `there is no field '${shown(unknown)}'; the fields are ${Object.keys(fields).join(', ')}`);
      return wrongFieldIn(fields, needed, u, c) ?? t.success(u);
    },
    (a) => a,
  );

/** Where a wrong value is: `servers[1].port`. */
const placeOf = (context: t.Context): string =>
  context
    .map(({ key }) => key)
    .filter((key) => key !== '')
    .map((key, i) => (/^\d+$/.test(key) ? `[${key}]` : i === 0 ? key : `.${key}`))
    .join('');

/** The first field that is wrong, in words. Others than the options' are let alone: a server may be given as the address of one. */
export const wrongField = (fields: OptionFields, needed: ReadonlyArray<string>, o: Plain): string | undefined => {
  const wrong = wrongFieldIn(fields, needed, o, []);
  if (wrong === undefined || E.isRight(wrong)) return undefined;
  const [{ context, message }] = wrong.left as unknown as readonly [t.ValidationError];
  return `${placeOf(context)}: ${message}`;
};
