/**
 * The set of states of a search with hash compaction. It keeps of each state only a hash of `bits` bits. Two states with one hash are taken for
 * one. So a state may be missed, with all states that are reached through it alone. Every state that is found is real all the same.
 * {@link Omission} says how likely a miss is.
 *
 * The table is divided into segments by the greatest bits of hashes. Each segment grows on its own and by a quarter. So the whole is never copied
 * at once, and two thirds to four fifths of it are in use: a hash of 64 bits takes about 11 bytes, one of 40 about 7.
 */
import type { Reader, Writer } from './checkpoint/file.js';
import { CheckerError } from './error.js';
import type { Hash } from './hash.js';
import type { CheckOptions } from './options.js';
import { isLiveness, type Omission, type PropertyKind, type SearchKind, type Statistics } from './report.js';

// --- the set ---------------------------------------------------------------------------------------------------------------

const LEAST_BITS = 8;
const MOST_BITS = 64;

/** The number of bits by which a hash chooses its segment. */
const SEGMENT_BITS = 6;
const FIRST_ROOM = 16;

type Words = Int32Array | Uint16Array | Uint8Array;

/** Makes the smallest array for the bits beyond the first 32. */
const rest = (bits: number, room: number): Words => {
  if (bits > 48) return new Int32Array(room);
  return bits > 40 ? new Uint16Array(room) : new Uint8Array(bits > 32 ? room : 0);
};

/** Makes the array of {@link rest} from a checkpoint's bytes. */
const restOf = (bits: number, bytes: Uint8Array<ArrayBuffer>): Words => {
  if (bits > 48) return new Int32Array(bytes.buffer);
  return bits > 40 ? new Uint16Array(bytes.buffer) : bytes;
};

/** A table of hashes by open addressing. Its size need not be a power of two. A place whose first half is 0 is free. */
class Segment {
  first: Int32Array;
  rest: Words;
  /** The number of each hash, where hashes are numbered. */
  numbers: Int32Array;
  used = 0;
  private readonly bits: number;

  constructor(bits: number, numbered: boolean) {
    this.bits = bits;
    this.first = new Int32Array(FIRST_ROOM);
    this.rest = rest(bits, FIRST_ROOM);
    this.numbers = new Int32Array(numbered ? FIRST_ROOM : 0);
  }

  /** Gives where the hash is, or the free place where it would be. */
  find(first: number, more: number): number {
    const room = this.first.length;
    const wide = this.rest.length > 0;
    let at = Math.floor((((first << SEGMENT_BITS) >>> 0) / 2 ** 32) * room);
    while (this.first[at] !== 0 && (this.first[at] !== first || (wide && this.rest[at] !== more)))
      at = at + 1 === room ? 0 : at + 1;
    return at;
  }

  put(at: number, first: number, more: number, number: number): void {
    this.first[at] = first;
    if (this.rest.length > 0) this.rest[at] = more;
    if (this.numbers.length > 0) this.numbers[at] = number;
    if (++this.used * 5 > this.first.length * 4) this.grow();
  }

  private grow(): void {
    const { first, rest: more, numbers } = this;
    const room = Math.ceil(first.length * 1.25);
    this.first = new Int32Array(room);
    this.rest = rest(this.bits, room);
    this.numbers = new Int32Array(numbers.length > 0 ? room : 0);
    this.used = 0;
    for (let at = 0; at < first.length; at++) {
      if (first[at] === 0) continue;
      this.put(this.find(first[at]!, more[at] ?? 0), first[at]!, more[at] ?? 0, numbers[at] ?? 0);
    }
  }

  save(to: Writer): void {
    to.words(this.first);
    to.bytes(new Uint8Array(this.rest.buffer));
    to.words(this.numbers);
  }

  restore(from: Reader): void {
    this.first = from.words();
    this.rest = restOf(this.bits, from.bytes());
    this.numbers = from.words();
    this.used = this.first.reduce((used, first) => (first === 0 ? used : used + 1), 0);
  }

  /** Gives the hashes as whole numbers, in order. */
  sorted(): BigUint64Array {
    const hashes = new BigUint64Array(this.used);
    const restBits = BigInt(Math.max(0, this.bits - 32));
    const unused = Math.max(0, 32 - this.bits);
    let n = 0;
    for (let at = 0; at < this.first.length; at++) {
      if (this.first[at] === 0) continue;
      hashes[n++] = (BigInt(this.first[at]! >>> unused) << restBits) | BigInt((this.rest[at] ?? 0) >>> 0);
    }
    return hashes.sort();
  }
}

