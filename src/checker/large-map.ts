/** A map for as many entries as there is memory. V8's own Map throws a RangeError at 2 ** 24 entries. */

/** The most entries that a Map of V8 takes. */
export const MOST_ENTRIES = 2 ** 24;

/**
 * A map that goes on in a further Map when one is full. While there is one, a look-up costs what it costs there. Values are never undefined.
 */
export class LargeMap<K, V> {
  /** Takes the new entries. */
  private newest = new Map<K, V>();
  /** The Maps that were full before, oldest first. */
  private full: ReadonlyArray<Map<K, V>> = [];
  private readonly capacity: number;

  constructor(capacity = MOST_ENTRIES) {
    this.capacity = capacity;
  }

  get(key: K): V | undefined {
    const known = this.newest.get(key);
    return known !== undefined || this.full.length === 0 ? known : this.getOlder(key);
  }

  /** Adds an entry whose key is not there yet. */
  add(key: K, value: V): void {
    if (this.newest.size >= this.capacity) {
      this.full = [...this.full, this.newest];
      this.newest = new Map();
    }
    this.newest.set(key, value);
  }

  delete(key: K): void {
    if (this.newest.delete(key) || this.full.length === 0) return;
    if (this.full.some((map) => map.delete(key))) this.full = this.full.filter((map) => map.size > 0);
  }

  /** Lists the entries in the order in which they were added. */
  *[Symbol.iterator](): Generator<[K, V]> {
    for (const map of this.full) yield* map;
    yield* this.newest;
  }

  private getOlder(key: K): V | undefined {
    for (const map of this.full) {
      const known = map.get(key);
      if (known !== undefined) return known;
    }
    return undefined;
  }
}
