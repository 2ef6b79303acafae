/** Codecs that fail in words: what was expected, and what there is instead. */
import * as t from 'io-ts/lib/index.js';

/** A codec whose name and whose failure say what was expected, in words. */
export const described = <A>(expected: string, is: t.Is<A>): t.Type<A> =>
  new t.Type(
    expected,
    is,
    (u, c) => (is(u) ? t.success(u) : t.failure(u, c, `expected ${expected}, but it is ${whatIs(u)}`)),
    (a) => a,
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
