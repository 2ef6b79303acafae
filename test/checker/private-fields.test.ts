/** A class whose objects have private fields is refused, and no other class is. */
import { describe, expect, test } from 'vitest';
import { check } from '#bayou/checker/check.js';
import { hasPrivateFields } from '#bayou/checker/values/private-fields.js';

class Named {
  readonly n: number;
  constructor(n: number) {
    this.n = n;
  }
  toString(): string {
    return `#${this.n} it's #fff`;
  }
}

const SOURCES: Readonly<Record<string, readonly [source: string, has: boolean]>> = {
  'a field': ['class A { #n = 0; }', true],
  'a field without a value': ['class A extends B { m() {} #n }', true],
  'a field after a template with two slashes': ['class A { url = `http://x`; #n = 0; static n(a) { return #n in a; } }', true],
  'a template': ['class A { m() { return `#${this.n}`; } }', false],
  'a regular expression': ["class A { m() { return /#a'/.test('x'); } }", false],
  'a text': ['class A { colour = "#fff"; }', false],
  'a comment': ['class A { /* #n = 0 */ m() {} // #n\n}', false],
  'a field of the class itself': ['class A { static #made = 0; }', false],
  'a method': ['class A { #m() { return 1; } }', false],
  'a function': ['function A() { this.colour = "#fff"; }', false],
  'what no parser knows': ['class A { @@ #n }', true],
};

test.each(Object.entries(SOURCES))('%s', (_, [source, has]) => {
  expect(hasPrivateFields(source)).toBe(has);
});

describe('a model', () => {
  const label = (): { readonly family: string; readonly args: [] } => ({ family: 'go', args: [] });

  test('whose states name themselves with a # is no matter', async () => {
    const { verdict, counts } = await check({
      name: 'named',
      initial: [new Named(0)],
      actions: ({ n }) => (n < 3 ? ['go'] : []),
      next: ({ n }) => new Named(n + 1),
      label,
      properties: [{ name: 'p', kind: 'always', holds: (state) => String(state).startsWith('#') }],
    });
    expect([verdict, counts.distinct]).toEqual(['holds', 4]);
  });
});
