/** A number that an option does not take is refused with what is wrong with it: how great it is, or how it is written. */
import { expect, test } from 'vitest';
import { wholeNumber } from '#bayou/command-line/command-line.js';

const MOST = Number.MAX_SAFE_INTEGER;

test.each([
  ['1e3', 'Use a whole number from 1, in digits.'],
  ['1e20', `Use a whole number from 1 to ${MOST}, in digits.`],
  ['9007199254740992', `Use a whole number from 1 to ${MOST}.`],
  ['0', 'Use a whole number from 1.'],
  ['-5', 'Use a whole number from 1.'],
  ['1.5', 'Use a whole number from 1.'],
  ['', 'Use a whole number from 1.'],
  ['many', 'Use a whole number from 1.'],
])('"%s"', (text, why) => {
  expect(() => wholeNumber(1)(text)).toThrow(why);
});

test('one that it takes is read', () => {
  expect(() => wholeNumber(0)(' ')).toThrow(/^Use a whole number from 0\.$/);
  expect([wholeNumber(1)('1'), wholeNumber(0)(String(MOST)), wholeNumber(8, 64)('64')]).toEqual([1, MOST, 64]);
  expect(() => wholeNumber(8, 64)('65')).toThrow('Use a whole number from 8 to 64.');
});
