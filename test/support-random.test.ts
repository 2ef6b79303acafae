import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seedOr } from './support/seeds.js';

describe('random tests (test/support/random.ts)', () => {
  test('one that fails says how it is repeated', () => {
    const fails = (): void => fc.assert(fc.property(fc.integer(), (n) => n < 100));
    expect(fails).toThrow(`repeat with: BAYOU_SEED=${seedOr(1994)} npx vitest run test/support-random.test.ts`);
    expect(fails).toThrow('Counterexample: [100]');
  });
  test('one that tried less than it was asked to is no success', () => {
    const interrupted = (): void =>
      fc.assert(
        fc.property(fc.integer(), () => undefined),
        { interruptAfterTimeLimit: 30, numRuns: 1e9 },
      );
    expect(interrupted).toThrow(/^\d+ random runs were made, and not 1000000000; repeat with: /);
  });
  test('one that tried all of it is', () => expect(() => fc.assert(fc.property(fc.integer(), () => undefined))).not.toThrow());
});
