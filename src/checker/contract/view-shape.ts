/** Checks the result of a model's `view`, because the pages that draw a part rely on its shape. */
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts/lib/index.js';
import type { View } from '../view.js';
import { byKind, described, listOf, object, text } from './codecs.js';
import { finite } from './model-shape.js';
import { describe } from './model-faults.js';

/** A list of a text and something else. */
const named = (expected: string, of: t.Mixed): t.Mixed =>
  new t.Type<unknown>(
    expected,
    Array.isArray,
    (u, c) => {
      if (!Array.isArray(u) || u.length !== 2 || typeof u[0] !== 'string')
        return t.failure(u, c, `expected ${expected}, but it is ${describe(u)}`);
      return of.validate(u[1], t.appendContext(c, '1', of, u[1]));
    },
    (u) => u,
  );

const inner: t.Mixed = t.recursion('a View', () => view);

const kind = { kind: text };
const tone = described('good, bad or plain', (u): u is string => u === 'good' || u === 'bad' || u === 'plain');

const view: t.Mixed = byKind('a View', {
  text: object('a text', { ...kind, text }),
  badge: object('a badge', { ...kind, text, tone }),
  fields: object('fields', { ...kind, fields: listOf(named('[name, View]', inner)) }),
  set: object('a set', { ...kind, items: listOf(inner) }),
  list: object('a list', { ...kind, items: listOf(inner) }),
  vector: object('a vector', { ...kind, entries: listOf(named('[name, number]', finite)) }),
  entry: object('an entry', { ...kind, name: text, value: text, stamp: text }),
});

const isView = (u: unknown): u is View | undefined => u === undefined || E.isRight(view.decode(u));

/** A view, or nothing. */
export const optionalView: t.Mixed = new t.Type(
  'a View',
  isView,
  (u, c) => (u === undefined ? t.success(u) : view.validate(u, c)),
  (u: unknown) => u,
);
