/**
 * Chance that a seed repeats: streams of pseudo-random numbers. The run's seed and a name decide each stream, so that a further number taken from one
 * stream changes nothing in the others.
 */
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** A stream of chance. */
export interface RandomStream {
  /** A whole number from `least` to `most`, both included. */
  readonly int: (least: number, most: number) => number;
  /** A number from 0 up to 1, without 1. */
  readonly part: () => number;
  /** True with this probability. The call takes a number from the stream in any case. */
  readonly chance: (probability: number) => boolean;
  /** An element of a list that is not empty. */
  readonly pick: <A>(list: ReadonlyArray<A>) => A;
  readonly bytes: (count: number) => Buffer;
}

const OFFSET = 0x811c9dc5;
const PRIME = 0x01000193;

/** The seed of a stream: the run's seed and the stream's name in one number (FNV-1a, 32 bits). */
const seedOf = (seed: number, name: string): number => {
  let h = OFFSET;
  for (const char of `${seed}/${name}`) h = Math.imul(h ^ char.charCodeAt(0), PRIME);
  return h;
};

/** The stream of this name. */
export const randomOf = (seed: number, name: string): RandomStream => {
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
