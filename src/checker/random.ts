/** Seeded pseudo-random numbers that are the same on every machine: splitmix32, which passes for walks through state graphs. */

/** Gives whole numbers from 0 below a bound. */
export type Random = (below: number) => number;

/** A generator that repeats by its seed (a 32-bit integer). */
export const random = (seed: number): Random => {
  let state = seed | 0;
  return (below) => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    mixed ^= mixed >>> 15;
    return Math.floor(((mixed >>> 0) / 2 ** 32) * below);
  };
};
