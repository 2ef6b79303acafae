/** A list of 32-bit integers that grows by doubling. Searches keep numbers for each state in it, without an object for any. */
export class Ints {
  data: Int32Array;
  length = 0;

  constructor(capacity = 64) {
    this.data = new Int32Array(capacity);
  }

  push(value: number): void {
    if (this.length === this.data.length) this.reserve(this.length + 1);
    this.data[this.length++] = value;
  }

  pop(): number {
    return this.data[--this.length]!;
  }

  at(index: number): number {
    return this.data[index]!;
  }

  /** Makes room for `capacity` integers in all. */
  reserve(capacity: number): void {
    if (capacity <= this.data.length) return;
    const grown = new Int32Array(Math.max(capacity, this.data.length * 2));
    grown.set(this.data);
    this.data = grown;
  }

  /** Replaces the list by these integers. */
  fill(words: Int32Array): void {
    this.reserve(words.length);
    this.data.set(words);
    this.length = words.length;
  }

  view(): Int32Array {
    return this.data.subarray(0, this.length);
  }
}
