/**
 * Things of which the first by number is wanted again and again. A thing that no longer belongs here is not looked for: it is dropped when it comes first. So each
 * thing that is added costs a number of steps that is the logarithm of how many there are, and no more.
 */

interface Entry<T> {
  readonly at: number;
  readonly thing: T;
}

/** A heap. A thing may be in it twice. Mutable. */
export class Earliest<T> {
  readonly #belongs: (thing: T, at: number) => boolean;
  readonly #heap: Entry<T>[] = [];

  constructor(belongs: (thing: T, at: number) => boolean) {
    this.#belongs = belongs;
  }

  /** Adds a thing under a number. */
  add(thing: T, at: number): void {
    const heap = this.#heap;
    const entry = { at, thing };
    let place = heap.length;
    heap.push(entry);
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = heap[parent]!;
      if (above.at <= at) break;
      heap[place] = above;
      place = parent;
    }
    heap[place] = entry;
  }

  /** Of those that belong here the thing with the least number. */
  first(): T | undefined {
    for (;;) {
      const first = this.#heap[0];
      if (first === undefined) return undefined;
      if (this.#belongs(first.thing, first.at)) return first.thing;
      this.#drop();
    }
  }

  /** Takes the first thing out. */
  take(): T | undefined {
    const first = this.first();
    if (first !== undefined) this.#drop();
    return first;
  }

  #drop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let place = 0;
    for (;;) {
      const left = 2 * place + 1;
      if (left >= heap.length) break;
      const right = left + 1;
      const least = right < heap.length && heap[right]!.at < heap[left]!.at ? right : left;
      if (heap[least]!.at >= last.at) break;
      heap[place] = heap[least]!;
      place = least;
    }
    heap[place] = last;
  }
}
