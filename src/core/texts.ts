/** Texts that somebody gives: what a host and a path may be. */
import type * as t from 'io-ts/lib/index.js';
import { described } from './codec.js';

/** The most characters of an address or a name of a machine. */
export const MAX_HOST = 255;
const MAX_PATH = 4096;

/** Half a surrogate pair has no UTF-8 bytes of its own: several texts would be one. */
export const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** Is it a text of so many characters, with bytes of its own? */
export const isText = (u: unknown, least: number, most: number): u is string =>
  typeof u === 'string' && u.length >= least && u.length <= most && !LONE_SURROGATE.test(u);

const without = (expected: string, most: number, wrong: RegExp): t.Type<string> =>
  described(expected, (u): u is string => isText(u, 1, most) && !wrong.test(u));

/** An address or a name of a machine. */
export const HostC = without('an address or a name', MAX_HOST, /[\s\p{C}]/u);

/** An address without the brackets in which one of IPv6 may stand. */
export const withoutBrackets = (host: string): string => (host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host);

/** A path of a file or a folder. */
export const PathC = without(
  `a path of 1 to ${MAX_PATH} characters, without U+0000`,
  MAX_PATH,
  // eslint-disable-next-line no-control-regex -- it ends a path for the system
  /\u0000/,
);
