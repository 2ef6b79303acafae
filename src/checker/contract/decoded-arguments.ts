/** Checks the arguments of the library's helpers field by field, where a codec says more than a test of the whole would. */
import * as E from 'fp-ts/lib/Either.js';
import type * as t from 'io-ts/lib/index.js';
import { CheckerError } from '../error.js';
import type { ArgumentTest } from './argument-checks.js';
import { decode, described } from './codecs.js';

/** The codec that a test of an argument is. */
export const codecOf = ({ is, what }: ArgumentTest): t.Mixed => described(what, (u): u is unknown => is(u));

/**
 * Refuses an argument that its codec does not accept. @throws CheckerError (`option`): `registerClient: put: there is no such field; the
 * fields are servers, puts`. The name of the argument stands before what is wrong with it as a whole.
 */
export const mustDecode = (where: string, argument: string, codec: t.Mixed, given: unknown): void => {
  const decoded = decode(codec, given);
  if (E.isLeft(decoded))
    throw new CheckerError('option', `${where}: ${decoded.left.startsWith('expected') ? `${argument}: ` : ''}${decoded.left}`);
};
