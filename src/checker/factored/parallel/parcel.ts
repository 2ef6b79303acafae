/**
 * Packs what one thread sends another: batches of cells, in the sender's numbers, with the values behind those numbers that the receiver does not
 * know yet. Values travel as plain data (structured clones), and are interned again where they arrive.
 */
import { Ints } from '../../ints.js';
import { emptyBatch, fillUsed, withCapacity, type Batch } from '../store/batch.js';
import type { Space } from '../space.js';

/** A parcel as it is posted. */
export interface Parcel {
  readonly from: number;
  /** For each kind the values with the sender's next ids. */
  readonly values: ReadonlyArray<ReadonlyArray<unknown>>;
  readonly words: Int32Array<ArrayBuffer>;
}

/** A parcel of `FULL` words is sent without waiting for more. */
const FULL = 1 << 17;

/** Gathers parcels for one receiver. */
export class Outbox {
  private readonly words = new Ints(1 << 10);
  private readonly told: number[];
  private readonly space: Space;
  private readonly from: number;
  /** For each index in a batch, its number among the ids in use. */
  private readonly order: number[] = [];

  constructor(space: Space, from: number) {
    this.space = space;
    this.from = from;
    this.told = space.components.kinds.map(() => 0);
  }

  /** Adds a batch: family, tuple, number of cells, then by position the ids that occur and the cells' indices into them. */
  add(batch: Batch, tuple: Int32Array, family: number): void {
    const { words } = this;
    words.push(family);
    for (const id of tuple) words.push(id);
    words.push(batch.count);
    for (let p = 0; p < batch.at.length; p++) {
      words.push(batch.usedCount[p]!);
      for (let u = 0; u < batch.usedCount[p]!; u++) {
        const x = batch.used[p]![u]!;
        words.push(batch.ids[p]![x]!);
        this.order[x] = u;
      }
      for (let i = 0; i < batch.count; i++) words.push(this.order[batch.at[p]![i]!]!);
    }
  }

  private hasNews(): boolean {
    const { kinds, merging } = this.space.components;
    return merging !== undefined && kinds.some(({ values }, k) => values.length > this.told[k]!);
  }

  /** Drops what has gathered. */
  clear(): void {
    this.words.length = 0;
  }

  get isFull(): boolean {
    return this.words.length >= FULL;
  }

  /**
   * Gives the cells and the new values since the last parcel; undefined where there are none. Where a key says which values are equal, values are
   * sent even without cells: another thread may have found another value with the same key, and both must keep the same one.
   */
  take(): Parcel | undefined {
    if (this.words.length === 0 && !this.hasNews()) return undefined;
    const values = this.space.components.kinds.map((kind, k) => {
      const fresh = kind.values.slice(this.told[k]);
      this.told[k] = kind.values.length;
      return fresh;
    });
    const words = new Int32Array(this.words.view());
    this.words.length = 0;
    return { from: this.from, values, words };
  }
}

/** Unpacks the parcels of one sender. */
export class Inbox {
  private readonly space: Space;
  /** For each kind the receiver's id of each of the sender's ids. */
  private readonly ids: ReadonlyArray<Ints>;
  private readonly batch: Batch;
  private readonly tuple: Int32Array;

  constructor(space: Space) {
    this.space = space;
    this.ids = space.components.kinds.map(() => new Ints(64));
    this.batch = emptyBatch(space.shape.positions);
    this.tuple = new Int32Array(space.shape.group);
  }

  /**
   * Hands each batch of a parcel to `take`, in the receiver's numbers, from a place in the parcel's words on, until `take` says to stop. It gives
   * the place of the next batch. Parcels must be opened first in the order in which they were sent.
   */
  open(parcel: Parcel, from: number, take: (batch: Batch, tuple: Int32Array, family: number) => boolean): number {
    if (from === 0) this.learn(parcel);
    let at = from;
    for (let on = true; on && at < parcel.words.length;) {
      const family = parcel.words[at]!;
      at = this.read(parcel.words, at + 1);
      on = take(this.batch, this.tuple, family);
    }
    return at;
  }

  /** Interns the values behind the sender's next numbers. */
  private learn({ values }: Parcel): void {
    values.forEach((list, kind) => {
      for (const value of list) this.ids[kind]!.push(this.space.components.intern(kind, value));
    });
  }

  private read(words: Int32Array, from: number): number {
    const { batch, tuple } = this;
    const { kinds } = this.space.compiled;
    let at = from;
    for (let i = 0; i < tuple.length; i++) tuple[i] = this.ids[kinds[i]!]!.at(words[at++]!);
    batch.count = words[at++]!;
    for (let p = 0; p < batch.at.length; p++) {
      const used = words[at++]!;
      const known = this.ids[kinds[tuple.length + p]!]!;
      batch.ids[p] = withCapacity(batch.ids[p]!, used);
      for (let u = 0; u < used; u++) batch.ids[p]![u] = known.at(words[at++]!);
      batch.at[p] = withCapacity(batch.at[p]!, batch.count);
      for (let i = 0; i < batch.count; i++) batch.at[p]![i] = words[at++]!;
    }
    fillUsed(batch);
    return at;
  }
}
