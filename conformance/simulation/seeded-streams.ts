/**
 * Chance that can be had again: streams of pseudo-random numbers, each by the run's seed and a name of its own, so that one more number taken
 * from one stream changes nothing in the others.
 */
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** A stream of chance. */
export interface Random {
  /** A whole number of these, both included. */
  readonly int: (least: number, most: number) => number;
  /** From 0 up to 1, without 1. */
  readonly part: () => number;
  /** True so often: 0 never, 1 always. Takes a number in any case. */
  readonly chance: (probability: number) => boolean;
  /** One of a list that is not empty. */
  readonly pick: <A>(list: ReadonlyArray<A>) => A;
  readonly bytes: (count: number) => Buffer;
}

const OFFSET = 0x811c9dc5;
const PRIME = 0x01000193;

/** The run's seed and a name in one number (FNV-1a, 32 bits). */
const seedOf = (seed: number, name: string): number => {
  let h = OFFSET;
  for (const char of `${seed}/${name}`) h = Math.imul(h ^ char.charCodeAt(0), PRIME);
  return h;
};

/** The stream of this name. */
export const randomOf = (seed: number, name: string): Random => {
  const generator = xoroshiro128plus(seedOf(seed, name));
  const part = (): number => (generator.next() >>> 0) / 2 ** 32;
  return {
    int: (least, most) => uniformInt(generator, least, most),
    part,
    chance: (probability) => part() < probability,
    pick: (list) => list[uniformInt(generator, 0, list.length - 1)]!,
    bytes: (count) => {
      const bytes = Buffer.allocUnsafe(count);
      for (let i = 0; i < count; i++) bytes[i] = generator.next() & 0xff;
      return bytes;
    },
  };
};
