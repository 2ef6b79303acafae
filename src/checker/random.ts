/** Makes seeded pseudo-random numbers that are the same on every machine: splitmix32, which is good enough for walks through state graphs. */
import { drawn, nextSeed } from './hash.js';

/** Gives whole numbers from 0 below a bound. */
export type Random = (below: number) => number;

/** A generator that repeats by its seed (a 32-bit integer). */
export const random = (seed: number): Random => {
  let state = seed | 0;
  return (below) => {
    state = nextSeed(state);
    return Math.floor((drawn(state) / 2 ** 32) * below);
  };
};
