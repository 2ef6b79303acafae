/**
 * Codecs of a configuration's fields. Each codec's name is the text that an error shows after "expected".
 *
 * @module
 * @category What is checked
 */
import * as t from 'io-ts/lib/index.js';
import { described, whole } from '../../core/codec.js';
import { GuaranteesC } from '../../core/guarantees.js';
import { PROPERTY_IDS, PROPERTY_NAMES } from './sentences.js';

export const oneOf = <A extends string>(...values: ReadonlyArray<A>): t.Type<A> =>
  described(`one of ${values.join(', ')}`, (u): u is A => typeof u === 'string' && (values as ReadonlyArray<string>).includes(u));

export const anyText = described('a text', t.string.is);
export const flag = described('true or false', t.boolean.is);
const id = whole(0, 8);
const pairs = described(
  'a list of pairs of server ids, such as [[0, 1], [1, 2]]',
  t.readonlyArray(t.readonly(t.tuple([id, id]))).is,
);
export const placements = described(
  '"any", or for each client the list of its servers, such as [[0], [1, 0]]',
  (u): u is 'any' | ReadonlyArray<ReadonlyArray<number>> => u === 'any' || t.readonlyArray(t.readonlyArray(id)).is(u),
);
export const topology = described(
  'none, full, chain, ring, or a list of pairs of server ids',
  (u): u is 'none' | 'full' | 'chain' | 'ring' | ReadonlyArray<readonly [number, number]> =>
    u === 'none' || u === 'full' || u === 'chain' || u === 'ring' || pairs.is(u),
);
export const count = described(
  'a whole number from 0 to 9, or "unbounded"',
  (u): u is number | 'unbounded' => u === 'unbounded' || whole(0, 9).is(u),
);
export const partWrites = described(
  'a whole number from 1 to 9, or "unbounded"',
  (u): u is number | 'unbounded' => u === 'unbounded' || whole(1, 9).is(u),
);
const GUARANTEES =
  'readYourWrites, monotonicReads, writesFollowReads and monotonicWrites, each true or false, and scope, key or store';
export const sessions = described(
  `the guarantees of every session (${GUARANTEES}), or a list of them, one for each client`,
  (u): u is t.TypeOf<typeof GuaranteesC> | ReadonlyArray<t.TypeOf<typeof GuaranteesC>> =>
    GuaranteesC.is(u) || t.readonlyArray(GuaranteesC).is(u),
);
const propertyId = oneOf(...PROPERTY_IDS);
export const propertyNames = described(
  `a list of property names (${PROPERTY_NAMES.join(', ')})`,
  t.readonlyArray(oneOf(...PROPERTY_NAMES)).is,
);
export const expectation = described(
  `"holds", or {"violated": one of ${PROPERTY_IDS.join(', ')}}`,
  (u): u is 'holds' | { readonly violated: t.TypeOf<typeof propertyId> } =>
    u === 'holds' || (t.strict({ violated: propertyId }).is(u) && Object.keys(u).length === 1),
);