/** A set of hashes of `bits` bits. */
export class Fingerprints {
  readonly bits: number;
  private readonly segments: ReadonlyArray<Segment>;
  private readonly firstMask: number;
  private readonly restMask: number;
  private count = 0;

  /** `numbered` says that each hash has a number, in the order of arrival. */
  constructor(bits: number, numbered: boolean) {
    this.bits = bits;
    this.segments = Array.from({ length: 1 << SEGMENT_BITS }, () => new Segment(bits, numbered));
    this.firstMask = bits >= 32 ? -1 : -1 << (32 - bits);
    this.restMask = bits <= 32 ? 0 : bits === 64 ? -1 : (1 << (bits - 32)) - 1;
  }

  get size(): number {
    return this.count;
  }

  /**
   * Gives the number of a hash, and adds the hash if it is new: its number is then the size before. Without numbers it gives 0 for a known one.
   */
  add({ low, high }: Hash): number {
    // A first half of 0 marks a free place. A hash with that first half is stored with the least other one.
    const first = low & this.firstMask || this.firstMask & -this.firstMask;
    const more = high & this.restMask;
    const segment = this.segments[first >>> (32 - SEGMENT_BITS)]!;
    const at = segment.find(first, more);
    if (segment.first[at] !== 0) return segment.numbers[at] ?? 0;
    segment.put(at, first, more, this.count);
    return this.count++;
  }

  /** Writes the set to a checkpoint. */
  save(to: Writer): void {
    for (const segment of this.segments) segment.save(to);
  }

  /** Takes the set, which is empty, from a checkpoint. */
  restore(from: Reader): void {
    for (const segment of this.segments) {
      segment.restore(from);
      this.count += segment.used;
    }
  }

  /** Gives the least distance between two hashes, as whole numbers; infinite where there are not two. */
  leastGap(): number {
    let before: bigint | undefined;
    let least: bigint | undefined;
    for (const segment of this.segments) {
      for (const hash of segment.sorted()) {
        if (before !== undefined && (least === undefined || hash - before < least)) least = hash - before;
        before = hash;
      }
    }
    return least === undefined ? Infinity : Number(least);
  }
}

// --- what may have been missed ---------------------------------------------------------------------------------------------

/** Gives the estimates for `generated` steps to the states in the set. A probability p is accurate even where 1 - p rounds to 1. */
export const omissionOf = (found: Fingerprints, generated: number): Omission => {
  const { size, bits } = found;
  const atLeastOne = (trials: number): number => -Math.expm1(-trials * 2 ** -bits);
  return {
    bits,
    pairs: atLeastOne((size * (size - 1)) / 2),
    steps: atLeastOne(size * Math.max(0, generated - size)),
    observed: Math.min(1, 1 / found.leastGap()),
  };
};

/** Gives what a report says of hash compaction: the estimates, and the greater of the two that are computed, which the verdict prints. */
export const omissionStatistics = (
  found: Fingerprints,
  generated: number,
): Pick<Statistics, 'omissionProbability' | 'omission'> => {
  const omission = omissionOf(found, generated);
  return { omissionProbability: Math.max(omission.pairs, omission.steps), omission };
};

/**
 * Refuses hash compaction where it makes no sense.
 *
 * @throws CheckerError (`option`).
 */
export const mustSuitHashing = (
  { hashBits, search, maxDepth }: Pick<CheckOptions, 'hashBits' | 'maxDepth'> & { readonly search?: SearchKind },
  properties: ReadonlyArray<{ readonly name: string; readonly kind: PropertyKind }>,
): void => {
  if (hashBits === undefined) return;
  if (!Number.isInteger(hashBits) || hashBits < LEAST_BITS || hashBits > MOST_BITS) {
    throw new CheckerError('option', `hashBits: ${hashBits} is not a whole number from ${LEAST_BITS} to ${MOST_BITS}`);
  }
  const refuse = (why: string): CheckerError => new CheckerError('option', `hashBits: hash compaction ${why}`);
  const liveness = properties.find(({ kind }) => isLiveness(kind));
  if (liveness !== undefined) {
    throw refuse(`cannot judge liveness, which needs every state whole: leave it out, or the property "${liveness.name}"`);
  }
  if (search === 'sweep') throw refuse('and a sweep exclude each other: a sweep frees states whole; search bfs or dfs');
  if (search === 'dfs' && maxDepth !== undefined) {
    throw refuse(
      'depth first knows no maxDepth: a state met again nearer could not be told; search bfs, or leave out one of them',
    );
  }
};
