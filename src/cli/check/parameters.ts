/**
 * Reads the parameters of a user's own model: `--set n=4` for a module whose default export is a function of parameters. The module declares them
 * in an export `parameters`: defaults (`{ n: 3 }`), defaults with the allowed values (`{ n: { default: 3, min: 1, max: 9 } }`), or an io-ts codec.
 */
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts/lib/index.js';
import { described, isRecord, whatIs } from '../../core/codec.js';
import { UsageError } from '../../command-line/exit.js';
import type { Parameters } from '../../checked-model/checked-model.js';
import { inexactIn } from './exact-numbers.js';
import type { Assignment, OptionValue } from './field-options.js';
import { complaintOf, decode, listOf, object } from '../../checker/contract/codecs.js';

/** The declaration of one parameter. */
interface Declared {
  readonly default: unknown;
  readonly min?: number;
  readonly max?: number;
  readonly oneOf?: ReadonlyArray<unknown>;
}

/** What is there, since a default that is null or undefined is none. */
const something = described('a default', (u): u is unknown => u !== undefined && u !== null);
const limit = described('a number', t.number.is);
const DECLARATION = object('a declaration', { default: something }, { min: limit, max: limit, oneOf: listOf(t.unknown, 1) });

/** Tells whether it has limits that mean nothing of its default. */
const limitsNothing = ({ default: given, min, max, oneOf }: Declared): boolean =>
  (min !== undefined || max !== undefined) && (typeof given !== 'number' || oneOf !== undefined);

/**
 * Reads the declaration of one parameter. An object is always a declaration: a default that is one stands in another, since its fields could be those
 * of a declaration that are misspelt. @throws UsageError with one line where it has fields that there are not, or that mean nothing
 */
const declaredOf = (name: string, u: unknown): Declared => {
  if (!isRecord(u)) return { default: u };
  const decoded = decode(DECLARATION, u);
  if (E.isLeft(decoded))
    throw new UsageError(
      `its export parameters: ${name}: ${decoded.left} (a default that is an object is declared as { default })`,
    );
  const declared = u as unknown as Declared;
  if (limitsNothing(declared))
    throw new UsageError(`its export parameters: ${name}: min and max go with a default that is a number, and without oneOf`);
  return declared;
};

// --- one parameter ---------------------------------------------------------------------------------------------------------

/** The allowed values of a parameter, in words. */
const wanted = ({ default: given, min, max, oneOf }: Declared): string => {
  if (oneOf !== undefined) return `one of ${oneOf.map(String).join(', ')}`;
  if (typeof given === 'number') {
    const kind = Number.isInteger(given) ? 'a whole number' : 'a number';
    if (min !== undefined && max !== undefined) return `${kind} from ${min} to ${max}`;
    if (min !== undefined) return `${kind}, ${min} or more`;
    return max === undefined ? kind : `${kind}, ${max} or less`;
  }
  if (typeof given === 'boolean') return 'true or false';
  if (typeof given === 'string') return 'a text';
  return Array.isArray(given) ? 'a list, as JSON' : 'an object, as JSON';
};

const fits = (declared: Declared, value: unknown): boolean => {
  const { default: given, min = -Infinity, max = Infinity, oneOf } = declared;
  if (oneOf !== undefined && !oneOf.includes(value)) return false;
  if (typeof given !== typeof value || Array.isArray(given) !== Array.isArray(value) || value === null) return false;
  if (typeof value !== 'number') return true;
  return Number.isFinite(value) && (!Number.isInteger(given) || Number.isInteger(value)) && value >= min && value <= max;
};

/** The value that an option gives to a parameter. For a parameter whose default is a text it is the option's text, even where that could be JSON. */
const readAs = (declared: Declared, { value, text }: OptionValue): unknown =>
  typeof declared.default === 'string' ? text : value;

/** Refuses a number that JavaScript would take for another. */
const mustBeExact = (name: string, { value, text }: OptionValue): void => {
  const inexact = value === text ? inexactIn(text) : undefined;
  if (inexact === undefined) return;
  throw new UsageError(
    `--set ${name}: ${inexact} is no number that is kept exactly: whole numbers go to ${Number.MAX_SAFE_INTEGER}, others have some 16 digits`,
  );
};

