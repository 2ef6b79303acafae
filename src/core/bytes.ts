/**
 * Byte strings. Keys and values are strings of bytes (contract, section 1); here they are JavaScript strings with one UTF-16
 * unit, 0 to 255, for each byte. Equality, hashing and `Map` keys are then native, and `<` is the order by bytes.
 */
import * as t from 'io-ts/lib/index.js';

/** A string of bytes: one character, U+0000 to U+00FF, for each byte. */
export type Bytes = string;

// eslint-disable-next-line no-control-regex -- byte 0 is a byte like the others
const BYTES = /^[\u0000-\u00ff]*$/;

/** Is every character a byte? */
export const isBytes = (u: unknown): u is Bytes => typeof u === 'string' && BYTES.test(u);

/** Decodes a byte string; a character above U+00FF is refused. */
export const BytesC: t.Type<Bytes> = new t.Type(
  'Bytes',
  isBytes,
  (u, c) => (isBytes(u) ? t.success(u) : t.failure(u, c)),
  t.identity,
);

/** The UTF-8 bytes of a text. */
export const bytesOfText = (text: string): Bytes => Buffer.from(text, 'utf8').toString('latin1');

/** The text whose UTF-8 bytes these are; bytes that are not UTF-8 become U+FFFD. */
export const textOfBytes = (bytes: Bytes): string => Buffer.from(bytes, 'latin1').toString('utf8');

/** As many characters as a message quotes. */
const MAX_QUOTED = 200;

/** The text of bytes that someone typed, for a message: no control characters, which a terminal would obey, and not too long. */
export const quotedBytes = (bytes: Bytes): string => {
  const text = textOfBytes(bytes).replaceAll(/\p{Cc}/gu, '\uFFFD');
  return text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)}…` : text;
};
