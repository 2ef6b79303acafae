/** Finds numbers in a text that JavaScript would silently take for others: `9007199254740993` would be 9007199254740992. */

/** A JSON text's texts, which are left out, and its numbers. */
const TOKENS = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/** Gives a number as its digits without zeros at the ends, and a power of ten: `1.50` and `15e-1` are alike. */
const decimal = (token: string): string | undefined => {
  const [, sign, whole, fraction = '', power = '0'] = NUMBER.exec(token) ?? [];
  if (whole === undefined) return undefined;
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const shorter = digits.replace(/0+$/, '');
  return shorter === '' ? '0' : `${sign}${shorter}e${Number(power) - fraction.length + digits.length - shorter.length}`;
};

const isExact = (token: string): boolean => {
  const value = Number(token);
  return decimal(token) === decimal(String(value)) && (!Number.isInteger(value) || Number.isSafeInteger(value));
};

/** Gives the first number in a JSON text that is not kept exactly; undefined where all of them are. A whole number beyond 2^53 is none. */
export const inexactIn = (json: string): string | undefined =>
  (json.match(TOKENS) ?? []).find((token) => !token.startsWith('"') && !isExact(token));
