/** Sets of rows of integers. In {@link Rows} the hash finds candidates and the whole row decides; in {@link HashedRows} the hash does. */
import type { Reader, Writer } from '../checkpoint/file.js';
import { Fingerprints } from '../fingerprints.js';
import { hashSpan, hashWords, newHash } from '../hash.js';
import { Ints } from '../ints.js';

/** A set of rows that are written number by number; each has a dense index in the order of arrival. */
export interface RowSet {
  readonly size: () => number;
  /** Appends a number to the row being written. */
  readonly write: (value: number) => void;
  /** Ends the row being written: its index, known or new. */
  readonly commit: () => number;
  /** Leaves out what was written of a row that is not ended. */
  readonly drop: () => void;
  readonly row: (index: number) => ReadonlyArray<number>;
  /** Gives a row that is not asked for again. */
  readonly take: (index: number) => ReadonlyArray<number>;
  /** The hashes of the rows, in a set that compares by them. */
  readonly fingerprints: Fingerprints | undefined;
  /** Write the set to a checkpoint, and read it from one into an empty set. No row may be half written. */
  readonly save: (to: Writer) => void;
  readonly restore: (from: Reader) => void;
}

/** Fewer rows than this that wait no more are left where they are: moving the others would cost more than it frees. */
const FEW = 1024;

/** Keeps rows of any width in one arena, found by open addressing. Each has a dense index in the order of arrival. */
export class Rows implements RowSet {
  readonly fingerprints = undefined;
  readonly #arena = new Ints();
  readonly #starts = new Ints();
  #table = new Int32Array(1 << 7);

  constructor() {
    this.#starts.push(0);
  }

  size(): number {
    return this.#starts.length - 1;
  }

  start(index: number): number {
    return this.#starts.at(index);
  }

  row(index: number): ReadonlyArray<number> {
    const row: number[] = [];
    for (let at = this.start(index); at < this.start(index + 1); at++) row.push(this.#arena.at(at));
    return row;
  }

  take(index: number): ReadonlyArray<number> {
    return this.row(index);
  }

  at(position: number): number {
    return this.#arena.at(position);
  }

  /** Appends a number to the row being written. */
  write(value: number): void {
    this.#arena.push(value);
  }

  drop(): void {
    this.#arena.length = this.#starts.at(this.size());
  }

  /** Ends the row being written: its index, known or new. */
  commit(): number {
    const from = this.#starts.at(this.size());
    const to = this.#arena.length;
    const mask = this.#table.length - 1;
    let at = hashSpan(this.#arena.data, from, to) & mask;
    for (let entry = this.#table[at]!; entry !== 0; entry = this.#table[at]!) {
      if (this.#same(entry - 1, from, to)) {
        this.#arena.length = from;
        return entry - 1;
      }
      at = (at + 1) & mask;
    }
    this.#starts.push(to);
    this.#table[at] = this.size();
    if (this.size() * 2 > this.#table.length) this.#index(this.#table.length * 2);
    return this.size() - 1;
  }

  save(to: Writer): void {
    to.words(this.#arena.view());
    to.words(this.#starts.view());
  }

  restore(from: Reader): void {
    this.#arena.fill(from.words());
    this.#starts.fill(from.words());
    let room = this.#table.length;
    while (this.size() * 2 > room) room *= 2;
    this.#index(room);
  }

  #same(index: number, from: number, to: number): boolean {
    const start = this.#starts.at(index);
    const width = to - from;
    if (this.#starts.at(index + 1) - start !== width) return false;
    const data = this.#arena.data;
    for (let i = 0; i < width; i++) if (data[start + i] !== data[from + i]) return false;
    return true;
  }

  /** Builds the table, with so much room. */
  #index(room: number): void {
    const table = new Int32Array(room);
    const mask = table.length - 1;
    for (let index = 0; index < this.size(); index++) {
      let at = hashSpan(this.#arena.data, this.start(index), this.start(index + 1)) & mask;
      while (table[at] !== 0) at = (at + 1) & mask;
      table[at] = index + 1;
    }
    this.#table = table;
  }
}

/**
 * Keeps a hash of each row, and the row itself only while it waits: hash compaction. Waiting rows are taken from either end, the oldest first or
 * the newest.
 */
export class HashedRows implements RowSet {
  readonly fingerprints: Fingerprints;
  readonly #hash = newHash();
  /** The rows that wait, each followed by its index; then the row being written. */
  readonly #words = new Ints();
  /** Where each waiting row begins in the words, the oldest first. */
  readonly #starts = new Ints();
  #oldest = 0;
  #end = 0;

  constructor(bits: number) {
    this.fingerprints = new Fingerprints(bits, true);
  }

  size(): number {
    return this.fingerprints.size;
  }

  write(value: number): void {
    this.#words.push(value);
  }

  drop(): void {
    this.#words.length = this.#end;
  }

  commit(): number {
    const { fingerprints } = this;
    const before = fingerprints.size;
    const words = this.#words;
    hashWords(this.#hash, words.data.subarray(this.#end, words.length));
    const index = fingerprints.add(this.#hash);
    if (fingerprints.size === before) {
      words.length = this.#end;
      return index;
    }
    this.#starts.push(this.#end);
    words.push(index);
    this.#end = words.length;
    return index;
  }

  /** Gives a waiting row: the oldest or the newest of all. */
  row(index: number): ReadonlyArray<number> {
    const entry = this.#entry(index);
    return Array.from(this.#words.data.subarray(this.#starts.at(entry), this.#stop(entry) - 1));
  }

  /** Gives such a row, which then waits no more. Rows older than the oldest that was asked for do not wait any more either. */
  take(index: number): ReadonlyArray<number> {
    const row = this.row(index);
    const entry = this.#entry(index);
    if (entry === this.#starts.length - 1) {
      this.#end = this.#words.length = this.#starts.at(entry);
      this.#starts.length--;
    } else {
      this.#oldest = entry + 1;
      if (this.#oldest * 2 > this.#starts.length && this.#oldest > FEW) this.#forget();
    }
    return row;
  }

  save(to: Writer): void {
    this.fingerprints.save(to);
    this.#forget();
    to.words(this.#words.view());
    to.words(this.#starts.view());
  }

  restore(from: Reader): void {
    this.fingerprints.restore(from);
    this.#words.fill(from.words());
    this.#starts.fill(from.words());
    this.#end = this.#words.length;
  }

  #entry(index: number): number {
    const newest = this.#starts.length - 1;
    if (newest >= this.#oldest && this.#indexOf(newest) === index) return newest;
    let entry = this.#oldest;
    while (entry < newest && this.#indexOf(entry) < index) entry++;
    if (entry > newest || this.#indexOf(entry) !== index)
      throw new Error('with hash compaction, only a state that waits to be expanded can be had');
    return entry;
  }

  #stop(entry: number): number {
    return entry === this.#starts.length - 1 ? this.#end : this.#starts.at(entry + 1);
  }

  #indexOf(entry: number): number {
    return this.#words.at(this.#stop(entry) - 1);
  }

  /** Frees the room of the rows before the oldest that waits. */
  #forget(): void {
    const from = this.#oldest < this.#starts.length ? this.#starts.at(this.#oldest) : this.#end;
    this.#words.data.copyWithin(0, from, this.#words.length);
    this.#words.length -= from;
    this.#end -= from;
    const { data, length } = this.#starts;
    for (let entry = this.#oldest; entry < length; entry++) data[entry - this.#oldest] = data[entry]! - from;
    this.#starts.length -= this.#oldest;
    this.#oldest = 0;
  }
}
