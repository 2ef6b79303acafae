/** A number of the command line is the number that the model gets, or it is refused. */
import { describe, expect, test } from 'vitest';
import { inexactIn } from '#bayou/cli/check/exact-numbers.js';
import { gather } from '#bayou/cli/check/field-options.js';
import { parametersOf } from '#bayou/cli/check/parameters.js';

const EXACT = ['0', '-0', '7', '1e3', '0.1', '1.50', '1.5E-7', '-12.25', '9007199254740991', '-9007199254740991', '0.000', '1e0'];
const INEXACT = [
  '9007199254740992',
  '9007199254740993',
  '-9007199254740993',
  '1e21',
  '1e400',
  '-1e400',
  '1e-400',
  '0.10000000000000000001',
  '123456789.123456789123',
];

test.each(EXACT)('%s is kept exactly', (text) => {
  expect(inexactIn(text)).toBeUndefined();
});

test.each(INEXACT)('%s is not, wherever it stands', (text) => {
  expect(inexactIn(text)).toBe(text);
  expect(inexactIn(`{"a":[1,"${text}",${text}]}`)).toBe(text);
  expect(inexactIn(`["${text}","\\"${text}"]`)).toBeUndefined();
});

describe('--set', () => {
  const declared = { n: -1, list: { default: [1] }, text: 'a', one: { default: 1, oneOf: [1, 2] } };
  const set = (...texts: ReadonlyArray<string>): unknown =>
    parametersOf(
      declared,
      true,
      texts.reduce<ReturnType<typeof gather>>((before, text) => gather(text, before), []),
    );

  test.each(INEXACT)('%s is refused for a number, in a list and as one of several, in one line', (text) => {
    for (const [name, value] of [
      ['n', text],
      ['list', `[1,${text}]`],
      ['one', text],
    ] as const)
      expect(() => set(`${name}=${value}`)).toThrow(
        `--set ${name}: ${text} is no number that is kept exactly: whole numbers go to 9007199254740991, others have some 16 digits`,
      );
  });

  test('what is a text stays one', () => {
    expect(set('text=9007199254740993', 'n=1e3')).toEqual({ n: 1000, list: [1], text: '9007199254740993', one: 1 });
  });
});
