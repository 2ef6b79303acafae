/** Codecs of our own: those that fail in words, and those that are quick. */
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts/lib/index.js';

/** Is it an object with fields, and no list? */
export const isRecord = (u: unknown): u is Readonly<Record<string, unknown>> =>
  typeof u === 'object' && u !== null && !Array.isArray(u);

/** A codec whose name and whose failure say what was expected, in words. */
export const described = <A>(expected: string, is: t.Is<A>): t.Type<A> =>
  new t.Type(
    expected,
    is,
    (u, c) => (is(u) ? t.success(u) : t.failure(u, c, `expected ${expected}, but it is ${whatIs(u)}`)),
    (a) => a,
  );

/** A whole number in a range. */
export const whole = (least: number, most: number): t.Type<number> =>
  described(
    `a whole number from ${least} to ${most}`,
    (u): u is number => Number.isInteger(u) && (u as number) >= least && (u as number) <= most,
  );

/** An object with these fields alone. */
export const object = <P extends t.Props>(name: string, props: P): t.ReadonlyC<t.ExactC<t.TypeC<P>>> =>
  t.readonly(t.strict(props, name));

/**
 * A strict object of plain fields: a field is right when its codec's `is` says so, and is taken as it is (no field is an object, of
 * which something would have to be left out). One pass and one object, where `t.strict` makes a context and an `Either` for each field; what
 * is wrong is left to `t.strict`, which says where.
 */
export const flat = <P extends t.Props>(name: string, props: P): t.ReadonlyC<t.ExactC<t.TypeC<P>>> => flatExcept(name, props);

/** As {@link flat}, but for one field, `inner`, which may be an object: it is decoded by its codec. */
export const flatExcept = <P extends t.Props>(
  name: string,
  props: P,
  inner?: keyof P & string,
): t.ReadonlyC<t.ExactC<t.TypeC<P>>> => {
  const strict = t.strict(props, name);
  const fields = Object.entries(props);
  const validate: typeof strict.validate = (u, c) => {
    if (typeof u !== 'object' || u === null) return strict.validate(u, c);
    const taken: Record<string, unknown> = {};
    for (const [key, codec] of fields) {
      const value = (u as Readonly<Record<string, unknown>>)[key];
      if (key === inner) {
        const decoded = codec.decode(value);
        if (E.isLeft(decoded)) return strict.validate(u, c);
        taken[key] = decoded.right;
      } else {
        if (!codec.is(value)) return strict.validate(u, c);
        taken[key] = value;
      }
    }
    return t.success(taken as t.TypeOf<typeof strict>);
  };
  return new t.ReadonlyType(name, strict.is, validate, strict.encode, strict);
};

/**
 * A list of at most so many things. The first that is wrong ends it: the errors of a million bad things would take longer to gather than
 * anybody wants to wait, and one says enough.
 */
export const listOf = <A, O>(item: t.Type<A, O>, most: number): t.Type<ReadonlyArray<A>, ReadonlyArray<O>> =>
  new t.Type(
    `ReadonlyArray<${item.name}>`,
    (u): u is ReadonlyArray<A> => Array.isArray(u) && u.length <= most && u.every(item.is),
    (u, c) => {
      if (!Array.isArray(u)) return t.failure(u, c, `expected a list, but it is ${whatIs(u)}`);
      if (u.length > most) return t.failure(u, c, `expected at most ${most} things, but there are ${u.length}`);
      const taken: A[] = [];
      for (const [i, one] of u.entries()) {
        const decoded = item.validate(one, t.appendContext(c, String(i), item, one));
        if (E.isLeft(decoded)) return decoded;
        taken.push(decoded.right);
      }
      return t.success(taken);
    },
    (all) => all.map(item.encode),
  );

const KINDS: Readonly<Record<string, string>> = {
  undefined: 'missing',
  function: 'a function',
  symbol: 'a symbol',
};

const MAX_SHOWN = 60;

/** What a value is, in a few words: `"three"`, `a function`, `a promise`, `missing`. */
export const whatIs = (u: unknown): string => {
  const kind = KINDS[typeof u];
  if (kind !== undefined) return kind;
  if (u instanceof Promise) return 'a promise';
  if (Array.isArray(u)) return u.length === 0 ? 'an empty list' : 'a list';
  if (typeof u === 'object' && u !== null) return 'an object';
  const text = typeof u === 'string' ? JSON.stringify(u) : String(u);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN - 3)}...` : text;
};
