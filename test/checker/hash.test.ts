/** Hashes fill the tables that checkpoints keep: a version that hashes otherwise could not go on with an older one's. */
import { describe, expect, test } from 'vitest';
import { hashKey, hashSpan, hashText, hashTuple, hashWords, mixed, newHash, placeOf, SEED } from '#bayou/checker/hash.js';
import { random } from '#bayou/checker/random.js';

const words = Int32Array.of(3, 0, -1, 77, 2147483647);

const wide = (take: (hash: ReturnType<typeof newHash>) => void): unknown => {
  const hash = newHash();
  take(hash);
  return hash;
};

describe('hashes are what they were in the versions before', () => {
  test('of lists of ids', () => {
    expect(words.reduce(mixed, SEED)).toBe(-1555164338);
    expect(hashTuple(words)).toBe(1753574307);
    expect(hashSpan(words, 1, 4)).toBe(-270805258);
    expect([0, 1, 2, 1000].map((id) => placeOf(id, 5))).toEqual([0, 19, 7, 1]);
  });

  test('of texts', () => {
    expect(hashKey('a text')).toBe(3754554024);
  });

  test('of whole states', () => {
    expect(wide((hash) => hashWords(hash, words))).toEqual({ low: -1407945674, high: 308770527 });
    expect(wide((hash) => hashText(hash, 'a text'))).toEqual({ low: -1635560217, high: -1902787644 });
  });

  test('and a seed draws the same numbers', () => {
    const draw = random(-7);
    expect([draw(1_000_000), draw(1_000_000), draw(1_000_000)]).toEqual([825619, 855730, 388459]);
  });
});
