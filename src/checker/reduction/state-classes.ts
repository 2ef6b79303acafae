/** The classes of states: which of them a search with these reductions takes for one. */
import { hashText, newHash } from '../hash.js';
import type { StateMap } from './orbits.js';

interface KnownClass {
  readonly number: number;
  /** A hash of the set of the state's images. */
  readonly images: string;
}

/** Gives a hash of 64 bits of a set of texts, in whatever order it was filled. */
const hashOfSet = (texts: ReadonlySet<string>): string => {
  const hash = newHash();
  let [low, high] = [0, 0];
  for (const text of texts) {
    hashText(hash, text);
    low = (low + hash.low) | 0;
    high = (high + hash.high) | 0;
  }
  return `${low},${high}`;
};

export class StateClasses<S> {
  /** How many states were brought to their normal form or, by a map, to an image. */
  calls = 0;
  private readonly images: ReadonlyArray<StateMap<S>>;
  private readonly normal: StateMap<S>;
  private readonly key: (state: S) => string;
  private readonly numbers = new Map<string, number>();
  /** By the index of the state. */
  private readonly known: (KnownClass | undefined)[] = [];

  constructor(images: ReadonlyArray<StateMap<S>>, normal: StateMap<S> | undefined, key: (state: S) => string) {
    this.images = images;
    this.normal = normal ?? ((same) => same);
    this.key = key;
  }

  /** Gives the number of a state's class. The class is that of the least image. */
  numberOf(index: number, state: S): number {
    return this.of(index, state).number;
  }

  /**
   * Tests that two states have the same images. Two that have not may still have one least image: a search that orders images in another way would take them
   * for two.
   */
  haveSameImages(one: number, oneState: S, other: number, otherState: S): boolean {
    const [a, b] = [this.of(one, oneState), this.of(other, otherState)];
    return a.number === b.number && a.images === b.images;
  }

  private of(index: number, state: S): KnownClass {
    return (this.known[index] ??= this.classOf(state));
  }

  private classOf(state: S): KnownClass {
    const { images, normal, key } = this;
    this.calls += 1 + images.length;
    const keys = new Set([key(normal(state)), ...images.map((image) => key(normal(image(state))))]);
    const least = [...keys].reduce((one, other) => (other < one ? other : one));
    const number = this.numbers.get(least) ?? this.numbers.size;
    this.numbers.set(least, number);
    return { number, images: images.length === 0 ? '' : hashOfSet(keys) };
  }
}
