/**
 * All the arithmetic of the checker's hashes. Each result is part of the checkpoints' format (whose tables are filled by it) and of the order in
 * which states are found. So it is the same on every machine and from one version to the next.
 */

/** 2^32 divided by the golden ratio, as a prime: multiplying by it (Fibonacci hashing) scatters numbers that follow each other. */
const GOLDEN = 0x9e3779b1;

// --- lists of ids, in 32 bits ----------------------------------------------------------------------------------------------

/** The hash of an empty list of ids. Each id is then taken in by {@link mixed}. */
export const SEED = GOLDEN | 0;

/** Takes one more id into a hash. */
export const mixed = (hash: number, id: number): number => {
  const h = Math.imul(hash ^ id, 0x85ebca6b);
  return h ^ (h >>> 15);
};

/** The hash of a tuple of ids. */
export const hashTuple = (tuple: Int32Array): number => {
  let h = SEED;
  for (const id of tuple) h = mixed(h, id);
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
};

/** Gives the hash of the words from one place to before another. */
export const hashSpan = (words: Int32Array, from: number, to: number): number => {
  let h = 0x9e3779b9;
  for (let i = from; i < to; i++) h = Math.imul(h ^ words[i]!, 0x85ebca6b) ^ (h >>> 13);
  h = Math.imul(h ^ (h >>> 16), 0xc2b2ae35);
  return h ^ (h >>> 15);
};

/** Gives the place of an id in a table of two to the power of `bits` places (`bits` is from 1 to 31). */
export const placeOf = (id: number, bits: number): number => Math.imul(id, GOLDEN) >>> (32 - bits);

/** Gives the hash of a short text, from 0 to 2^32 - 1: FNV-1a, mixed once more. */
export const hashKey = (text: string): number => {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  return (h ^ (h >>> 13)) >>> 0;
};

// --- whole states, in 64 bits ----------------------------------------------------------------------------------------------

/** A hash under construction, in two halves that are mixed by different constants. */
export interface Hash {
  low: number;
  high: number;
}

export const newHash = (): Hash => ({ low: 0, high: 0 });

const rotated = (word: number, by: number): number => (word << by) | (word >>> (32 - by));

/** Takes in one more 32-bit word. The two halves are the rounds of MurmurHash3 and of xxHash32. */
const mix = (hash: Hash, word: number): void => {
  hash.low =
    (Math.imul(rotated(hash.low ^ Math.imul(rotated(Math.imul(word, 0xcc9e2d51), 15), 0x1b873593), 13), 5) + 0xe6546b64) | 0;
  hash.high = Math.imul(rotated((hash.high + Math.imul(word, 0x85ebca77)) | 0, 13), GOLDEN);
};

/** Begins a hash of `length` words. */
const begin = (hash: Hash, length: number): void => {
  hash.low = length ^ 0x165667b1;
  hash.high = (length + 0x27d4eb2f) | 0;
};

/** Spreads what was taken in over all bits: first each half over the other, then each over itself. It is reversible, so nothing is lost. */
const finish = (hash: Hash): void => {
  hash.low = spread((hash.low + hash.high) | 0);
  hash.high = spread((hash.high + hash.low) | 0);
};

/** The last steps of MurmurHash3. */
const spread = (word: number): number => {
  let h = word ^ (word >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
};

/** The hash of a list of words. */
export const hashWords = (hash: Hash, words: Int32Array): void => {
  begin(hash, words.length);
  for (const word of words) mix(hash, word);
  finish(hash);
};

/** The hash of a text. */
export const hashText = (hash: Hash, text: string): void => {
  begin(hash, text.length);
  for (let i = 0; i < text.length; i++) mix(hash, text.charCodeAt(i));
  finish(hash);
};

// --- random numbers --------------------------------------------------------------------------------------------------------

/** Gives the next state of a generator (splitmix32). */
export const nextSeed = (seed: number): number => (seed + 0x9e3779b9) | 0;

/** Gives the number that is drawn from a state of a generator: 0 to 2^32 - 1. */
export const drawn = (seed: number): number => {
  let h = seed ^ (seed >>> 16);
  h = Math.imul(h, 0x21f0aaad);
  h ^= h >>> 15;
  h = Math.imul(h, 0x735a2d97);
  return (h ^ (h >>> 15)) >>> 0;
};
