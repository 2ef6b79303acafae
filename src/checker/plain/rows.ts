/** An exact set of rows of integers: the hash finds candidates, the whole row decides. */
import { Ints } from '../ints.js';

/** Rows of any width in one arena, found by open addressing; each has a dense index in the order of arrival. */
export class Rows {
  readonly #arena = new Ints(1 << 16);
  readonly #starts = new Ints(1 << 12);
  #table = new Int32Array(1 << 13);

  constructor() {
    this.#starts.push(0);
  }

  size(): number {
    return this.#starts.length - 1;
  }

  start(index: number): number {
    return this.#starts.at(index);
  }

  at(position: number): number {
    return this.#arena.at(position);
  }

  /** Appends a number to the row being written. */
  write(value: number): void {
    this.#arena.push(value);
  }

  /** Ends the row being written: its index, known or new. */
  commit(): number {
    const from = this.#starts.at(this.size());
    const to = this.#arena.length;
    const mask = this.#table.length - 1;
    let at = this.#hash(from, to) & mask;
    for (let entry = this.#table[at]!; entry !== 0; entry = this.#table[at]!) {
      if (this.#same(entry - 1, from, to)) {
        this.#arena.length = from;
        return entry - 1;
      }
      at = (at + 1) & mask;
    }
    this.#starts.push(to);
    this.#table[at] = this.size();
    if (this.size() * 2 > this.#table.length) this.#grow();
    return this.size() - 1;
  }

  #hash(from: number, to: number): number {
    const data = this.#arena.data;
    let hash = 0x9e3779b9;
    for (let i = from; i < to; i++) hash = Math.imul(hash ^ data[i]!, 0x85ebca6b) ^ (hash >>> 13);
    hash = Math.imul(hash ^ (hash >>> 16), 0xc2b2ae35);
    return hash ^ (hash >>> 15);
  }

  #same(index: number, from: number, to: number): boolean {
    const start = this.#starts.at(index);
    const width = to - from;
    if (this.#starts.at(index + 1) - start !== width) return false;
    const data = this.#arena.data;
    for (let i = 0; i < width; i++) if (data[start + i] !== data[from + i]) return false;
    return true;
  }

  #grow(): void {
    const table = new Int32Array(this.#table.length * 2);
    const mask = table.length - 1;
    for (let index = 0; index < this.size(); index++) {
      let at = this.#hash(this.start(index), this.start(index + 1)) & mask;
      while (table[at] !== 0) at = (at + 1) & mask;
      table[at] = index + 1;
    }
    this.#table = table;
  }
}