const read = (name: string, declared: Declared, said: OptionValue): unknown => {
  const value = readAs(declared, said);
  if (fits(declared, value)) return value;
  mustBeExact(name, said);
  throw new UsageError(`--set ${name}: expected ${wanted(declared)}, but it is ${whatIs(value)}`);
};

// --- declared by an io-ts codec --------------------------------------------------------------------------------------------

/** A codec of any copy of io-ts. */
interface Codec {
  readonly decode: (u: unknown) => E.Either<t.Errors, unknown>;
  readonly props?: Readonly<Record<string, unknown>>;
  readonly types?: ReadonlyArray<Codec>;
  readonly type?: Codec;
}

const isCodec = (u: unknown): u is Codec => isRecord(u) && typeof u['decode'] === 'function' && typeof u['_tag'] === 'string';

/** The names of the fields that a codec decodes; undefined where the codec does not tell them. */
const namesOf = ({ props, types, type }: Codec): ReadonlyArray<string> | undefined => {
  if (props !== undefined) return Object.keys(props);
  if (types !== undefined) {
    const names = types.map(namesOf);
    return names.includes(undefined) ? undefined : names.flatMap((some) => some!);
  }
  return type === undefined ? undefined : namesOf(type);
};

const byCodec = (codec: Codec, sets: ReadonlyArray<Assignment>): Parameters => {
  const given = Object.fromEntries(sets.map(([name, { value }]) => [name, value]));
  const asTexts = Object.fromEntries(sets.map(([name, { text }]) => [name, text]));
  mustBeKnown(sets, namesOf(codec));
  const decoded = codec.decode(given);
  if (E.isRight(decoded)) return decoded.right as Parameters;
  // `--set name=5` is a number, unless the codec wants a text there.
  const names = new Set(decoded.left.flatMap(({ context }) => context.map(({ key }) => key)));
  const again = codec.decode(Object.fromEntries(sets.map(([name]) => [name, names.has(name) ? asTexts[name] : given[name]])));
  if (E.isRight(again)) return again.right as Parameters;
  for (const [name, said] of sets) if (names.has(name)) mustBeExact(name, said);
  throw new UsageError(`its parameters: ${complaintOf(decoded.left)}`);
};

// --- all of them -----------------------------------------------------------------------------------------------------------

const mustBeKnown = (sets: ReadonlyArray<Assignment>, known: ReadonlyArray<string> | undefined): void => {
  const strange = known === undefined ? undefined : sets.find(([name]) => !known.includes(name));
  if (strange === undefined) return;
  const has = known!.length === 0 ? 'it has none' : `it has ${known!.join(', ')}`;
  throw new UsageError(`--set ${strange[0]}: the model has no such parameter; ${has}`);
};

const SHAPE = described('defaults by name, such as { n: 3 }, or an io-ts codec', isRecord);

/**
 * The values of a module's parameters: those that `--set` gives, otherwise the defaults.
 *
 * @throws UsageError with one line where the model has no such parameter, or a value does not fit its declaration
 */
export const parametersOf = (declared: unknown, isFunction: boolean, sets: ReadonlyArray<Assignment>): Parameters | undefined => {
  if (declared === undefined || !isFunction) {
    if (sets.length === 0) return undefined;
    throw new UsageError(
      `--set ${sets[0]![0]}: the model has no parameters: make its default export a function of them, and export parameters with their defaults`,
    );
  }
  if (isCodec(declared)) return byCodec(declared, sets);
  if (!SHAPE.is(declared)) throw new UsageError(`its export parameters: expected ${SHAPE.name}, but it is ${whatIs(declared)}`);
  const all = Object.entries(declared).map(([name, one]) => [name, declaredOf(name, one)] as const);
  mustBeKnown(
    sets,
    all.map(([name]) => name),
  );
  for (const [name, one] of all)
    if (!fits(one, one.default)) throw new UsageError(`its export parameters: ${name}: the default is not ${wanted(one)}`);
  const said = new Map(sets);
  return Object.fromEntries(
    all.map(([name, one]) => {
      const given = said.get(name);
      return [name, given === undefined ? one.default : read(name, one, given)];
    }),
  );
};
